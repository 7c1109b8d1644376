"""The deadline for the first purchase: reminders in the morning, revocations after midnight (WIB), more time for hardship."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prakerja.membership.messages import DeadlinesToSweep, ExtensionApproved
from prakerja.membership.service import begin_reminding, begin_revoking, extend, sweep_deadlines
from prakerja.platform import Platform
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs

BEGIN: dict[str, Callable[[Platform], int]] = {"revoke": begin_revoking, "remind": begin_reminding}


def work(topic: str, body: str) -> None:
    """One message: some pages of a shard, or one member's new deadline."""
    if topic == ExtensionApproved.topic:
        approved = ExtensionApproved.model_validate_json(body)
        extend(platform(), person_id=approved.person_id, approval_id=approved.approval_id)
    else:
        message = DeadlinesToSweep.model_validate_json(body)
        sweep_deadlines(platform(), kind=message.kind, day=message.day, shard=message.shard)


_work_batch = sqs_worker(work, sqs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """From the queue (Records), or from a cron: how many shards are begun."""
    if "Records" in event:
        return _work_batch(event, context)
    begin(RandomIds().new())
    return {"shards": BEGIN[event["sweep"]](platform())}
