"""The pure rules of selling and learning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.membership import DebitAt
from prakerja.training.errors import (
    CodeCancelled,
    CodeUnknown,
    CourseUnknown,
    PaymentExpired,
    PaymentLocked,
    PriceDiffers,
    SaleClosed,
    TooManyPaymentCodes,
)
from prakerja.training.model.catalogue import (
    Course,
    CourseType,
    Schedule,
    Seats,
    best_pool,
    first_pool,
    require_sale,
)
from prakerja.training.model.payment import (
    CODE_LIFE,
    CodesSent,
    Payment,
    PaymentState,
    decide_code,
    is_token,
    payment_id_in,
    payment_token,
    require_open,
)
from prakerja.training.model.purchase import PurchaseState, require_code
from tests.unit.training.records import CODE

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
COURSE = Course("C1", "Dasar", "lpk", "Lpk", CourseType.WEBINAR, "WEBINAR", True, 500_000, ("toko",))
SCHEDULE = Schedule("C1", "S1", NOW + timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=1), 3, 10, 3)
PAYMENT = Payment(
    "p-1", "i", "toko", "u", "person", "C1", "S1", 500_000, 3, True, DebitAt.COMPLETION, valid_until=NOW + CODE_LIFE
)


# the sale ---------------------------------------------------------------------------------------------------------
def test_a_sale_is_judged_by_course_platform_price_and_time() -> None:
    def sell(**changes: Any) -> Any:
        asked = {"course": COURSE, "schedule": SCHEDULE, "platform": "toko", "amount": 500_000, "now": NOW, **changes}
        return require_sale(asked.pop("course"), asked.pop("schedule"), **asked)

    assert sell() == (COURSE, SCHEDULE)
    assert sell(now=SCHEDULE.sales_until - timedelta(microseconds=1)) == (COURSE, SCHEDULE)
    for missing in ({"course": None}, {"schedule": None}, {"platform": "lapak"}):
        with pytest.raises(CourseUnknown):
            sell(**missing)
    for amount in (499_999, 500_001):
        with pytest.raises(PriceDiffers):
            sell(amount=amount)
    with pytest.raises(SaleClosed):
        sell(now=SCHEDULE.sales_until)


@pytest.mark.parametrize(
    "change",
    [
        {"sessions": 0},
        {"sessions": 11},
        {"pools": 0},
        {"pools": 11},
        {"quota": 100, "pools": 17},
        {"ends_at": SCHEDULE.starts_at},
        {"sales_until": SCHEDULE.ends_at + timedelta(seconds=1)},
    ],
)
def test_a_schedule_that_cannot_be_held(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(SCHEDULE, **change)


@given(quota=st.integers(1, 500), pools=st.integers(1, 16))
def test_pools_share_all_seats(quota: int, pools: int) -> None:
    pools = min(quota, pools)
    schedule = replace(SCHEDULE, quota=quota, pools=pools)
    seats = [schedule.seats_of(pool) for pool in range(pools)]
    assert sum(seats) == quota
    assert min(seats) >= 1
    assert max(seats) - min(seats) <= 1


def test_a_purchase_tries_its_own_pool_then_the_fullest() -> None:
    assert {first_pool(f"purchase-{number}", 4) for number in range(50)} == {0, 1, 2, 3}
    assert first_pool("purchase-1", 4) == first_pool("purchase-1", 4)
    assert best_pool([Seats(0, 0), Seats(1, 2), Seats(2, 1)]) == Seats(1, 2)
    assert best_pool([Seats(0, 0)]) is None
    assert best_pool([]) is None


# payment codes ----------------------------------------------------------------------------------------------------
def test_one_code_a_minute_and_five_a_day() -> None:
    sent, now = CodesSent(), NOW
    for number in range(1, 6):
        sent = decide_code(sent, PAYMENT, request=f"r{number}", now=now)
        assert sent.today == number
        with pytest.raises(TooManyPaymentCodes) as early:
            decide_code(sent, PAYMENT, request="x", now=now + timedelta(seconds=59, milliseconds=1))
        assert early.value.retry_after == 1
        now += timedelta(minutes=1)
    with pytest.raises(TooManyPaymentCodes) as over:
        decide_code(sent, PAYMENT, request="x", now=now)
    midnight = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)
    assert over.value.retry_after == (midnight - now).total_seconds()
    assert decide_code(sent, PAYMENT, request="x", now=midnight).today == 1


def test_a_payment_takes_codes_until_its_time_or_its_tries_are_over() -> None:
    require_open(replace(PAYMENT, wrong=2), PAYMENT.valid_until - timedelta(microseconds=1))
    with pytest.raises(PaymentExpired):
        require_open(PAYMENT, PAYMENT.valid_until)
    with pytest.raises(PaymentLocked):
        require_open(replace(PAYMENT, wrong=3), NOW)
    assert PAYMENT.wants_code(NOW)
    assert not PAYMENT.wants_code(PAYMENT.valid_until)
    assert not replace(PAYMENT, wrong=3).wants_code(NOW)
    assert not replace(PAYMENT, state=PaymentState.USED).wants_code(NOW)


def test_a_token_is_made_with_the_key_only() -> None:
    token = payment_token("key", "p-1")
    assert payment_id_in(token) == "p-1"
    assert is_token("key", token)
    for other in (payment_token("other key", "p-1"), token[:-1], token + "0", "p-1", "p-2." + token[4:], ""):
        assert not is_token("key", other)


# learning ---------------------------------------------------------------------------------------------------------
def test_a_code_is_seen_by_its_institution() -> None:
    assert require_code(CODE, "lpk") is CODE
    with pytest.raises(CodeUnknown):
        require_code(CODE, "bkk")
    with pytest.raises(CodeUnknown):
        require_code(None, "lpk")
    with pytest.raises(CodeCancelled):
        require_code(replace(CODE, state=PurchaseState.CANCELLED), "lpk")
