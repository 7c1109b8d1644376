"""What the ledger publishes."""

from __future__ import annotations

from datetime import date

from prakerja.platform.outbox import Message


class ShardToClose(Message):
    """Add up one shard of a ledger day (WIB); the last one closes the day."""

    topic = "balance.shard_to_close.v1"
    queue = "close_day"

    day: date
    shard: str


class LedgerDayClosed(Message):
    """The latest day (WIB) that is over is closed: whoever holds money in the ledger can be compared with it."""

    topic = "balance.day_closed.v1"
    queue = "reconcile_payouts"

    day: date
