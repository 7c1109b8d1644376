"""Working days: weekends, national holidays and joint leave are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.platform.working_days import add_working_days, is_working_day, next_working_day

DAYS = st.dates(date(2020, 1, 1), date(2027, 11, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 15), date(2026, 1, 15)),  # a Thursday
        (date(2026, 1, 16), date(2026, 1, 19)),  # the Prophet's ascension, a Friday
        (date(2026, 2, 14), date(2026, 2, 18)),  # weekend, joint leave, Lunar New Year
        (date(2026, 3, 18), date(2026, 3, 25)),  # Nyepi, Eid, and the joint leave about them
        (date(2020, 12, 24), date(2020, 12, 28)),
    ],
)
def test_the_next_working_day(day: date, expected: date) -> None:
    assert next_working_day(day) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, 15), (1, 19), (3, 21), (5, 23), (6, 26)])
def test_working_days_after_a_day(count: int, expected: int) -> None:
    assert add_working_days(date(2026, 1, 15), count) == date(2026, 1, expected)


def test_days_before_are_not_asked_for() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2026, 1, 15), -1)


@given(DAYS, st.integers(1, 20))
def test_exactly_as_many_working_days_lie_between(day: date, count: int) -> None:
    end = add_working_days(day, count)
    between = [day + timedelta(days=offset) for offset in range(1, (end - day).days + 1)]
    assert sum(map(is_working_day, between)) == count
    assert is_working_day(end)


@given(DAYS, DAYS)
def test_a_later_day_is_never_paid_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert next_working_day(first) <= next_working_day(second)
    assert next_working_day(next_working_day(first)) == next_working_day(first)


def test_the_data_reach_far_enough() -> None:
    """The programme's years; whoever runs it longer writes the calendar anew."""
    for year in range(2020, 2028):
        assert not is_working_day(date(year, 1, 1))
        assert not is_working_day(date(year, 12, 25))
