"""Payouts simulated in process: our commands over our stores, six pretended providers, one clock that jumps.

Messages, call-backs, due work and days to reconcile are played in the order of their times; nobody sleeps. Workers die
at calls, messages come twice, late and while another worker has the same payout in hand. What is told to members, and
the ledger, are looked at in every transaction (``Watch``).
"""

from __future__ import annotations

import json
import random  # noqa: TID251 - schedules, from a printed seed
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

from prakerja.cases.service import open_case
from prakerja.gateways.snap import PROFILES, Credentials, SnapProvider
from prakerja.gateways.snap.callbacks import callback_answer, verify_callback
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.incentives.store import earned
from prakerja.payouts import service
from prakerja.payouts.model import PROVIDERS
from prakerja.payouts.service.reconciling import reconcile_day
from prakerja.platform.access_patterns import OUTBOX
from prakerja.platform.clock import wib_date
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.outbox import Message
from prakerja.platform.parts import from_item
from prakerja.platform.problems import Conflict, Problem, Reaction
from prakerja.platform.relay import Row
from sandbox.world.snap import Courier, Engine
from sandbox.world.snap.books import Account, Client
from sandbox.world.snap.callbacks import Callback
from tests.contract.snap.standin import SOURCE, InProcess, client_entry, secret_entry
from tests.support.memory_aws import Change, memory_clients
from tests.support.payments import WorkerDied
from tests.support.payout_watch import Watch
from tests.support.people import plant_account, plant_member, someone
from tests.support.statements import MemoryFiles
from tests.support.world import World

AMOUNT = 600_000
EVENING = datetime(2026, 1, 15, 16, 50, tzinfo=UTC)
"""23:50 WIB: what is sent goes over midnight."""
MORNING = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
COMES_AGAIN = timedelta(seconds=180)
RECEIVED_AT_MOST = 5
LONG = "payouts.day_to_reconcile.v1"
"""Work of hundreds of calls."""


@dataclass(order=True)
class Waiting:
    """A message and when it is delivered."""

    at: datetime
    number: int
    topic: str = field(compare=False)
    body: str = field(compare=False)
    received: int = field(default=0, compare=False)


@dataclass
class Trouble:
    """How badly our own side is off, of a thousand calls or messages."""

    deaths: int = 0
    again: int = 0
    late: int = 0
    together: int = 0
    """While a worker waits for an answer of a provider, another one gets the same message."""


class Line(InProcess):
    """The way to a provider, at which workers die and meet."""

    calling: Callable[[str], None] = staticmethod(lambda _: None)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.calling("before " + path)
        try:
            return super().post(path, headers, body)
        finally:
            self.calling("after " + path)


