"""Messages leave only through an outbox row written in the transaction that caused them.

``relay_outbox`` sends a row as soon as the stream shows it and deletes it; ``sweep_outbox`` takes what was left behind.
Messages carry ids only; receivers load the items and trust those. Delivery is at least once, in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from prakerja.platform.access_patterns import OUTBOX, OUTBOX_SHARDS
from prakerja.platform.ids import RandomIds, shard_of
from prakerja.platform.observability import correlation_id
from prakerja.platform.parts import Part, put

MAX_DELAY_SECONDS = 900
"""What a queue can hold back at most; longer waits are due items, woken by a sweep."""


class Message(BaseModel):
    """Base of all messages. Subclasses name their ``topic`` (versioned) and the ``queue`` (the function that consumes it)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

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


def outbox_part(outgoing: Message | Outgoing, now: str) -> Part:
    """The row for one message. ``now`` is stored text; it orders the rows of a shard by age."""
    if isinstance(outgoing, Message):
        outgoing = Outgoing(outgoing, 0)
    message = outgoing.message
    row_id = RandomIds().new()
    item = {
        "topic": message.topic,
        "queues": list(message.queues()),
        "body": message.model_dump_json(),
        "delay_seconds": outgoing.delay_seconds,
        "correlation_id": correlation_id(),
    }
    return put(OUTBOX, item, shard=shard_of(row_id, OUTBOX_SHARDS), at=now, row_id=row_id)
