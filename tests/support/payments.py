"""A payout run played to its end in process: real commands, real adapter, the stand-in provider as the judge.

Messages are delivered when their delay has passed; when none is left the clock jumps to the next due item and the
sweep wakes it. Tests may deliver twice, shuffle, and let workers die.
"""

from __future__ import annotations

import json
import random  # noqa: TID251 - schedules of deliveries, from a printed seed
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.incentives.store import earned
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.service import (
    due_payouts,
    inquire_payout,
    look_again,
    prepare_run,
    propose_release,
    queue_shard,
    release_run,
    screen_member,
    send_payout,
    start_run,
    withdraw_shard,
)
from prakerja.payouts.store import payout_from_item
from prakerja.platform.access_patterns import OUTBOX
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import from_text, to_text, wib_date
from prakerja.platform.relay import Row
from sandbox.world.snap.books import Account
from tests.contract.snap.standin import Bank
from tests.support.people import Someone, plant_account, plant_member, someone
from tests.support.world import World

AMOUNT = 600_000
PROVIDER = "LINKAJA"


class WorkerDied(BaseException):
    """Not an Exception: nothing in our code may catch it."""


@dataclass
class Waiting:
    """A message and when it may be delivered."""

    at: datetime
    topic: str
    body: dict[str, Any]


