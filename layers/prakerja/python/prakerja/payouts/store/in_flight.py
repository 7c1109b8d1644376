"""Every payout that may have been in flight at a moment. For workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from prakerja.balance import in_flight_account, transfers_of
from prakerja.payouts.model import NEEDS_PERSON, PROVIDERS, Payout, PayoutState, Work
from prakerja.payouts.store.payouts import payout_from_item, payout_key
from prakerja.payouts.store.sent import find_sent
from prakerja.platform.access_patterns import DUE_SHARDS, PAYOUT, PAYOUT_LIST
from prakerja.platform.clock import wib_date
from prakerja.platform.table import Table

AT_ONCE = 100
EVER = "9999"
"""After every time that is stored."""
WAITING = {PayoutState.UNKNOWN, *NEEDS_PERSON}
"""A payout in flight is due, or on one of these lists, or both."""


def perhaps_in_flight(table: Table, day: date, now: datetime) -> Iterator[Payout]:
    """The payouts that were in flight at the end of a day (WIB, programme clock), and others.

    A payout that was, is still due or listed, or a later booking took it out of flight. The index of what is due may be
    behind by moments: who finds a difference looks again.
    """
    seen: set[str] = set()
    for some in _chunks(_ids(table, day, now), AT_ONCE):
        wanted = [payout_id for payout_id in dict.fromkeys(some) if payout_id not in seen]
        seen.update(wanted)
        items = table.batch_get(*map(payout_key, wanted)) if wanted else []
        yield from (payout_from_item(item) for item in items)


def _ids(table: Table, day: date, now: datetime) -> Iterator[str]:
    for work in Work:
        for provider in PROVIDERS:
            for shard in range(DUE_SHARDS):
                yield from _due(table, f"{work}_{provider}#{shard:02d}")
    for state in sorted(WAITING):
        for row in table.query_all(PAYOUT_LIST, standing=str(state)):
            yield PAYOUT_LIST.parse(row)["payout_id"]
    accounts = {in_flight_account(provider): provider for provider in PROVIDERS}
    for number in range((wib_date(now) - day).days):
        for transfer in transfers_of(table, day + timedelta(days=number + 1)):
            if transfer.debit in accounts:
                sent = find_sent(table, accounts[transfer.debit], transfer.reference)
                if sent is not None:
                    yield sent.payout_id


def _due(table: Table, shard: str) -> Iterator[str]:
    after: str | None = None
    while True:
        keys, after = table.due_page(PAYOUT, shard, " ", EVER, after=after, limit=1000)
        yield from (key["payout_id"] for key in keys)
        if after is None:
            return


def _chunks(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    waiting = iter(ids)
    while some := list(islice(waiting, size)):
        yield some
