"""Looks at every committed transaction of a simulation: what members could see, what is due, and the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from prakerja.balance.model import account_class
from prakerja.payouts.model import IN_FLIGHT, Payout, PayoutState
from prakerja.payouts.store import payout_from_item
from prakerja.platform.clock import from_text
from prakerja.platform.parts import Item, from_item
from tests.support.clock import FixedClock

STOP_REACHES_ALL = timedelta(seconds=5)
"""So long a worker may believe what it read of a channel."""
Pair = tuple[Item | None, Item | None]


class Watch:
    """Remembers what was wrong, because a product's own ``except`` must not swallow it."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.payouts: dict[str, Payout] = {}
        self.history: dict[str, list[PayoutState]] = defaultdict(list)
        self.held: Counter[str] = Counter()
        self.cases: set[tuple[str, str]] = set()
        self.wrong: list[str] = []
        self.stopped_since: datetime | None = None
        self.transfers = 0
        self._due: dict[str, tuple[str, str]] = {}
        self._entitled: Counter[str] = Counter()

    def look(self, changes: Iterable[Pair]) -> None:
        """One transaction of the programme table."""
        money = False
        for _, after in changes:
            if after is None:
                continue
            sk = after["sk"]["S"]
            if sk in ("PAYOUT", "RUN"):
                self._waits(after)
            if sk == "PAYOUT" and after["pk"]["S"].startswith("PAYOUT#"):
                self._moved(from_item(after))
                money = True
            elif sk.startswith("TRANSFER#"):
                self._booked(from_item(after))
                money = True
            elif sk == "CASE":
                self.cases.add((after["kind"]["S"], after["subject_id"]["S"]))
        if money:
            self._balance()

    def on_the_line(self, where: str) -> None:
        """A call goes out; none that moves money may, five seconds after a stop."""
        if not where.startswith("before") or not where.endswith(("transfer-intrabank", "emoney/topup")):
            return
        self.transfers += 1
        if self.stopped_since is not None and self._clock.now - self.stopped_since > STOP_REACHES_ALL:
            self.wrong.append("something was sent through a stopped channel")

    def next_due(self) -> datetime | None:
        """When the next payout or run is due."""
        return from_text(min(at for _, at in self._due.values())) if self._due else None

    def due_shards(self, now: datetime) -> set[str]:
        """Due shards in which something is due."""
        return {shard for shard, at in self._due.values() if from_text(at) <= now}

    def _moved(self, item: Item) -> None:
        payout = payout_from_item(item)
        before = self.payouts.get(payout.payout_id)
        seen = self.history[payout.payout_id]
        if not seen or seen[-1] is not payout.state:
            seen.append(payout.state)
        for sign, known in ((-1, before), (1, payout)):
            if known is not None and known.state in IN_FLIGHT:
                self._entitled[f"IN_FLIGHT:{known.provider}"] += sign * known.amount
            if known is not None and known.state is PayoutState.PAID:
                self._entitled[f"PAID:{known.provider}"] += sign * known.amount
        self.payouts[payout.payout_id] = payout

    def _waits(self, item: Item) -> None:
        if "due_at" in item:
            self._due[item["pk"]["S"]] = (item["due_shard"]["S"], item["due_at"]["S"])
        else:
            self._due.pop(item["pk"]["S"], None)

    def _booked(self, item: Item) -> None:
        self.held[account_class(item["credit"])] += item["amount"]
        self.held[account_class(item["debit"])] -= item["amount"]

    def _balance(self) -> None:
        """P4: in flight and paid are to the rupiah what the states of payouts say."""
        for name in self._entitled.keys() | {name for name in self.held if name.startswith(("IN_FLIGHT:", "PAID:"))}:
            if self.held[name] != self._entitled[name]:
                self.wrong.append(f"P4 {name} holds {self.held[name]}, payouts say {self._entitled[name]}")
