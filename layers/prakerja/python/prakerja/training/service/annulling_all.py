"""Two operators cancel a whole schedule: no more is sold of it, and every open purchase gives the balance back.

The work is done in shards, some purchases for each message, and can stop and go on anywhere: a cancelled purchase is not
found again. Seats do not come back, for nobody may take them any more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from prakerja.membership import packaged_schemes
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, SCHEDULE, SCHEDULE_CANCELLATION
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.outbox import Message, later
from prakerja.platform.problems import NotAllowed
from prakerja.training.errors import ScheduleCancelled, ScheduleUnknown
from prakerja.training.messages import ScheduleCancellationApproved, SomeToCancel
from prakerja.training.model.cancellation import CancellationReason, CancelledShard, ScheduleCancellation
from prakerja.training.model.catalogue import Schedule
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.service.annulling import annul_purchase
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.cancellation import (
    begin_parts,
    counted_part,
    due_cancellations_of,
    load_shard,
    load_shards,
    look_again_part,
    new_schedule_cancellation,
    open_codes,
    schedule_cancellation_from_item,
    shards,
)
from prakerja.training.store.catalogue import schedule_from_item

CANCEL_SCHEDULE = "SCHEDULE_CANCELLATION"
"""The kind of the operators' approval; its content is schedule, reason and evidence."""
SETTLED = 120
"""Seconds after which every sale that was under way has ended, and the index shows it."""
LOOK_AGAIN = timedelta(minutes=15)
"""After how long a sweep looks whether a message was lost (wall clock)."""
AT_ONCE = 25
"""Purchases for each message."""


