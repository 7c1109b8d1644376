"""References that are never used twice and external ids that never repeat within a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap.identifiers import external_id, partner_reference, resend_id

NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 2027-01-01 00:00 WIB
AT = datetime(2026, 1, 15, 2, 30, 0, 123456, tzinfo=UTC)


def test_a_reference_is_portable() -> None:
    reference = partner_reference("3f0a1c9e-0000-5000-8000-000000000001", 7, AT)
    assert reference.startswith("P26")
    assert reference.endswith("07")
    assert len(reference) == 19
    assert reference.isalnum()
    assert reference.isascii()
    assert reference.isupper()


def test_the_year_is_that_of_jakarta() -> None:
    assert partner_reference("p", 1, NEW_YEAR - timedelta(seconds=1)).startswith("P26")
    assert partner_reference("p", 1, NEW_YEAR).startswith("P27")


@given(st.sets(st.uuids(), min_size=2, max_size=50))
def test_payouts_and_attempts_have_references_of_their_own(payouts: set[object]) -> None:
    references = {partner_reference(str(payout), attempt, AT) for payout in payouts for attempt in (1, 2, 99)}
    assert len(references) == 3 * len(payouts)


def test_preparing_twice_names_the_same_transfer() -> None:
    assert partner_reference("p", 1, AT) == partner_reference("p", 1, AT + timedelta(days=30))


@pytest.mark.parametrize("attempt", [0, -1, 100])
def test_attempts_have_two_digits(attempt: int) -> None:
    with pytest.raises(ValueError, match="two digits"):
        partner_reference("p", attempt, AT)


def test_an_external_id_is_wib_time_and_digits() -> None:
    assert external_id(AT, "12345678901") == "20260115093000123" + "12345678901" + "0"
    assert resend_id(external_id(AT, "12345678901")) == "20260115093000123" + "12345678901" + "1"


@given(st.integers(0, 10**15), st.integers(0, 10**11 - 1))
def test_an_external_id_is_29_digits(microseconds: int, number: int) -> None:
    made = external_id(AT + timedelta(microseconds=microseconds), f"{number:011d}")
    assert len(made) == 29
    assert made.isdigit()
    assert len({made, resend_id(made), resend_id(resend_id(made))}) == 3


def test_midnight_in_jakarta_starts_another_day() -> None:
    before, after = external_id(NEW_YEAR - timedelta(milliseconds=1), "0" * 11), external_id(NEW_YEAR, "0" * 11)
    assert (before[:8], after[:8]) == ("20261231", "20270101")


@pytest.mark.parametrize("digits", ["", "123", "1234567890a", "١٢٣٤٥٦٧٨٩٠١", "123456789012"])
def test_digits_are_eleven(digits: str) -> None:
    with pytest.raises(ValueError, match="11 decimal digits"):
        external_id(AT, digits)
