"""The ledger's days as stored: the transfers of a shard, the close of a shard, the close of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from prakerja.balance.closing import LedgerClose, ShardClose
from prakerja.balance.errors import LedgerDiffers
from prakerja.balance.model import LedgerTotals, Transfer, account_class
from prakerja.platform.access_patterns import LEDGER_CLOSE, LEDGER_SHARD, LEDGER_SHARDS, TRANSFER
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Part, put_new
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


def transfers_of(table: Table, day: date) -> Iterable[Transfer]:
    """Every transfer booked on a day (WIB), shard by shard. For workers and tests."""
    for shard in _shards():
        yield from transfers_of_shard(table, day, shard)


def transfers_of_shard(table: Table, day: date, shard: str) -> Iterable[Transfer]:
    """Every transfer of one shard of a day, in key order, page by page."""
    for item in table.query_all(TRANSFER, day=day.isoformat(), shard=shard):
        yield record_of(Transfer, item)


def ledger_totals(table: Table, day: date) -> LedgerTotals:
    """Recompute a day (WIB) from its transfers; no total is ever stored on the way. For workers and tests."""
    return _totals(day, transfers_of(table, day))


def provisional_totals(table: Table, day: date, at_most: int) -> LedgerTotals | None:
    """The same for a request: None if there are more than ``at_most`` transfers."""
    found: list[Transfer] = []
    for shard in _shards():
        page = table.query(TRANSFER, limit=at_most - len(found) + 1, day=day.isoformat(), shard=shard)
        found += [record_of(Transfer, item) for item in page.items]
        if len(found) > at_most or page.after is not None:
            return None
    return _totals(day, found)


def first_booked_day(table: Table, first: date, until: date) -> date | None:
    """The first day from ``first`` until before ``until`` on which anything was booked."""
    for number in range((until - first).days):
        day = first + timedelta(days=number)
        if any(table.query(TRANSFER, limit=1, day=day.isoformat(), shard=shard).items for shard in _shards()):
            return day
    return None


def new_shard_close(close: ShardClose) -> Part:
    """Keep the close of a shard; the same again is a repeat. Error: LedgerDiffers."""
    return put_new(
        LEDGER_SHARD,
        item_of(close),
        error=LedgerDiffers(),
        fingerprint=fingerprint([close.transfers, close.digest]),
        day=close.day.isoformat(),
        shard=close.shard,
    )


def shard_closes(table: Table, day: date) -> list[ShardClose]:
    """The shards of a day that are closed."""
    items = table.query(LEDGER_SHARD, limit=LEDGER_SHARDS, day=day.isoformat()).items
    return [record_of(ShardClose, item) for item in items]


def new_close(close: LedgerClose) -> Part:
    """Keep the close of a day; the same again is a repeat. Error: LedgerDiffers."""
    mark = fingerprint([close.transfers, close.digest, sorted(close.balances.items())])
    return put_new(LEDGER_CLOSE, item_of(close), error=LedgerDiffers(), fingerprint=mark, day=close.day.isoformat())


def load_close(table: Table, day: date) -> LedgerClose | None:
    """The close of a day, or None."""
    return _close(table.get(LEDGER_CLOSE, day=day.isoformat()))


def last_close(table: Table) -> LedgerClose | None:
    """The latest closed day."""
    items = table.query(LEDGER_CLOSE, limit=1, descending=True).items
    return _close(items[0] if items else None)


def _close(item: Mapping[str, Any] | None) -> LedgerClose | None:
    return record_of(LedgerClose, item) if item else None


def _shards() -> list[str]:
    return [f"{shard:02d}" for shard in range(LEDGER_SHARDS)]


def _totals(day: date, transfers: Iterable[Transfer]) -> LedgerTotals:
    debits: Counter[str] = Counter()
    credits_: Counter[str] = Counter()
    count = 0
    for transfer in transfers:
        count += 1
        debits[account_class(transfer.debit)] += transfer.amount
        credits_[account_class(transfer.credit)] += transfer.amount
    return LedgerTotals(day, count, debits, credits_)
