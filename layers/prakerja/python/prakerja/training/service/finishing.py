"""A course whose time is over without proof: it is not completed, the money goes by the scheme, the next one may be bought.

What is due is on the redeem code; a queue only wakes. The seat stays taken: the schedule was held.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prakerja.balance import Balance, balance_from_item, forfeit_parts
from prakerja.membership import (
    DebitAt,
    IfNotCompleted,
    Membership,
    close_purchase_part,
    load_scheme,
    membership_from_item,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PURCHASE
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.registration import NoticeKind, notice
from prakerja.training.messages import CourseDue
from prakerja.training.model.learning import decide_end
from prakerja.training.model.purchase import OPEN, Purchase, PurchaseState
from prakerja.training.service.moving import again_if_moved, unless_moved
from prakerja.training.service.paying_back import pay_back
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import (
    code_part,
    due_codes_of,
    load_code,
    not_completed_part,
    purchase_from_item,
)


def due_courses(p: Platform, shard: str) -> list[Message]:
    """Courses of a due shard whose time is over (programme time), as messages."""
    return [CourseDue(redeem_code=code) for code in due_codes_of(p.table, shard, p.clock.programme())]


def end_course(p: Platform, *, redeem_code: str) -> None:
    """End a course as not completed, if its time is over and it is not proven. Doing it again changes nothing.

    Raises Unavailable if it cannot keep up with what moves.
    """
    again_if_moved(lambda _: _end_course(p, redeem_code))


def _end_course(p: Platform, redeem_code: str) -> None:
    # load
    code, now = load_code(p.table, redeem_code), p.clock.programme()
    if code is None or not decide_end(code, now):
        return
    person = {"person_id": code.person_id}
    purchase_item, balance_item, member_item = p.table.batch_get(
        (PURCHASE, {**person, "purchase_id": code.purchase_id}), (BALANCE, person), (MEMBERSHIP, person)
    )
    purchase = purchase_from_item(purchase_item)
    if purchase is None or balance_item is None or member_item is None:
        raise RuntimeError("a redeem code without its purchase, balance or membership")
    if purchase.state not in OPEN:  # it ended after the code was read
        raise Moved
    membership = membership_from_item(member_item)
    # decide
    over = replace(code, state=PurchaseState.NOT_COMPLETED, version=code.version + 1)
    # commit, announce
    unless_moved(
        p.table.commit(
            code_part(code, over),
            not_completed_part(purchase),
            *not_completed_money(p, membership, balance_from_item(balance_item), purchase, now),
            close_purchase_part(membership, purchase.purchase_id),
            evidence(
                code.person_id, "COURSE_NOT_COMPLETED", now, purchase_id=purchase.purchase_id, begun=code.is_redeemed
            ),
            outbox=[notice(code.person_id, NoticeKind.COURSE_NOT_COMPLETED, purchase.purchase_id)],
        )
    )
    count("CourseNotCompleted")


def not_completed_money(
    p: Platform, membership: Membership, balance: Balance, purchase: Purchase, now: datetime
) -> tuple[Part, ...]:
    """What becomes of the price of a course that was not completed, by the scheme of its member."""
    scheme = load_scheme(p.table, membership.scheme_name, membership.scheme_version)
    if scheme.if_not_completed is IfNotCompleted.RETURN:
        return pay_back(balance, purchase, now)
    if purchase.debit_at is DebitAt.PURCHASE:
        return ()  # spent at the sale, and it stays so
    return forfeit_parts(balance, purchase.amount, purchase.purchase_id, now)
