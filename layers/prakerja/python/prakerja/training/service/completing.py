"""What is recorded on a redeem code, and what follows from it: by rule, the last missing proof completes the course."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prakerja.balance import balance_from_item, post_parts
from prakerja.membership import DebitAt, close_purchase_part, membership_from_item
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PURCHASE
from prakerja.platform.observability import count
from prakerja.platform.parts import Part
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import CodeUnknown
from prakerja.training.model.learning import decide_completion
from prakerja.training.model.purchase import OPEN, PurchaseState, RedeemCode
from prakerja.training.service.moving import unless_moved
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import code_part, completed_part, purchase_from_item


def record(p: Platform, before: RedeemCode, after: RedeemCode, now: datetime, *also: Part) -> RedeemCode:
    """Commit what changed on a code (and ``also``, in the same transaction); complete its course if that proves it.

    Answers the code as it stands then. Raises Moved, BalanceChanged, MembershipChanged if somebody was faster.
    """
    if decide_completion(after):
        return _complete(p, before, after, now, also)
    # commit
    p.table.commit(code_part(before, after), *also)
    return after


def _complete(p: Platform, before: RedeemCode, after: RedeemCode, now: datetime, also: tuple[Part, ...]) -> RedeemCode:
    # load
    person = {"person_id": before.person_id}
    purchase_item, balance_item, member_item = p.table.batch_get(
        (PURCHASE, {**person, "purchase_id": before.purchase_id}), (BALANCE, person), (MEMBERSHIP, person)
    )
    purchase = purchase_from_item(purchase_item)
    if purchase is None or balance_item is None or member_item is None:
        raise CodeUnknown
    if purchase.state not in OPEN:  # it ended after the code was read
        raise Moved
    membership = membership_from_item(member_item)
    # decide
    done = replace(
        purchase,
        state=PurchaseState.COMPLETED,
        redeemed_at=after.redeemed_at,
        completed_at=now,
        completion_number=membership.completed_count + 1,
    )
    proven = replace(after, state=PurchaseState.COMPLETED)
    paid: tuple[Part, ...] = ()
    if done.debit_at is DebitAt.COMPLETION:
        balance = balance_from_item(balance_item)
        paid = post_parts(balance, done.amount, done.purchase_id, now, done.institution)
    # commit, announce
    unless_moved(
        p.table.commit(
            code_part(before, proven),
            *also,
            completed_part(done),
            *paid,
            close_purchase_part(membership, done.purchase_id, completed=True),
            outbox=[notice(done.person_id, NoticeKind.COMPLETED, done.purchase_id)],
        )
    )
    count("CourseCompleted")
    return proven