class PayoutWorld:
    """Members with one incentive each, spread over the providers."""

    def __init__(
        self,
        *,
        seed: int,
        people: int,
        providers: tuple[str, ...] = PROVIDERS,
        start: datetime = MORNING,
        skew: timedelta = timedelta(),
        dedup: str = "strict",
        trouble: Trouble | None = None,
    ) -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.trouble, self.working = trouble or Trouble(), False
        self.memory, dynamodb, kms = memory_clients()
        self.world = World(dynamodb, kms, seed=str(seed))
        self.p, self.clock = self.world.platform, self.world.clock
        self.clock.now, self.skew = start, skew
        self.engine = Engine(":memory:", lambda: self.clock.now + skew, seed)
        self.courier = Courier(self.engine, self._hear)
        self.files = MemoryFiles(4096)
        self.lines = {name: self._open(name, dedup) for name in providers}
        self.providers = {name: self._client(name, line) for name, line in self.lines.items()}
        self.watch = Watch(self.clock)
        self.waiting: list[Waiting] = []
        self.delivered: list[tuple[str, str]] = []
        self.heard: list[Callback] = []
        self.crashes: list[str] = []
        self._numbers = count()
        self._present: Waiting | None = None
        self._meeting = False
        self._swept_at, self._sweep_pause = start, timedelta(minutes=1)
        self.memory.changed = self._changed
        self.memory.calling = self._maybe_die
        for number in range(1, people + 1):
            self._member(number, providers[number % len(providers)])

    # the stage ----------------------------------------------------------------------------------------------------
    def _open(self, name: str, dedup: str) -> Line:
        lower = name.lower()
        url = f"https://host.example/callbacks/snap/{lower}"
        self.engine.add_client(Client(**client_entry(name), callback_url=url))
        self.engine.add_accounts(Account(lower, SOURCE, "PMO PRAKERJA", balance=10**12))
        self.engine.configure(lower, dedup=dedup)
        line = Line(self.engine, lower, courier=self.courier)
        line.calling = self._on_the_line
        return line

    def _client(self, name: str, line: Line) -> SnapProvider:
        return SnapProvider(PROFILES[name], Credentials.of(secret_entry(name)), line, self.clock.wall)

    def _member(self, number: int, provider: str) -> None:
        who = plant_member(self.world, someone(number), card_number=f"8{number:015d}")
        account = who.phone.lstrip("+") if provider not in ("BNI", "BCA") else f"{number:010d}"
        plant_account(self.world, who, provider=provider, number=account)
        now = self.clock.programme()
        due = Incentive(who.person_id, JOB_SEARCH, 1, AMOUNT, IncentiveState.SCHEDULED, wib_date(now), now)
        self.world.table.commit(earned(due))
        self.engine.add_accounts(Account(provider.lower(), account, who.full_name.upper()))

    # what happens -------------------------------------------------------------------------------------------------
    def _changed(self, changes: Sequence[Change]) -> None:
        """The stream: outbox rows become messages, the rest is watched."""
        now = self.clock.wall()
        for table, _, after in changes:
            if table != self.world.names["programme"] or after is None or not after["pk"]["S"].startswith("OUTBOX#"):
                continue
            row = Row.of(from_item(after))
            for message in row.messages:
                self.post(now + timedelta(seconds=message.delay_seconds), message.topic, message.body)
            working, self.working = self.working, False
            self.world.table.forget(OUTBOX, [{"pk": row.pk, "sk": row.sk}])
            self.working = working
        self.watch.look([(before, after) for table, before, after in changes if table == self.world.names["programme"]])

    def post(self, at: datetime, topic: str, body: str) -> None:
        """Put a message into a queue; some come late, some come twice."""
        for again in (False, True):
            if again and self.random.randrange(1000) >= self.trouble.again:
                return
            late = self.random.randrange(1, 1200) if self.random.randrange(1000) < self.trouble.late else 0
            heappush(self.waiting, Waiting(at + timedelta(seconds=late), next(self._numbers), topic, body))

    def _maybe_die(self, _: str) -> None:
        long = self._present is not None and self._present.topic == LONG  # else it would die at every try
        if self.working and self.random.randrange(20_000 if long else 1000) < self.trouble.deaths:
            raise WorkerDied

    def _on_the_line(self, where: str) -> None:
        self.watch.on_the_line(where)
        self._maybe_die(where)
        present = self._present
        busy = self._meeting or "access-token" in where  # one worker at a time asks for a token
        if present is None or present.topic == LONG or busy or where.startswith("after"):
            return
        if self.random.randrange(1000) < self.trouble.together:
            self._meeting = True
            self.deliver(Waiting(self.clock.now, present.number, present.topic, present.body))
            self._meeting, self._present, self.working = False, present, True

    def deliver(self, message: Waiting) -> None:
        """One delivery. A worker that dies leaves its message to come again after the visibility time-out."""
        self.working, self._present = True, message
        try:
            self.handle(message.topic, message.body)
        except WorkerDied:
            self._comes_again(message)
        except Problem as problem:
            overtaken = isinstance(problem, Conflict) and problem.reaction is Reaction.FIX_REQUEST
            if problem.reaction is Reaction.RETRY_LATER or overtaken:
                self._comes_again(message)
            elif problem.reaction is not Reaction.DUPLICATE and message.topic != "payouts.run_approved.v1":
                self.crashes.append(f"given up: {message.topic} {type(problem).__name__}")
        except Exception as error:
            self.crashes.append(f"{message.topic}: {error!r}")
        finally:
            self.working, self._present = False, None

    def _comes_again(self, message: Waiting) -> None:
        if self._meeting:  # it is the same message that the other worker has
            return
        if message.received + 1 < RECEIVED_AT_MOST:  # else it rests in the dead-letter queue: the sweep must do
            at = self.clock.now + COMES_AGAIN
            again = Waiting(at, next(self._numbers), message.topic, message.body, message.received + 1)
            heappush(self.waiting, again)

    def handle(self, topic: str, body: str) -> None:
        """What the functions do with a message; the rest of the system hears of some, and is not here."""
        told: dict[str, Any] = json.loads(body)
        p, banks, files = self.p, self.providers, self.files
        handlers: Mapping[str, Callable[[], object]] = {
            "payouts.run_started.v1": lambda: service.prepare_run(p, run_id=told["run_id"]),
            "payouts.run_approved.v1": lambda: service.release_run(p, self.providers, **told),
            "payouts.shard_released.v1": lambda: service.queue_shard(p, **told),
            "payouts.queued.v1": lambda: service.send_payout(p, banks, payout_id=told["payout_id"]),
            "payouts.unknown.v1": lambda: service.inquire_payout(p, banks, payout_id=told["payout_id"]),
            "payouts.told_of.v1": lambda: service.look_again(p, banks, payout_id=told["payout_id"]),
            "payouts.said_returned.v1": lambda: service.look_again(
                p, banks, payout_id=told["payout_id"], returned=told["attempt"]
            ),
            "payouts.verdict_approved.v1": lambda: service.pass_verdict(p, **told),
            "payouts.channel_start_approved.v1": lambda: service.start_channel(p, **told),
            "payouts.day_to_reconcile.v1": lambda: reconcile_day(
                p, banks, files, provider=told["provider"], day=datetime.fromisoformat(told["day"]).date()
            ),
            "cases.needed.v1": lambda: open_case(p, CaseNeeded.model_validate_json(body)),
        }
        if topic in handlers:
            self.delivered.append((topic, body))
            handlers[topic]()

    def _hear(self, callback: Callback) -> tuple[int, bytes]:
        """Our call-back function, without its HTTP event."""
        name = callback.provider.upper()
        key = self.engine.callback_key(callback.provider)
        headers = callback.headers
        found = verify_callback(PROFILES[name], key, callback.method, callback.path, headers, callback.body)
        if found is not None:
            self.heard.append(callback)
            working, self.working = self.working, True
            try:
                service.take_callback(self.p, found)
            except (WorkerDied, Problem):
                return 503, b""
            finally:
                self.working = working
        answer = callback_answer(PROFILES[name], found, self.clock.wall())
        return answer.status, answer.body

    # time ---------------------------------------------------------------------------------------------------------
    def play(self, *, until: datetime) -> None:
        """Go on to ``until``: deliver, call back, sweep, each at its time."""
        while (step := self._next_step()) <= until:
            self.clock.now = max(self.clock.now, step)
            self.courier.deliver_due()
            while self.waiting and self.waiting[0].at <= self.clock.now:
                self.deliver(heappop(self.waiting))
            if self.clock.now - self._swept_at >= self._sweep_pause:
                self.sweep()
        self.clock.now = max(self.clock.now, until)

    def sweep(self) -> None:
        """What ``sweep_due`` does for payouts and runs. A sweep that woke nobody is followed by a pause, to save time."""
        self._swept_at = self.clock.now
        shards = self.watch.due_shards(self.clock.now)
        messages: list[Message] = []
        for shard in sorted(shards):
            due = service.due_runs if shard.startswith("RUN#") else service.due_payouts
            messages += due(self.p, shard)
        for start in range(0, len(messages), 25):
            self.world.table.commit(outbox=messages[start : start + 25])
        self._sweep_pause = timedelta(minutes=1 if messages or not shards else 10)

    def _next_step(self) -> datetime:
        times = [self.waiting[0].at] if self.waiting else []
        if (at := self.engine.next_callback_at()) is not None:
            times.append(at - self.skew)
        if settles := self.engine.books.run("SELECT min(settles_at) AS at FROM transfers")[0]["at"]:
            times.append(datetime.fromisoformat(settles) - self.skew)
        if (due := self.watch.next_due()) is not None:
            times.append(max(due + timedelta(seconds=1), self._swept_at + self._sweep_pause))
        return min(times, default=datetime.max.replace(tzinfo=UTC))
