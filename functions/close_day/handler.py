"""Closes the ledger's days: begun soon after midnight WIB, then a message for each shard of a day."""

from __future__ import annotations

from typing import Any

from prakerja.balance import ShardToClose
from prakerja.balance.service import begin_close, close_shard
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One message: one shard."""
    message = ShardToClose.model_validate_json(body)
    close_shard(platform(), day=message.day, shard=message.shard)


_work_batch = sqs_worker(work, sqs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """From the queue (Records), or nightly: the days whose shards are now added up."""
    if "Records" in event:
        return _work_batch(event, context)
    begin(RandomIds().new())
    return {"days": [day.isoformat() for day in begin_close(platform())]}
