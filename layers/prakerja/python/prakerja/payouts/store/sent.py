"""What was sent to a provider, by day and reference: for call-backs and for reconciliation, without an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from prakerja.payouts.model import Attempt, Payout
from prakerja.payouts.references import day_of_reference
from prakerja.platform.access_patterns import SENT, SENT_SHARDS
from prakerja.platform.ids import fingerprint, shard_of
from prakerja.platform.parts import Item, Part, put_new
from prakerja.platform.table import Table


@dataclass(frozen=True)
class Sent:
    """One attempt as the provider knows it. ``amount`` in rupiah."""

    provider: str
    reference: str
    payout_id: str
    number: int
    """Of the attempt."""
    amount: int
    person_id: str


def new_sent(payout: Payout, attempt: Attempt) -> Part:
    """The row of a new attempt, for the transaction that stores it. A reference is given once, ever."""
    day, shard = _place(attempt.reference)
    return put_new(
        SENT,
        {
            "payout_id": payout.payout_id,
            "number": attempt.number,
            "amount": attempt.amount,
            "person_id": payout.person_id,
        },
        fingerprint=fingerprint([payout.payout_id, attempt.number]),
        provider=attempt.provider,
        day=day,
        shard=shard,
        reference=attempt.reference,
    )


def find_sent(table: Table, provider: str, reference: str) -> Sent | None:
    """The attempt of a reference that a provider names; None if it is none that we sent there."""
    try:
        day, shard = _place(reference)
    except ValueError:
        return None
    item = table.get(SENT, provider=provider, day=day, shard=shard, reference=reference)
    return None if item is None else _sent(item)


def sent_on(table: Table, provider: str, day: date) -> Iterator[Sent]:
    """All attempts prepared for a provider on a WIB day; strongly consistent. For workers."""
    for shard in range(SENT_SHARDS):
        items = table.query_all(SENT, provider=provider, day=day.isoformat(), shard=f"{shard:02d}")
        yield from map(_sent, items)


def order_of(reference: str) -> str:
    """Text whose order is that in which ``sent_on`` answers; for any text, also one that is no reference of ours."""
    return f"{shard_of(reference, SENT_SHARDS)}:{reference}"


def _place(reference: str) -> tuple[str, str]:
    return day_of_reference(reference).isoformat(), shard_of(reference, SENT_SHARDS)


def _sent(item: Item) -> Sent:
    key = SENT.parse(item)
    return Sent(
        provider=key["provider"],
        reference=key["reference"],
        payout_id=item["payout_id"],
        number=item["number"],
        amount=item["amount"],
        person_id=item["person_id"],
    )
