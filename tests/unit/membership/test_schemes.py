"""Schemes: packaged documents are valid, effective-dated, stored once and for good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from prakerja.membership import (
    DebitAt,
    Scheme,
    SchemeUnknown,
    latest_scheme,
    load_scheme,
    packaged_schemes,
    seed_schemes,
)
from prakerja.membership.store import scheme_part
from prakerja.platform.problems import Conflict
from tests.support.world import World

NORMAL = latest_scheme("NORMAL_2023", date(2026, 1, 1))


def test_the_two_schemes_say_what_the_rules_say() -> None:
    assert (NORMAL.training_balance, NORMAL.first_purchase_days, NORMAL.max_age) == (3_500_000, 15, 64)
    assert (NORMAL.job_incentive.amount, NORMAL.job_incentive.count) == (600_000, 1)
    assert NORMAL.link_account_before_purchase
    assert not NORMAL.exclude_social_aid
    assert NORMAL.debit_at is DebitAt.COMPLETION
    old = latest_scheme("SEMI_BANSOS_2020", date(2020, 6, 1))
    assert (old.training_balance, old.first_purchase_days, old.max_age) == (1_000_000, 30, None)
    assert (old.job_incentive.amount * old.job_incentive.count, old.survey.count) == (2_400_000, 3)
    assert old.debit_at is DebitAt.PURCHASE
    assert old.exclude_social_aid


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2020, 4, 11), 1), (date(2021, 7, 31), 1), (date(2021, 8, 1), 2), (date(2022, 12, 31), 2)],
)
def test_the_version_in_force_is_found_by_day(day: date, version: int) -> None:
    assert latest_scheme("SEMI_BANSOS_2020", day).version == version


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("SEMI_BANSOS_2020", date(2020, 4, 10)),
        ("SEMI_BANSOS_2020", date(2023, 1, 1)),
        ("NORMAL_2023", date(2022, 12, 31)),
        ("ANOTHER", date(2023, 1, 1)),
    ],
)
def test_no_scheme_in_force(name: str, day: date) -> None:
    with pytest.raises(SchemeUnknown):
        latest_scheme(name, day)


def test_seeding_twice_stores_each_version_once(world: World) -> None:
    seed_schemes(world.platform)
    before = world.items("programme")
    assert len(before) == len(packaged_schemes()) == 4
    seed_schemes(world.platform)
    assert world.items("programme") == before
    for scheme in packaged_schemes():
        assert load_scheme(world.table, scheme.name, scheme.version) == scheme


def test_a_stored_version_never_changes(world: World) -> None:
    seed_schemes(world.platform)
    with pytest.raises(Conflict):
        world.table.commit(scheme_part(replace(NORMAL, training_balance=1)))
    assert load_scheme(world.table, "NORMAL_2023", 1).training_balance == 3_500_000


def test_a_stored_version_is_read_once_and_an_unknown_one_asked_for_again(world: World) -> None:
    with pytest.raises(SchemeUnknown):
        load_scheme(world.table, "NORMAL_2023", 1)
    seed_schemes(world.platform)
    first = load_scheme(world.table, "NORMAL_2023", 1)
    assert load_scheme(world.table, "NORMAL_2023", 1) is first


@pytest.mark.parametrize(
    "change",
    [
        {"training_balance": -1},
        {"training_balance": "3500000"},
        {"training_balance": 3_500_000.5},
        {"first_purchase_days": 0},
        {"min_age": 65},
        {"commission_cap_basis_points": 10_001},
        {"valid_until": "2022-12-31"},
        {"debit_at": "SOMETIME"},
        {"unknown": 1},
        {"job_incentive": {"amount": 600_000, "count": 0}},
        {"job_incentive": {"amount": 600_000, "count": 1, "weekly": True}},
        {"survey": None},
    ],
)
def test_a_document_that_cannot_be_meant_is_refused(change: dict[str, Any]) -> None:
    read = TypeAdapter(Scheme)
    document = json.loads(read.dump_json(NORMAL))
    assert read.validate_json(json.dumps(document)) == NORMAL
    with pytest.raises(ValidationError):
        read.validate_json(json.dumps({**document, **change}))


@pytest.mark.parametrize("seats", [1, 3])
def test_no_rules_say_another_number_of_seats_than_draw_and_decree_give(seats: int) -> None:
    with pytest.raises(ValueError, match="2 seats"):
        replace(NORMAL, max_per_family_card=seats)
