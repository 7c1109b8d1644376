"""Closes seasons that are over: begun after midnight (WIB), then a message for each shard that still has members."""

from __future__ import annotations

from typing import Any

from prakerja.incentives.messages import SeasonToClose
from prakerja.incentives.service import begin_closing, close_season
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One message: some pages of a shard."""
    message = SeasonToClose.model_validate_json(body)
    close_season(platform(), kind=message.kind, day=message.day, shard=message.shard)


_work_batch = sqs_worker(work, sqs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """From the queue (Records), or nightly: how many shards still have members of a season that is over."""
    if "Records" in event:
        return _work_batch(event, context)
    begin(RandomIds().new())
    return {"shards": begin_closing(platform())}
