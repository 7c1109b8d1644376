"""A member confirms a purchase with the code, and pays with the training balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prakerja.balance import Balance, balance_from_item, reserve_parts, spend_parts
from prakerja.membership import (
    DebitAt,
    Membership,
    MembershipState,
    membership_from_item,
    open_purchase_part,
    require_may_buy,
    season_of,
)
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, COURSE, MEMBERSHIP, PERSON_IDENTITY, PURCHASE, SCHEDULE
from prakerja.platform.observability import count
from prakerja.platform.one_time_code import is_code
from prakerja.platform.parts import Item, Part
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import CourseUnknown, PaymentUnknown, PaymentUsed, TransactionVoid, WrongPaymentCode
from prakerja.training.model.catalogue import Course, Schedule, Seats, first_pool, require_course, require_on_sale
from prakerja.training.model.payment import (
    Payment,
    PaymentState,
    is_token,
    require_open,
    require_own_account,
    wrong_code,
)
from prakerja.training.model.purchase import Invoice, InvoiceState, Purchase, PurchaseState, RedeemCode
from prakerja.training.service.asking import find_seat, purchase_id_of
from prakerja.training.service.buyers import name_of, require_buyer_fits
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.binding import tie_part
from prakerja.training.store.catalogue import (
    course_from_item,
    schedule_from_item,
    seat_part,
    seats_from_item,
    seats_key,
)
from prakerja.training.store.moved import Moved
from prakerja.training.store.payment import load_payment, used_part, wrong_part
from prakerja.training.store.purchase import new_code, new_invoice, new_purchase, purchase_from_item

REDEEM_CODE_LENGTH = 12
TRANSACTION_CODE_LENGTH = 16


@dataclass(frozen=True)
class Confirmation:
    """What a platform sends with the member's code. The URL is kept, never fetched."""

    payment_token: str
    otp: str
    invoice_code: str
    invoice_url: str
    request: str
    """Names the signed request itself."""


@dataclass(frozen=True)
class _Sale:
    """What ``authorise`` loads: the course as it is now, the member's means, a seat, who the member is."""

    course: Course
    schedule: Schedule
    membership: Membership
    balance: Balance
    seats: Seats
    identity: Item | None


def authorise(
    p: Platform, code_key: str, *, platform: Partner, payment: Payment | None, confirmation: Confirmation
) -> tuple[Purchase, str]:
    """Buy the course of a payment, if the code is right: answers the purchase and the member's name.

    The same payment under the same invoice again is answered with the same purchase, and the very same request with a
    wrong code is counted once. The price is the one that the member confirmed; all else is judged as it is now.
    Raises PaymentUnknown, WrongPaymentCode, PaymentLocked, PaymentExpired, PaymentUsed, TransactionVoid, InvoiceUsed,
    NoSeatLeft, NotEnoughBalance, AccountHasAnotherCard and what ``require_course``, ``require_on_sale``, ``require_may_buy``,
    ``require_own_account`` and ``require_buyer_fits`` raise.
    """
    platform.require(PartnerKind.PLATFORM)
    if payment is None or payment.client_code != platform.client_code:
        raise PaymentUnknown
    if not is_token(code_key, confirmation.payment_token):
        raise PaymentUnknown

    def attempt(is_repeat: bool) -> tuple[Purchase, str]:
        current = load_payment(p.table, payment.payment_id) if is_repeat else payment
        if current is None:
            raise PaymentUnknown
        return _authorise(p, code_key, platform, current, confirmation)

    return again_if_moved(attempt)


def _authorise(
    p: Platform, code_key: str, platform: Partner, payment: Payment, confirmation: Confirmation
) -> tuple[Purchase, str]:
    if confirmation.request in payment.wrong_requests:
        raise wrong_code(payment.wrong_requests.index(confirmation.request))
    is_right = is_code(code_key, payment.payment_id, payment.resend, confirmation.otp)
    if payment.state is PaymentState.USED:
        return _bought_before(p, payment, confirmation, is_right=is_right)
    require_open(payment, p.clock.wall())
    if not is_right:
        p.table.commit(wrong_part(payment, confirmation.request))
        count("WrongPaymentCode")
        raise wrong_code(payment.wrong)
    # load (the payment came with the partner)
    purchase_id = purchase_id_of(p, payment.payment_id)
    sale = _load_sale(p, payment, purchase_id)
    # decide
    now = p.clock.programme()
    _require_may_sell(p, payment, sale, now)
    name = name_of(p, payment.person_id, sale.identity)
    purchase = _purchase(p, platform, payment, confirmation, sale, purchase_id, now)
    account = payment.user_platform_id
    is_tied = sale.membership.account_at(platform.client_code) is not None
    # commit, announce
    outcome = p.table.commit(
        new_purchase(purchase, payment.payment_id),
        new_invoice(_invoice(purchase, confirmation.invoice_url, sale.seats.pool)),
        used_part(payment, purchase_id, confirmation.request),
        open_purchase_part(
            sale.membership,
            purchase_id,
            account_required=payment.account_required,
            buys_as=(platform.client_code, account),
        ),
        *([] if is_tied else [tie_part(platform.client_code, account, purchase.person_id, now)]),
        *_pay(sale.balance, purchase, now),
        seat_part(payment.course_code, payment.schedule_code, sale.seats, -1),
        new_code(_redeem_code(purchase, payment, sale.course, sale.schedule)),
        outbox=[notice(purchase.person_id, NoticeKind.PURCHASED, purchase_id)],
    )
    if outcome.repeated:
        return purchase_from_item(outcome.found) or purchase, name
    count("CourseBought")
    return purchase, name


