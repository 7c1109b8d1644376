"""Seasons as data: real cut-offs, exclusive ends in WIB, and documents that cannot be meant."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from prakerja.membership import Season, last_day, packaged_seasons, season_of
from prakerja.platform.clock import WIB

MOMENT = timedelta(microseconds=1)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=WIB)


def test_the_seasons_are_those_of_the_programme() -> None:
    seasons = packaged_seasons()
    assert {year: last_day(season.buy_until) for year, season in seasons.items()} == {
        2020: date(2020, 12, 15),
        2021: date(2021, 11, 30),
        2022: date(2022, 11, 30),
    }
    last = seasons[2022]
    assert (last_day(last.finish_by), last_day(last.review_by)) == (date(2022, 12, 5), date(2022, 12, 10))
    assert last.ends_at == midnight(2022, 12, 11)
    assert all(season.source for season in seasons.values())


def test_what_has_no_cut_off_of_its_own_ends_with_the_season() -> None:
    first = packaged_seasons()[2020]
    assert first.review_by == first.finish_by == first.ends_at == midnight(2020, 12, 16)


@pytest.mark.parametrize(
    ("decreed", "year"),
    [
        (midnight(2022, 1, 1), 2022),
        (midnight(2022, 1, 1) - MOMENT, 2021),
        (midnight(2023, 1, 1) - MOMENT, 2022),
        (midnight(2023, 1, 1), None),
        (midnight(2026, 6, 1), None),
    ],
)
def test_a_membership_belongs_to_the_year_of_its_decree(decreed: datetime, year: int | None) -> None:
    season = season_of(decreed)
    assert (season.year if season else None) == year


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"year": "2022"},
        {"buy_until": "2022-12-01"},
        {"buy_until": "2022-12-01T00:00:00"},
        {"buy_until": "2022-12-01T00:00:00Z"},
        {"buy_until": "2022-12-07T00:00:00+07:00"},
        {"finish_until": "2022-12-12T00:00:00+07:00"},
        {"review_until": "2023-01-02T00:00:00+07:00"},
        {"survey_until": "2021-12-31T00:00:00+07:00"},
        {"buy_until": None},
        {"unknown": 1},
    ],
)
def test_a_document_that_cannot_be_meant_is_refused(change: dict[str, Any]) -> None:
    read = TypeAdapter(Season)
    document = json.loads(read.dump_json(packaged_seasons()[2022]))
    assert read.validate_json(json.dumps(document)) == packaged_seasons()[2022]
    with pytest.raises(ValidationError):
        read.validate_json(json.dumps({**document, **change}))
