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
class Waiting:
    """A message as its row keeps it."""

    topic: str
    body: str
    delay_seconds: int


@dataclass(frozen=True)
class Row:
    """An outbox row: its key, where it goes, and what."""

    pk: str
    sk: str
    queues: tuple[str, ...]
    messages: tuple[Waiting, ...]
    correlation_id: str

    @classmethod
    def of(cls, item: Item) -> Row:
        """A row as stored. One of the first form has no list: it is itself its only message."""
        messages = tuple(Waiting(m["topic"], m["body"], m["delay_seconds"]) for m in item.get("messages", [item]))
        return cls(item["pk"], item["sk"], tuple(item["queues"]), messages, item["correlation_id"])

    @property
    def at(self) -> datetime:
        """When it was committed, UTC."""
        return from_text(OUTBOX.parse({"pk": self.pk, "sk": self.sk})["at"])


def relay(table: Table, sqs: SQSClient, queue_urls: Mapping[str, str], rows: Sequence[Row]) -> set[str]:
    """Send rows to their queues and delete those that all their queues accepted; answers the sort keys left over.

    A row of which a queue refused one message stays whole: the others are sent twice, which receivers bear.
    """
    waiting: dict[str, list[tuple[Row, Waiting]]] = defaultdict(list)
    for row in rows:
        for queue in row.queues:
            waiting[queue] += [(row, message) for message in row.messages]
    left: set[str] = set()
    for queue, messages in waiting.items():
        if queue not in queue_urls:  # a row of another version of the system: it waits, and holds up no other
            log.error("no such queue", queue=queue, messages=len(messages))
            left |= {row.sk for row, _ in messages}
            continue
        for start in range(0, len(messages), SEND_AT_ONCE):
            left |= _send(sqs, queue_urls[queue], messages[start : start + SEND_AT_ONCE])
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


def _send(sqs: SQSClient, url: str, messages: Sequence[tuple[Row, Waiting]]) -> set[str]:
    entries: list[Any] = [
        {
            "Id": str(number),
            "MessageBody": message.body,
            "DelaySeconds": message.delay_seconds,
            "MessageAttributes": {
                "topic": {"DataType": "String", "StringValue": message.topic},
                "correlation_id": {"DataType": "String", "StringValue": row.correlation_id},
            },
        }
        for number, (row, message) in enumerate(messages)
    ]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    refused = {failure["Id"] for failure in answer.get("Failed", [])}
    return {row.sk for number, (row, _) in enumerate(messages) if str(number) in refused}
