"""References that are never used twice and that say on which day they were made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.payouts.references import day_of_reference, reference
from prakerja.platform.clock import wib_date

NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 2027-01-01 00:00 WIB
AT = datetime(2026, 1, 15, 2, 30, 0, 123456, tzinfo=UTC)


def test_a_reference_is_portable() -> None:
    made = reference("3f0a1c9e-0000-5000-8000-000000000001", 7, AT)
    assert made.startswith("P26015")
    assert made.endswith("07")
    assert len(made) == 20
    assert made.isalnum()
    assert made.isascii()
    assert made.isupper()


def test_the_day_is_that_of_jakarta() -> None:
    before, after = reference("p", 1, NEW_YEAR - timedelta(microseconds=1)), reference("p", 1, NEW_YEAR)
    assert (before[:6], day_of_reference(before)) == ("P26365", date(2026, 12, 31))
    assert (after[:6], day_of_reference(after)) == ("P27001", date(2027, 1, 1))


@given(st.uuids(), st.integers(1, 99), st.integers(0, 70 * 366 * 86_400))
def test_the_day_is_read_back(payout: object, attempt: int, seconds: int) -> None:
    at = AT + timedelta(seconds=seconds)
    assert day_of_reference(reference(str(payout), attempt, at)) == wib_date(at)


@given(st.sets(st.uuids(), min_size=2, max_size=50))
def test_payouts_and_attempts_have_references_of_their_own(payouts: set[object]) -> None:
    references = {reference(str(payout), attempt, AT) for payout in payouts for attempt in (1, 2, 99)}
    assert len(references) == 3 * len(payouts)


def test_preparing_twice_on_a_day_names_the_same_transfer() -> None:
    assert reference("p", 1, AT) == reference("p", 1, AT + timedelta(hours=14))


@pytest.mark.parametrize("attempt", [0, -1, 100])
def test_attempts_have_two_digits(attempt: int) -> None:
    with pytest.raises(ValueError, match="two digits"):
        reference("p", attempt, AT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "P26015ABCDEFGHIJKL0",
        "P26015ABCDEFGHIJKL011",
        "P26000ABCDEFGHIJKL01",
        "P26366ABCDEFGHIJKL01",
        "P26999ABCDEFGHIJKL01",
        "X26015ABCDEFGHIJKL01",
        "P26015abcdefghijkl01",
        "P٢٦015ABCDEFGHIJKL01",
        "P26015ABCDEFGHIJKL01\n",
    ],
)
def test_what_is_no_reference_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match="not a reference of ours"):
        day_of_reference(text)


def test_a_leap_day() -> None:
    assert day_of_reference("P28366ABCDEFGHIJKL01") == date(2028, 12, 31)
