"""Cancels purchases that two operators agreed to cancel: one, or all of a schedule that is not held."""

from __future__ import annotations

from prakerja.platform.worker import sqs_worker
from prakerja.training.messages import CancellationApproved, ScheduleCancellationApproved, SomeToCancel
from prakerja.training.service.annulling import annul
from prakerja.training.service.annulling_all import cancel_schedule, cancel_some
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One message: one purchase, a schedule, or some purchases of one."""
    if topic == CancellationApproved.topic:
        one = CancellationApproved.model_validate_json(body)
        annul(platform(), person_id=one.person_id, approval_id=one.approval_id)
    elif topic == ScheduleCancellationApproved.topic:
        whole = ScheduleCancellationApproved.model_validate_json(body)
        cancel_schedule(platform(), course_code=whole.course_code, approval_id=whole.approval_id)
    else:
        some = SomeToCancel.model_validate_json(body)
        cancel_some(
            platform(),
            course_code=some.course_code,
            approval_id=some.approval_id,
            shard=some.shard,
            grace=some.sequence,
            after=some.after_redeem_code,
        )


handler = sqs_worker(work, sqs)
