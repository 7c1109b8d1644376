"""An institution redeems a code and reports what was learned; completion is decided by rule from the evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prakerja.balance import balance_from_item, post_parts
from prakerja.membership import DebitAt, close_purchase_part, membership_from_item
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PURCHASE
from prakerja.platform.observability import count
from prakerja.platform.parts import Part
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import CodeUnknown
from prakerja.training.model.purchase import (
    Evidence,
    PurchaseState,
    RedeemCode,
    decide_completion,
    decide_evidence,
    redeemed,
    require_code,
)
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.purchase import (
    code_part,
    completed_part,
    load_code,
    purchase_from_item,
)


def look_at_code(*, institution: Partner, code: RedeemCode | None) -> RedeemCode:
    """A code of a course that this institution teaches. Raises CodeUnknown, CodeCancelled."""
    institution.require(PartnerKind.INSTITUTION)
    return require_code(code, institution.client_code)


def redeem(p: Platform, *, institution: Partner, code: RedeemCode | None) -> RedeemCode:
    """Use a code: the course begins. The same institution again gets the same answer. Raises CodeUnknown, CodeCancelled."""
    known = look_at_code(institution=institution, code=code)

    def attempt(is_repeat: bool) -> RedeemCode:
        # load (the first time, the code came with the partner)
        current = look_at_code(institution=institution, code=_again(p, known)) if is_repeat else known
        # decide
        if current.is_redeemed:
            return current
        after = redeemed(current, p.clock.programme())
        # commit
        p.table.commit(code_part(current, after))
        count("CodeRedeemed")
        return after

    return again_if_moved(attempt)


def record_evidence(
    p: Platform,
    *,
    institution: Partner,
    code: RedeemCode | None,
    sequence: int,
    passed: bool,
    score: int | None = None,
    completed_at: datetime | None = None,
) -> RedeemCode:
    """Record what an institution reports of one sequence; the last missing piece completes the course.

    The same report again changes nothing. Raises CodeUnknown, CodeCancelled, NotRedeemed, SequenceNotTaught,
    CompletedInFuture, EvidenceContradicts.
    """
    known = look_at_code(institution=institution, code=code)
    now = p.clock.programme()
    reported = Evidence(sequence, passed, score, completed_at or now, now)

    def attempt(is_repeat: bool) -> RedeemCode:
        # load (the first time, the code came with the partner)
        current = look_at_code(institution=institution, code=_again(p, known)) if is_repeat else known
        # decide
        after = decide_evidence(current, reported)
        if after is None:
            return current
        if decide_completion(after):
            return _complete(p, current, after, now)
        # commit
        p.table.commit(code_part(current, after))
        return after

    return again_if_moved(attempt)


def _complete(p: Platform, before: RedeemCode, after: RedeemCode, now: datetime) -> RedeemCode:
    # load
    person = {"person_id": before.person_id}
    purchase_item, balance_item, member_item = p.table.batch_get(
        (PURCHASE, {**person, "purchase_id": before.purchase_id}), (BALANCE, person), (MEMBERSHIP, person)
    )
    purchase = purchase_from_item(purchase_item)
    if purchase is None or balance_item is None or member_item is None:
        raise CodeUnknown
    membership = membership_from_item(member_item)
    # decide
    done = replace(
        purchase,
        state=PurchaseState.COMPLETED,
        redeemed_at=before.redeemed_at,
        completed_at=now,
        completion_number=membership.completed_count + 1,
    )
    after = replace(after, state=PurchaseState.COMPLETED)
    paid: tuple[Part, ...] = ()
    if done.debit_at is DebitAt.COMPLETION:
        balance = balance_from_item(balance_item)
        paid = post_parts(balance, done.amount, done.purchase_id, now, done.institution)
    # commit, announce
    p.table.commit(
        code_part(before, after),
        completed_part(done),
        *paid,
        close_purchase_part(membership, done.purchase_id, completed=True),
        outbox=[notice(done.person_id, NoticeKind.COMPLETED, done.purchase_id)],
    )
    count("CourseCompleted")
    return after


def _again(p: Platform, code: RedeemCode) -> RedeemCode | None:
    return load_code(p.table, code.redeem_code)
