"""An institution redeems a code and reports what was learned; completion is decided by rule from the evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prakerja.balance import balance_from_item, post_parts
from prakerja.membership import DebitAt, close_purchase_part, membership_from_item
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PURCHASE
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import CodeUnknown
from prakerja.training.messages import CourseCompleted
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
    evidence_part,
    load_code,
    purchase_from_item,
    redeem_parts,
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
        now = p.clock.programme()
        after = redeemed(current, now)
        # commit
        p.table.commit(
            *redeem_parts(current, after),
            evidence(current.person_id, "CODE_REDEEMED", now, purchase_id=current.purchase_id),
        )
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
        changed = () if after is current else (code_part(current, after),)
        if not decide_completion(after):
            # commit
            p.table.commit(evidence_part(current, reported), *changed)
            return after
        return _complete(p, current, after, reported)

    return again_if_moved(attempt)


def _complete(p: Platform, before: RedeemCode, after: RedeemCode, reported: Evidence) -> RedeemCode:
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
    now = reported.recorded_at
    done = replace(
        purchase,
        state=PurchaseState.COMPLETED,
        completed_at=now,
        completion_number=membership.completed_count + 1,
    )
    after = replace(after, state=PurchaseState.COMPLETED)
    paid: tuple[Part, ...] = ()
    if done.debit_at is DebitAt.COMPLETION:
        balance = balance_from_item(balance_item)
        paid = post_parts(balance, done.amount, done.purchase_id, now, done.institution)
    announced: list[Message] = [
        CourseCompleted(person_id=done.person_id, purchase_id=done.purchase_id),
        notice(done.person_id, NoticeKind.COMPLETED, done.purchase_id),
    ]
    # commit, announce
    p.table.commit(
        evidence_part(before, reported),
        code_part(before, after),
        completed_part(done),
        *paid,
        close_purchase_part(membership, done.purchase_id, completed=True),
        evidence(done.person_id, "COURSE_COMPLETED", now, purchase_id=done.purchase_id, amount=done.amount),
        outbox=announced,
    )
    count("CourseCompleted")
    return after


def _again(p: Platform, code: RedeemCode) -> RedeemCode | None:
    return load_code(p.table, code.redeem_code)
