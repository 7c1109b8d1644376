"""A platform asks what is left, and asks for the code by which a member confirms a purchase."""

from __future__ import annotations

from dataclasses import dataclass

from prakerja.balance import NotEnoughBalance, balance_from_item
from prakerja.membership import load_scheme, membership_from_item, require_may_buy, season_of
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PAYMENT_OTP, PERSON_IDENTITY
from prakerja.platform.ids import fingerprint
from prakerja.platform.table import Table
from prakerja.training.errors import CardUnknown, NoSeatLeft, SaleClosed, ScheduleCancelled
from prakerja.training.messages import PaymentCodeRequested
from prakerja.training.model.catalogue import (
    Course,
    Schedule,
    Seats,
    best_pool,
    first_pool,
    require_course,
    require_on_sale,
    require_sale,
)
from prakerja.training.model.payment import CODE_LIFE, Payment, decide_code, require_own_account, resent
from prakerja.training.service.buyers import require_buyer_fits
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.catalogue import load_seats, seats_from_item, seats_key
from prakerja.training.store.payment import (
    codes_sent_from_item,
    codes_sent_part,
    load_payment,
    new_payment,
    resend_part,
)

NOBODY = "-"
"""Stands for the holder of a card that does not exist, so that it is looked up like any other. No person has this id."""


@dataclass(frozen=True)
class Order:
    """What a platform wants to sell to whom; ``amount`` in rupiah. ``request`` names the signed request itself."""

    user_platform_id: str
    course_code: str
    schedule_code: str
    amount: int
    request: str


@dataclass(frozen=True)
class Found:
    """What was read along with the platform; each None if it is not there."""

    holder: str | None
    """The person who holds the card."""
    tied_to: str | None
    """The person whose card the account at the platform has bought with."""
    course: Course | None
    schedule: Schedule | None


def seats_left(p: Platform, *, platform: Partner, course: Course | None, schedule: Schedule | None) -> int:
    """How many seats of a schedule can still be sold: none when its sale is over. Raises CourseUnknown, ScheduleUnknown."""
    # load (course and schedule came with the partner)
    platform.require(PartnerKind.PLATFORM)
    taught, run = require_course(course, schedule, platform=platform.client_code)
    # decide
    try:
        require_on_sale(taught, run, p.clock.programme())
    except (ScheduleCancelled, SaleClosed):
        return 0
    # load
    return sum(seats.left for seats in load_seats(p.table, run.course_code, run.schedule_code, run.pools))


def request_code(p: Platform, *, platform: Partner, order: Order, found: Found) -> Payment:
    """Check that this card may buy this course now, and have a one-time code sent to its holder.

    The very same request again is answered without another code. Raises CardUnknown, what ``require_sale``,
    ``require_may_buy``, ``require_own_account`` and ``require_buyer_fits`` raise, NoSeatLeft, NotEnoughBalance,
    TooManyPaymentCodes.
    """
    platform.require(PartnerKind.PLATFORM)
    return again_if_moved(lambda _: _request_code(p, platform.client_code, order, found.holder or NOBODY, found))


def _request_code(p: Platform, platform: str, order: Order, person_id: str, found: Found) -> Payment:
    # load (card, account, course and schedule came with the partner)
    payment_id, person = p.ids.new(), {"person_id": person_id}
    pool = first_pool(purchase_id_of(p, payment_id), found.schedule.pools if found.schedule else 1)
    wanted = [(MEMBERSHIP, person), (BALANCE, person), (PAYMENT_OTP, person)]
    if found.course and found.course.is_for_some:
        wanted.append((PERSON_IDENTITY, person))
    seats_item, member_item, balance_item, sent_item, *identity = p.table.batch_get(
        seats_key(order.course_code, order.schedule_code, pool), *wanted
    )
    sent = codes_sent_from_item(sent_item)
    answered = sent.payment_of(order.request)
    if answered and (before := load_payment(p.table, answered)):
        return before
    # decide
    now, today = p.clock.wall(), p.clock.programme()
    course, schedule = require_sale(found.course, found.schedule, platform=platform, amount=order.amount, now=today)
    if member_item is None or balance_item is None:  # only now: an invented course must not tell whether a card exists
        raise CardUnknown
    membership, balance = membership_from_item(member_item), balance_from_item(balance_item)
    scheme = load_scheme(p.table, membership.scheme_name, membership.scheme_version)
    account_required = scheme.link_account_before_purchase
    season = season_of(membership.decreed_at)
    require_may_buy(membership, account_required=account_required, season=season, now=today)
    require_own_account(membership, found.tied_to, platform, order.user_platform_id)
    find_seat(p.table, course.course_code, schedule.schedule_code, schedule.pools, seats_from_item(seats_item, pool))
    require_buyer_fits(p, course, schedule, person_id, identity[0] if identity else None, today)
    if balance.available < order.amount:
        raise NotEnoughBalance
    intent = fingerprint([platform, order.user_platform_id, order.course_code, order.schedule_code, order.amount])
    open_payment = load_payment(p.table, sent.payment_id) if sent.intent == intent else None
    if open_payment and open_payment.wants_code(now):
        payment = resent(open_payment, now)
        stored = resend_part(open_payment, payment)
    else:
        payment = Payment(
            payment_id=payment_id,
            intent=intent,
            client_code=platform,
            user_platform_id=order.user_platform_id,
            person_id=person_id,
            course_code=course.course_code,
            schedule_code=schedule.schedule_code,
            amount=order.amount,
            pools=schedule.pools,
            account_required=account_required,
            debit_at=scheme.debit_at,
            rule=scheme.completion_rule,
            valid_until=now + CODE_LIFE,
        )
        stored = new_payment(payment)
    counted = decide_code(sent, payment, request=order.request, now=now)
    # commit, announce
    p.table.commit(
        stored,
        codes_sent_part(person_id, sent, counted),
        outbox=[PaymentCodeRequested(payment_id=payment.payment_id, resend=payment.resend)],
    )
    return payment


def purchase_id_of(p: Platform, payment_id: str) -> str:
    """The purchase that a payment leads to: known before, so that a repeat names the same one."""
    return p.ids.of("purchase", payment_id)


def find_seat(table: Table, course_code: str, schedule_code: str, pools: int, tried: Seats) -> Seats:
    """A pool with a seat: the one tried first, or the fullest of all. Raises NoSeatLeft."""
    if tried.left > 0:
        return tried
    found = best_pool(load_seats(table, course_code, schedule_code, pools))
    if found is None:
        raise NoSeatLeft
    return found
