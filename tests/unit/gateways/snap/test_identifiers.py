"""External ids that never repeat within a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap.identifiers import external_id, resend_id

NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 2027-01-01 00:00 WIB
AT = datetime(2026, 1, 15, 2, 30, 0, 123456, tzinfo=UTC)


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
