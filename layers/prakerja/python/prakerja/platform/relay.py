"""Moves outbox rows to their queues: send first, delete after. A crash in between sends twice, never nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from prakerja.platform.access_patterns import OUTBOX, OUTBOX_SHARDS
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.observability import count, log
from prakerja.platform.parts import Item
from prakerja.platform.table import Table

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SEND_AT_ONCE = 10
DELETE_AT_ONCE = 25
STALE = timedelta(minutes=5)
"""Rows older than this were left behind by the stream."""
SWEPT_PER_SHARD = 200
"""How many stale rows one sweep takes from each shard, so that it ends in time."""


@dataclass(frozen=True)
class Row:
    """An outbox row: its key, where it goes, and what."""

    pk: str
    sk: str
    queues: tuple[str, ...]
    body: str
    topic: str
    correlation_id: str
    delay_seconds: int

    @classmethod
    def of(cls, item: Item) -> Row:
        return cls(
            item["pk"],
            item["sk"],
            tuple(item["queues"]),
            item["body"],
            item["topic"],
            item["correlation_id"],
            item["delay_seconds"],
        )

    @property
    def at(self) -> datetime:
        """When it was committed, UTC."""
        return from_text(OUTBOX.parse({"pk": self.pk, "sk": self.sk})["at"])


def relay(table: Table, sqs: SQSClient, queue_urls: Mapping[str, str], rows: Sequence[Row]) -> set[str]:
    """Send rows to their queues and delete those that all their queues accepted; answers the sort keys left over."""
    waiting: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for queue in row.queues:
            waiting[queue].append((number, row))
    left: set[str] = set()
    for queue, numbered in waiting.items():
        if queue not in queue_urls:  # a row of another version of the system: it waits, and holds up no other
            log.error("no such queue", queue=queue, rows=len(numbered))
            left |= {row.sk for _, row in numbered}
            continue
        for start in range(0, len(numbered), SEND_AT_ONCE):
            left |= _send(sqs, queue_urls[queue], numbered[start : start + SEND_AT_ONCE])
    done = [{"pk": row.pk, "sk": row.sk} for row in rows if row.sk not in left]
    for start in range(0, len(done), DELETE_AT_ONCE):
        table.forget(OUTBOX, done[start : start + DELETE_AT_ONCE])
    return left


def sweep(table: Table, sqs: SQSClient, queue_urls: Mapping[str, str], now: datetime) -> int:
    """Relay what the stream left behind; answers how many rows. Measures the oldest one's age in seconds.

    While the stream lags, most stale rows are still on their way; the bound per run keeps the doubles few, and
    receivers bear them.
    """
    oldest, swept = now, 0
    for shard in range(OUTBOX_SHARDS):
        page = table.query(OUTBOX, limit=SWEPT_PER_SHARD, shard=f"{shard:02d}")
        rows = [Row.of(item) for item in page.items]
        oldest = min([oldest, *(row.at for row in rows)])
        stale = [row for row in rows if to_text(row.at) < to_text(now - STALE)]
        swept += len(stale) - len(relay(table, sqs, queue_urls, stale))
    count("OutboxAgeSeconds", int((now - oldest).total_seconds()))
    return swept


def _send(sqs: SQSClient, url: str, numbered: Sequence[tuple[int, Row]]) -> set[str]:
    entries: list[Any] = [
        {
            "Id": str(number),
            "MessageBody": row.body,
            "DelaySeconds": row.delay_seconds,
            "MessageAttributes": {
                "topic": {"DataType": "String", "StringValue": row.topic},
                "correlation_id": {"DataType": "String", "StringValue": row.correlation_id},
            },
        }
        for number, row in numbered
    ]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    refused = {failure["Id"] for failure in answer.get("Failed", [])}
    return {row.sk for number, row in numbered if str(number) in refused}
