"""Closing the ledger's days, one after the other, a worker per shard: no request ever adds up a day.

A day is closed from its transfers alone and never changes again. Closing it once more is the check: it must give the
same, and a difference becomes a finding.
"""

from __future__ import annotations

from datetime import date, timedelta

from prakerja.balance.closing import LedgerClose, add_up, close_of
from prakerja.balance.errors import DayNotOver, LedgerDiffers, LedgerNotClosed
from prakerja.balance.messages import LedgerDayClosed, ShardToClose
from prakerja.balance.model import LedgerTotals
from prakerja.balance.store import (
    first_booked_day,
    last_close,
    load_close,
    new_close,
    new_shard_close,
    provisional_totals,
    shard_closes,
    transfers_of_shard,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import LEDGER_SHARDS
from prakerja.platform.clock import wib_date
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.observability import count, log

A_DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=62)
"""How far back the very first close looks for the first booking."""
READ_AT_ONCE = 5_000
"""Transfers that a request may add up; a larger day is read once it is closed."""


def begin_close(p: Platform) -> list[date]:
    """Close the first day that is over and not closed, and look once more at the one before; answers both.

    Later days follow by themselves: each close announces the next. Safe to call at any time, any number of times.
    """
    # load
    today = wib_date(p.clock.programme())
    last = last_close(p.table)
    following = last.day + A_DAY if last else first_booked_day(p.table, today - LOOK_BACK, today) or today - A_DAY
    # decide
    days = [day for day in (last.day if last else None, following) if day is not None and day < today]
    # announce
    for day in days:
        p.table.commit(outbox=_shards_of(day))
    return days


def close_shard(p: Platform, *, day: date, shard: str) -> LedgerClose | None:
    """Add up one shard of a day that is over; answers the day's close if that is complete with it. Raises DayNotOver."""
    # load
    if day >= wib_date(p.clock.programme()):
        raise DayNotOver(day=day.isoformat())
    closed = add_up(day, shard, transfers_of_shard(p.table, day, shard))
    # commit
    try:
        p.table.commit(new_shard_close(closed))
    except LedgerDiffers:
        return _differs(p, day, shard)
    return _finish(p, day)


def read_day(p: Platform, day: date) -> LedgerClose | LedgerTotals:
    """A closed day as stored; one that is not closed is added up now, if it is small. Raises LedgerNotClosed."""
    closed = load_close(p.table, day)
    if closed is not None:
        return closed
    totals = provisional_totals(p.table, day, READ_AT_ONCE)
    if totals is None:
        raise LedgerNotClosed(day=day.isoformat())
    return totals


def _finish(p: Platform, day: date) -> LedgerClose | None:
    # load
    shards = shard_closes(p.table, day)
    last = last_close(p.table)
    if len(shards) < LEDGER_SHARDS:
        return None
    if last is not None and last.day >= day:
        return load_close(p.table, day)
    if last is not None and last.day != day - A_DAY:
        return None  # days are closed in order: an earlier one comes first, and wakes this one
    # decide
    close = close_of(day, shards, last.balances if last else {})
    following = day + A_DAY
    is_latest = following >= wib_date(p.clock.programme())
    more = [LedgerDayClosed(day=day)] if is_latest else _shards_of(following)
    # commit, announce
    p.table.commit(new_close(close), outbox=more)
    log.info("ledger day closed", day=day.isoformat(), transfers=close.transfers, digest=close.digest)
    return close


def _differs(p: Platform, day: date, shard: str) -> LedgerClose | None:
    """The transfers of a closed shard are not what they were: somebody must look, and the close stays as it is."""
    count("LedgerDiffers")
    log.error("a closed ledger day differs from its transfers", day=day.isoformat(), shard=shard)
    p.table.commit(
        outbox=[finding(FindingKind.TIE_OUT_DIFFERS, f"ledger:{day.isoformat()}", day=day.isoformat(), shard=shard)]
    )
    return load_close(p.table, day)


def _shards_of(day: date) -> list[ShardToClose]:
    return [ShardToClose(day=day, shard=f"{shard:02d}") for shard in range(LEDGER_SHARDS)]
