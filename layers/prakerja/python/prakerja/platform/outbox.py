"""Messages leave only through outbox rows written in the transaction that caused them: one row for each destination.

``relay_outbox`` sends a row as soon as the stream shows it and deletes it; ``sweep_outbox`` takes what was left behind.
Messages carry ids only; receivers load the items and trust those. Delivery is at least once, in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from prakerja.platform.access_patterns import OUTBOX, OUTBOX_SHARDS
from prakerja.platform.ids import RandomIds, shard_of
from prakerja.platform.observability import correlation_id
from prakerja.platform.parts import Part, put

MAX_DELAY_SECONDS = 900
"""What a queue can hold back at most; longer waits are due items, woken by a sweep."""


class Message(BaseModel):
    """Base of all messages. Subclasses name their ``topic`` (versioned) and the ``queue`` (the function that consumes it)."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    topic: ClassVar[str]
    queue: ClassVar[str]

    def queues(self) -> tuple[str, ...]:
        """Names of the queues it goes to."""
        return (self.queue,)


@dataclass(frozen=True)
class Outgoing:
    """A message to be delivered not before ``delay_seconds`` (at most 900) have passed."""

    message: Message
    delay_seconds: int


def later(message: Message, seconds: int) -> Outgoing:
    """Announce a message with a delay, clamped to what a queue can do."""
    return Outgoing(message, max(0, min(seconds, MAX_DELAY_SECONDS)))


def outbox_parts(messages: Iterable[Message | Outgoing], now: str) -> list[Part]:
    """The rows of one commit: messages for the same queues share one. ``now`` is stored text; it orders rows by age."""
    by_queues: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in messages:
        outgoing = Outgoing(each, 0) if isinstance(each, Message) else each
        message = outgoing.message
        sent = {"topic": message.topic, "body": message.model_dump_json(), "delay_seconds": outgoing.delay_seconds}
        by_queues[message.queues()].append(sent)
    return [_row(queues, sent, now) for queues, sent in by_queues.items()]


def _row(queues: tuple[str, ...], messages: list[dict[str, Any]], now: str) -> Part:
    row_id = RandomIds().new()
    item = {"queues": list(queues), "messages": messages, "correlation_id": correlation_id()}
    return put(OUTBOX, item, shard=shard_of(row_id, OUTBOX_SHARDS), at=now, row_id=row_id)
