"""For whom a course is, what becomes of signed requests that come again, and what a member is told about a purchase."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.membership import DebitAt
from prakerja.registration import Education
from prakerja.training.errors import EducationTooLow, EducationUnknown, TooManyPaymentCodes, TooYoungOrOld
from prakerja.training.model.catalogue import Course, CourseType, Schedule, age_on, require_fit
from prakerja.training.model.learning import finish_by
from prakerja.training.model.payment import REMEMBERED, CodesSent, Payment, decide_code
from prakerja.training.model.purchase import Attended, Purchase, PurchaseState, RedeemCode
from prakerja.training.timeline import happened, next_step
from tests.unit.training.records import CODE
from tests.unit.training.records import NOW as SOLD

NOW = datetime(2026, 1, 10, 3, tzinfo=UTC)
COURSE = Course("C1", "Dasar", "lpk", "Lpk", CourseType.WEBINAR, "WEBINAR", True, 500_000, ("toko",))
RUN = Schedule("C1", "S1", NOW + timedelta(days=10), NOW + timedelta(days=20), NOW + timedelta(days=10), 2, 4, 1)
PURCHASE = Purchase(
    person_id="person",
    purchase_id="c-1",
    state=PurchaseState.AUTHORISED,
    course_code="C1",
    schedule_code="S1",
    title="Dasar",
    institution="lpk",
    institution_name="Lpk",
    client_code="toko",
    platform_name="Toko",
    user_platform_id="u",
    invoice_code="INV-1",
    transaction_code="T1",
    redeem_code="ABC",
    amount=500_000,
    commission_basis_points=1500,
    debit_at=DebitAt.COMPLETION,
    is_first=True,
    bought_at=SOLD,
)
PAYMENT = Payment(
    payment_id="p",
    intent="i",
    client_code="toko",
    user_platform_id="u",
    person_id="person",
    course_code="C1",
    schedule_code="S1",
    amount=500_000,
    pools=1,
    account_required=False,
    debit_at=DebitAt.COMPLETION,
    valid_until=SOLD,
)
DAYS = st.dates(date(1940, 1, 1), date(2026, 12, 31))


# age ------------------------------------------------------------------------------------------------------------------
def test_a_leap_day_is_a_year_later_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert [age_on(born, date(2026, 2, day)) for day in (27, 28)] == [17, 17]
    assert age_on(born, date(2026, 3, 1)) == 18
    assert age_on(born, date(2028, 2, 29)) == 20


@given(born=DAYS, years=st.integers(0, 80))
def test_a_birthday_begins_a_year(born: date, years: int) -> None:
    birthday = (
        date(born.year + years, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + years)
    )
    if (born.month, born.day) != (2, 29):
        assert age_on(born, birthday) == years
        assert age_on(born, birthday - timedelta(days=1)) == years - 1


def test_the_first_day_is_that_of_jakarta() -> None:
    """17:00 UTC is midnight there: who is 18 on the 21st may begin at that moment, and not a microsecond earlier."""
    midnight = datetime(2026, 1, 20, 17, tzinfo=UTC)
    born = date(2008, 1, 21)
    adults = replace(COURSE, min_age=18)
    require_fit(adults, replace(RUN, starts_at=midnight), birth_date=born, education=None, now=NOW)
    early = replace(RUN, starts_at=midnight - timedelta(microseconds=1))
    with pytest.raises(TooYoungOrOld):
        require_fit(adults, early, birth_date=born, education=None, now=NOW)


def test_a_run_that_has_begun_counts_from_the_sale() -> None:
    begun = replace(RUN, starts_at=NOW - timedelta(days=30), sales_until=RUN.ends_at)
    adults = replace(COURSE, min_age=18)
    require_fit(adults, begun, birth_date=date(2008, 1, 10), education=None, now=NOW)
    with pytest.raises(TooYoungOrOld):
        require_fit(adults, begun, birth_date=date(2008, 1, 11), education=None, now=NOW)


def test_limits_that_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match="min_age"):
        replace(COURSE, min_age=40, max_age=39)


# education ------------------------------------------------------------------------------------------------------------
def test_levels_are_ordered() -> None:
    order = [Education.NONE, Education.SD, Education.SMP, Education.SMA, Education.D1, Education.D2, Education.D3]
    order += [Education.S1, Education.S2, Education.S3]
    for number, level in enumerate(order):
        assert [level.reaches(other) for other in order] == [at <= number for at in range(len(order))]
    assert Education.D4.reaches(Education.S1)
    assert Education.S1.reaches(Education.D4)
    assert set(order) | {Education.D4} == set(Education)


@pytest.mark.parametrize(("has", "problem"), [(None, EducationUnknown), (Education.D2, EducationTooLow)])
def test_education_is_known_and_enough(has: Education | None, problem: type[Exception]) -> None:
    course = replace(COURSE, min_education=Education.D3)
    with pytest.raises(problem):
        require_fit(course, RUN, birth_date=None, education=has, now=NOW)
    require_fit(course, RUN, birth_date=None, education=Education.D3, now=NOW)


# requests that come again ---------------------------------------------------------------------------------------------
def _payment(number: int) -> Payment:
    return replace(PAYMENT, payment_id=f"p-{number}", intent=f"i-{number}")


def test_all_requests_that_may_still_be_believed_are_remembered() -> None:
    """Ten minutes around midnight: five codes before it, five after it, one a minute."""
    sent, at = CodesSent(), datetime(2026, 1, 10, 16, 55, 30, tzinfo=UTC)
    for number in range(REMEMBERED):
        sent = decide_code(sent, _payment(number), request=f"r-{number}", now=at + timedelta(minutes=number))
    assert [sent.payment_of(f"r-{number}") for number in range(REMEMBERED)] == [f"p-{n}" for n in range(REMEMBERED)]
    assert sent.payment_of("r-x") is None
    with pytest.raises(TooManyPaymentCodes):
        decide_code(sent, _payment(99), request="r-99", now=at + timedelta(minutes=REMEMBERED))


# what a member is told ------------------------------------------------------------------------------------------------
def _bought(**changes: object) -> tuple[Purchase, RedeemCode]:
    code = replace(CODE, state=PurchaseState.AUTHORISED, redeemed_at=None)
    return replace(PURCHASE, **changes), code  # type: ignore[arg-type]


def test_a_timeline_is_in_order_and_says_what_is_next() -> None:
    purchase, code = _bought()
    assert [told.en for told in happened(purchase, code)] == [f"Bought at {purchase.platform_name}."]
    step = next_step(purchase, code)
    assert step is not None
    assert (step.at, "Redeem the code" in step.en) == (finish_by(code), True)

    later = purchase.bought_at + timedelta(days=1)
    code = replace(
        code, state=PurchaseState.REDEEMED, redeemed_at=later, attended=(1,), attendances=(Attended(1, later),)
    )
    assert [told.id for told in happened(purchase, code)][1:] == ["Kode redeem dipakai.", "Hadir di pertemuan 1."]
    step = next_step(purchase, code)
    assert step is not None
    assert step.en.startswith("Finish: sessions (")
    assert "post-test" in step.id


def test_what_is_over_has_its_last_word() -> None:
    purchase, code = _bought(state=PurchaseState.COMPLETED, completed_at=SOLD + timedelta(days=99))
    code = replace(code, state=PurchaseState.COMPLETED)
    step = next_step(purchase, code)
    assert step is not None
    assert (step.at, step.id) == (None, "Beri penilaian dan ulasan.")
    assert next_step(replace(purchase, reviewed_at=SOLD), code) is None

    purchase, code = _bought(state=PurchaseState.CANCELLED, cancelled_at=SOLD + timedelta(days=99))
    code = replace(code, state=PurchaseState.CANCELLED)
    assert happened(purchase, code)[-1].en == "The purchase was cancelled."
    assert next_step(purchase, code) is None

    purchase, code = _bought(state=PurchaseState.NOT_COMPLETED)
    code = replace(code, state=PurchaseState.NOT_COMPLETED)
    assert happened(purchase, code)[-1].at == finish_by(code)
    assert next_step(purchase, code) is None
