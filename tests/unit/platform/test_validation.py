"""Days and moments of requests: those that can be reckoned with."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from prakerja.platform.clock import end_of_wib_day, to_text
from prakerja.platform.validation import Day, Moment


@pytest.mark.parametrize("text", ["1900-01-01", "2099-12-31"])
def test_every_day_has_an_end_that_can_be_stored(text: str) -> None:
    assert to_text(end_of_wib_day(TypeAdapter(Day).validate_python(text))) > text


@pytest.mark.parametrize("text", ["0001-01-01", "0999-12-31", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00", "0999-01-01T00:00:00Z"])
def test_moments_at_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(text)