def _require_may_sell(p: Platform, payment: Payment, sale: _Sale, now: datetime) -> None:
    course, schedule = require_course(sale.course, sale.schedule, platform=payment.client_code)
    require_on_sale(course, schedule, now)
    season = season_of(sale.membership.decreed_at)
    require_may_buy(sale.membership, account_required=payment.account_required, season=season, now=now)
    require_own_account(sale.membership, None, payment.client_code, payment.user_platform_id)
    require_buyer_fits(p, course, schedule, payment.person_id, sale.identity, now)


def _bought_before(
    p: Platform, payment: Payment, confirmation: Confirmation, *, is_right: bool
) -> tuple[Purchase, str]:
    """A repeat: the answer of the first time; to another request than the first, not if it was cancelled since."""
    if not is_right:
        raise WrongPaymentCode(tries_left=0)
    key = {"person_id": payment.person_id, "purchase_id": str(payment.purchase_id)}
    item, identity = p.table.batch_get((PURCHASE, key), (PERSON_IDENTITY, {"person_id": payment.person_id}))
    purchase = purchase_from_item(item)
    if purchase is None or purchase.invoice_code != confirmation.invoice_code:
        raise PaymentUsed
    if purchase.state is PurchaseState.CANCELLED and confirmation.request != payment.used_by:
        raise TransactionVoid
    return purchase, name_of(p, payment.person_id, identity)


def _load_sale(p: Platform, payment: Payment, purchase_id: str) -> _Sale:
    person, course_code = {"person_id": payment.person_id}, payment.course_code
    pool = first_pool(purchase_id, payment.pools)
    member, balance, course_item, schedule_item, seats_item, identity = p.table.batch_get(
        (MEMBERSHIP, person),
        (BALANCE, person),
        (COURSE, {"course_code": course_code}),
        (SCHEDULE, {"course_code": course_code, "schedule_code": payment.schedule_code}),
        seats_key(course_code, payment.schedule_code, pool),
        (PERSON_IDENTITY, person),
    )
    course, schedule = course_from_item(course_item), schedule_from_item(schedule_item)
    if member is None or balance is None or course is None or schedule is None:
        raise CourseUnknown
    membership = membership_from_item(member)
    if membership.open_purchase_id == purchase_id:  # the same request, sent twice at once, was faster than this one
        raise Moved
    tried = seats_from_item(seats_item, pool)
    return _Sale(
        course,
        schedule,
        membership,
        balance_from_item(balance),
        find_seat(p.table, course_code, payment.schedule_code, payment.pools, tried),
        identity,
    )


def _pay(balance: Balance, purchase: Purchase, now: datetime) -> tuple[Part, Part]:
    """Reserve the price, or spend it at once where the scheme says so."""
    if purchase.debit_at is DebitAt.PURCHASE:
        return spend_parts(balance, purchase.amount, purchase.purchase_id, now, purchase.institution)
    return reserve_parts(balance, purchase.amount, purchase.purchase_id, now)


def _purchase(
    p: Platform,
    platform: Partner,
    payment: Payment,
    confirmation: Confirmation,
    sale: _Sale,
    purchase_id: str,
    now: datetime,
) -> Purchase:
    return Purchase(
        person_id=payment.person_id,
        purchase_id=purchase_id,
        state=PurchaseState.AUTHORISED,
        course_code=payment.course_code,
        schedule_code=payment.schedule_code,
        title=sale.course.title,
        institution=sale.course.institution,
        institution_name=sale.course.institution_name,
        client_code=platform.client_code,
        platform_name=platform.name,
        user_platform_id=payment.user_platform_id,
        invoice_code=confirmation.invoice_code,
        transaction_code=p.ids.code(TRANSACTION_CODE_LENGTH),
        redeem_code=p.ids.code(REDEEM_CODE_LENGTH),
        amount=payment.amount,
        commission_basis_points=platform.commission_basis_points,
        debit_at=payment.debit_at,
        is_first=sale.membership.state is MembershipState.ACTIVE_UNPURCHASED,
        bought_at=now,
    )


def _invoice(purchase: Purchase, invoice_url: str, pool: int) -> Invoice:
    return Invoice(
        client_code=purchase.client_code,
        invoice_code=purchase.invoice_code,
        invoice_url=invoice_url,
        transaction_code=purchase.transaction_code,
        person_id=purchase.person_id,
        purchase_id=purchase.purchase_id,
        redeem_code=purchase.redeem_code,
        course_code=purchase.course_code,
        schedule_code=purchase.schedule_code,
        pool=pool,
        amount=purchase.amount,
        state=InvoiceState.SUCCESS,
        created_at=purchase.bought_at,
    )


def _redeem_code(purchase: Purchase, payment: Payment, course: Course, schedule: Schedule) -> RedeemCode:
    return RedeemCode(
        redeem_code=purchase.redeem_code,
        person_id=purchase.person_id,
        purchase_id=purchase.purchase_id,
        institution=purchase.institution,
        platform_name=purchase.platform_name,
        course_code=purchase.course_code,
        schedule_code=purchase.schedule_code,
        invoice_code=purchase.invoice_code,
        course_type=course.course_type,
        learning_method=course.learning_method,
        is_online_attendance=course.is_online_attendance,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
        sessions=schedule.sessions,
        session_starts=schedule.session_starts,
        title=purchase.title,
        institution_name=purchase.institution_name,
        rule=payment.rule,
    )