def propose_schedule_cancellation(
    p: Platform,
    *,
    operator: str,
    course_code: str,
    schedule_code: str,
    reason: CancellationReason,
    evidence_reference: str,
) -> Approval:
    """The first operator's word that a schedule is not held. Raises ScheduleUnknown, ScheduleCancelled."""
    # load
    schedule = schedule_from_item(p.table.get(SCHEDULE, course_code=course_code, schedule_code=schedule_code))
    # decide
    if schedule is None:
        raise ScheduleUnknown
    if schedule.cancelled_at is not None:
        raise ScheduleCancelled
    now = p.clock.wall()
    proposed = ScheduleCancellation(course_code, schedule_code, reason, evidence_reference, now)
    content = proposed.content_hash
    approval = proposal(
        p,
        CANCEL_SCHEDULE,
        course_code,
        content,
        operator,
        course_code=course_code,
        schedule_code=schedule_code,
        reason=str(reason),
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        new_schedule_cancellation(proposed, approval.approval_id),
        evidence(
            course_code,
            "SCHEDULE_CANCELLATION_PROPOSED",
            now,
            by=operator,
            schedule_code=schedule_code,
            reason=str(reason),
            evidence_reference=evidence_reference,
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def schedule_cancellation_approved(approval: Approval) -> ScheduleCancellationApproved:
    """What the second operator's agreement announces."""
    return ScheduleCancellationApproved(course_code=approval.subject_id, approval_id=approval.approval_id)


def cancel_schedule(p: Platform, *, course_code: str, approval_id: str) -> list[CancelledShard]:
    """Stop the sale, and have all open purchases cancelled; later on, see whether they are. Safe to repeat.

    Raises ScheduleUnknown, NotAllowed.
    """
    return again_if_moved(lambda _: _cancel_schedule(p, course_code, approval_id))


def _cancel_schedule(p: Platform, course_code: str, approval_id: str) -> list[CancelledShard]:
    # load
    proposed, schedule = _agreed(p, course_code, approval_id)
    begun = load_shards(p.table, course_code, approval_id)
    # decide
    if not begun and schedule.cancelled_at is not None:
        return []  # as two operators agreed before
    wake_at = p.clock.wall() + LOOK_AGAIN
    waiting = [row.shard for row in begun if not row.is_done] if begun else shards()
    some = [
        later(SomeToCancel(course_code=course_code, approval_id=approval_id, shard=shard), SETTLED) for shard in waiting
    ]
    # commit, announce
    if begun:
        p.table.commit(look_again_part(course_code, approval_id, wake_at if waiting else None), outbox=some)
        return begun
    now = p.clock.programme()
    p.table.commit(
        *begin_parts(proposed, approval_id, now, wake_at),
        evidence(
            course_code,
            "SCHEDULE_CANCELLED",
            now,
            schedule_code=proposed.schedule_code,
            reason=str(proposed.reason),
            approval_id=approval_id,
        ),
        outbox=some,
    )
    return [CancelledShard(shard) for shard in waiting]


def cancel_some(
    p: Platform, *, course_code: str, approval_id: str, shard: str, grace: int = 0, after: str | None = None
) -> CancelledShard:
    """Cancel the next open purchases of a shard, and announce those after them.

    ``grace`` counts the periods of grace that schemes give, since codes are found by the end of theirs; ``after`` is the
    redeem code before the next one. Raises ScheduleUnknown, NotAllowed.
    """
    # load
    proposed, schedule = _agreed(p, course_code, approval_id)
    graces = sorted({scheme.completion_rule.grace_days for scheme in packaged_schemes()})
    codes, last = open_codes(p.table, schedule, graces[grace], shard, after, AT_ONCE)
    # each of them: load, decide, commit
    for code in codes:
        again_if_moved(partial(_cancel_one, p, proposed, approval_id, shard, code))
    # decide
    before = load_shard(p.table, course_code, approval_id, shard)
    next_grace = grace if last else grace + 1
    is_done = next_grace == len(graces)
    now = replace(before, is_done=before.is_done or is_done)
    more = SomeToCancel(
        course_code=course_code, approval_id=approval_id, shard=shard, sequence=next_grace, after_redeem_code=last
    )
    # commit, announce
    if now != before:
        again_if_moved(lambda _: _finish(p, course_code, approval_id, shard))
    if not is_done:
        p.table.commit(outbox=[more])
    return now


def progress_of(p: Platform, *, course_code: str, approval_id: str) -> list[CancelledShard]:
    """How far the cancelling of a schedule has come; nothing before it began."""
    return load_shards(p.table, course_code, approval_id)


def due_cancellations(p: Platform, shard: str) -> list[Message]:
    """Cancelled schedules of a due shard that may not be finished."""
    return [ScheduleCancellationApproved(**key) for key in due_cancellations_of(p.table, shard, p.clock.wall())]


def _agreed(p: Platform, course_code: str, approval_id: str) -> tuple[ScheduleCancellation, Schedule]:
    approval_item, proposed_item = p.table.batch_get(
        (APPROVAL, {"approval_id": approval_id}),
        (SCHEDULE_CANCELLATION, {"course_code": course_code, "approval_id": approval_id}),
    )
    proposed = schedule_cancellation_from_item(proposed_item)
    if approval_item is None or proposed is None:
        raise ScheduleUnknown
    if not from_approval_item(approval_item).binds(CANCEL_SCHEDULE, course_code, proposed.content_hash):
        raise NotAllowed
    schedule = schedule_from_item(p.table.get(SCHEDULE, course_code=course_code, schedule_code=proposed.schedule_code))
    if schedule is None:
        raise ScheduleUnknown
    return proposed, schedule


def _cancel_one(
    p: Platform, proposed: ScheduleCancellation, approval_id: str, shard: str, code: RedeemCode, _: bool
) -> None:
    before = load_shard(p.table, proposed.course_code, approval_id, shard)
    counted = counted_part(proposed.course_code, approval_id, before, replace(before, cancelled=before.cancelled + 1))
    facts = {"reason": str(proposed.reason), "approval_id": approval_id}
    annul_purchase(p, code.person_id, code.purchase_id, facts, of_schedule=counted)


def _finish(p: Platform, course_code: str, approval_id: str, shard: str) -> None:
    before = load_shard(p.table, course_code, approval_id, shard)
    p.table.commit(counted_part(course_code, approval_id, before, replace(before, is_done=True)))