class Payments:
    """Members with an incentive each, one provider, one clock."""

    def __init__(self, world: World, people: int = 3, *, funds: int = 1_000_000_000, seed: int = 1) -> None:
        self.world, self.p = world, world.platform
        self.bank = Bank.open(PROVIDER, funds)
        self.bank.clock.now = world.clock.now
        self.providers = {PROVIDER: self.bank.provider}
        self.random = random.Random(seed)
        self.waiting: list[Waiting] = []
        self.cases: list[Waiting] = []
        """What a person was told of."""
        self.swept_at = world.clock.wall()
        self.working = False
        """Whether a worker is at work (and may be killed)."""
        self.people = [self._member(number) for number in range(1, people + 1)]
        self.history: dict[str, list[PayoutState]] = {}
        self.stored: dict[str, dict[str, Any]] = {}

    def _member(self, number: int) -> Someone:
        who = plant_member(self.world, someone(number), card_number=f"8{number:015d}")
        plant_account(self.world, who, provider=PROVIDER)
        now = self.world.clock.programme()
        self.world.table.commit(
            earned(Incentive(who.person_id, JOB_SEARCH, 1, AMOUNT, IncentiveState.SCHEDULED, wib_date(now), now))
        )
        self.bank.engine.add_accounts(Account(PROVIDER.lower(), who.phone.lstrip("+"), who.full_name.upper()))
        return who

    # the run -----------------------------------------------------------------------------------------------------
    def declare(self) -> str:
        """Start a run over everything and prepare it; answers its id."""
        self.world.take()
        run = start_run(self.p, operator="op-1", scheduled_until=wib_date(self.world.clock.programme()), key="run-1")
        self.collect()
        self.drain()
        return run.run_id

    def release(self, run_id: str) -> None:
        """Two operators agree; the release is announced."""
        approval = propose_release(self.p, operator="op-1", run_id=run_id)
        agreed = replace(approval, approved_by="op-2", approved_at=to_text(self.world.clock.wall()))
        self.world.table.commit(*approved_parts(agreed))
        release_run(self.p, self.providers, run_id=run_id, approval_id=approval.approval_id)
        self.collect()

    def pay(self) -> None:
        """A whole run, to its end."""
        self.release(self.declare())
        self.play()

    # deliveries --------------------------------------------------------------------------------------------------
    def collect(self) -> None:
        """What the relay would send now; and what a member could see now. One look at the table for both."""
        now = self.world.clock.wall()
        rows = []
        self.stored = {}
        for item in self.world.items("programme"):
            if item["pk"].startswith("OUTBOX#"):
                rows.append(item)
            elif item["sk"] == "PAYOUT":
                self.stored[item["payout_id"]] = item
        for row in sorted(rows, key=lambda row: str(row["sk"])):
            for message in Row.of(row).messages:
                at = now + timedelta(seconds=message.delay_seconds)
                self.waiting.append(Waiting(at, message.topic, json.loads(message.body)))
            self.world.table.forget(OUTBOX, [{"pk": row["pk"], "sk": row["sk"]}])
        self.note()

    def drain(self) -> None:
        """Deliver everything that may be delivered now, until nothing may."""
        while ready := [message for message in self.waiting if message.at <= self.world.clock.wall()]:
            self.waiting.remove(ready[0])
            self.deliver(ready[0])

    def deliver(self, message: Waiting) -> None:
        """One delivery. A worker that dies leaves its message to come again after the visibility time-out."""
        self.working = True
        try:
            self._handle(message)
        except WorkerDied:
            self.waiting.append(replace(message, at=self.world.clock.wall() + timedelta(seconds=180)))
        self.working = False
        self.collect()

    def _handle(self, message: Waiting) -> None:
        handlers: Mapping[str, Callable[[], object]] = {
            "payouts.run_started.v1": lambda: prepare_run(self.p, run_id=message.body["run_id"]),
            "payouts.shard_withdrawn.v1": lambda: withdraw_shard(self.p, **message.body),
            "exclusions.changed.v1": lambda: screen_member(self.p, **message.body),
            "payouts.shard_released.v1": lambda: queue_shard(self.p, **message.body),
            "payouts.queued.v1": lambda: send_payout(self.p, self.providers, payout_id=message.body["payout_id"]),
            "cases.needed.v1": lambda: self.cases.append(message),
            "payouts.told_of.v1": lambda: look_again(self.p, self.providers, **message.body),
            "payouts.unknown.v1": lambda: inquire_payout(self.p, self.providers, **message.body),
        }
        if message.topic in handlers:
            handlers[message.topic]()

    def play(self, *, hours: int = 72, chaos: Callable[[], None] = lambda: None) -> None:
        """Go on until nothing is waiting or due, or ``hours`` have passed; ``chaos`` is called before each step."""
        end = self.world.clock.wall() + timedelta(hours=hours)
        while (step := self._next_step()) is not None and step <= end:
            self.move_to(step)
            chaos()
            self.drain()
            self.sweep()

    def sweep(self) -> None:
        """What ``sweep_due`` does."""
        self.swept_at = self.world.clock.wall()
        now = to_text(self.swept_at)
        shards = sorted({item["due_shard"] for item in self.stored.values() if item.get("due_at", "9") < now})
        messages = [message for shard in shards for message in due_payouts(self.p, shard)]
        if messages:
            self.world.table.commit(outbox=messages)
            self.collect()
            self.drain()

    def move_to(self, moment: datetime) -> None:
        """Both clocks go on together."""
        self.world.clock.now = max(self.world.clock.now, moment)
        self.bank.clock.now = self.world.clock.now

    def _next_step(self) -> datetime | None:
        times = [message.at for message in self.waiting]
        minute = self.swept_at + timedelta(minutes=1)
        due = [from_text(item["due_at"]) for item in self.stored.values() if "due_at" in item]
        times += [
            max(at + timedelta(seconds=1), minute) if at < self.swept_at else at + timedelta(seconds=1) for at in due
        ]
        return min(times, default=None)

    # what is to be judged -------------------------------------------------------------------------------------------
    def payouts(self) -> list[Payout]:
        """All payouts."""
        return [payout_from_item(item) for item in self.stored.values()]

    def states(self) -> list[PayoutState]:
        """Their states, sorted."""
        return sorted(payout.state for payout in self.payouts())

    def note(self) -> None:
        """Remember every state a payout was ever seen in: what a member could have been told."""
        for payout in self.payouts():
            seen = self.history.setdefault(payout.payout_id, [])
            if not seen or seen[-1] is not payout.state:
                seen.append(payout.state)

    def credits(self) -> dict[str, int]:
        """Per account number, how many times the provider really paid it."""
        books = self.bank.books()
        return {account: rupiah // AMOUNT for account, rupiah in books["rupiah_by_account"].items()}

    def account_of(self, payout: Payout) -> str:
        """The account number that a payout goes to."""
        return next(who.phone.lstrip("+") for who in self.people if who.person_id == payout.person_id)
