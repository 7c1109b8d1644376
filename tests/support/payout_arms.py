"""Three ways to pay the same people through the same failing providers, judged by the providers' books.

``new_reference``  asks again under a new reference whenever no clear answer came, at most five times; then says "failed".
``same_reference`` the same, under one reference and without ever inquiring; after five times the payout stays open.
                   So do batch payout bridges that leave the rest to a later account statement.
``ours``           the system as it is.

The first two use our own client: signatures, tokens and reading of answers are right, only their policy differs. Both take
every 2xx code for paid, "already succeeded" (409xx01) for paid, and a final refusal of the account for failed.
"""

from __future__ import annotations

import random  # noqa: TID251 - one schedule, from a printed seed
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heapify, heappop, heappush

from prakerja.payouts.answers import Outcome, PreparedRequest, TransferAnswer, TransferOrder
from prakerja.payouts.model import PayoutState
from prakerja.payouts.references import reference
from prakerja.payouts.store import attempts_of
from sandbox.world.snap import report
from tests.support.payout_office import Office, at_wib
from tests.support.payout_world import AMOUNT, PayoutWorld, Trouble

PROVIDERS = ("BNI", "LINKAJA")
SCHEDULE: Mapping[str, int] = {
    "F04": 50, "F05": 20, "F06": 10, "F07": 20, "F09": 20, "F10": 10, "F12": 10, "F15": 10, "F27": 10, "F28": 10,
    "F30": 50, "F31": 5,
}  # fmt: skip
"""Lines of the fault menu, of a thousand calls each."""
DOWN_AFTER, DOWN_SECONDS = timedelta(minutes=5), 60
TRIES = 5
BETWEEN = timedelta(seconds=30)
SPREAD_SECONDS = 1200
"""The first sendings are spread over so long."""


class Arm(StrEnum):
    """Who pays."""

    NEW_REFERENCE = "new_reference"
    SAME_REFERENCE = "same_reference"
    OURS = "ours"


@dataclass(frozen=True)
class Score:
    """Of ``payouts``, at noon of the next day (WIB)."""

    arm: Arm
    dedup: bool
    payouts: int
    double: int
    failed_but_paid: int
    paid_but_not: int
    unresolved: int
    calls: int

    def per(self, number: int) -> tuple[int, int, int, int]:
        """The four counts, scaled to ``number`` payouts."""
        counts = (self.double, self.failed_but_paid, self.paid_but_not, self.unresolved)
        return tuple(round(count * number / self.payouts) for count in counts)  # type: ignore[return-value]

    @property
    def calls_each(self) -> float:
        """Calls to the providers per payout, tokens and all."""
        return self.calls / self.payouts


def compare(arm: Arm, *, dedup: bool, payouts: int, seed: int = 1) -> Score:
    """Let one arm pay ``payouts`` people."""
    trouble = Trouble(late=1000) if arm is Arm.OURS else Trouble()
    world = PayoutWorld(
        seed=seed, people=payouts, providers=PROVIDERS, dedup="strict" if dedup else "off", trouble=trouble
    )
    for fault, permille in SCHEDULE.items():
        world.engine.add_fault(fault, permille=permille, for_seconds=12 * 3600)
    calls = _calls(world)
    told, references = _ours(world) if arm is Arm.OURS else _naive(world, arm)
    net = {name: report.net(world.engine, name) for name in world.providers}
    kept: Counter[str] = Counter()
    for provider, text, payout in references:
        found = net[provider].get(text)
        kept[payout] += found.kept if found else 0
    return Score(
        arm,
        dedup,
        payouts,
        double=sum(count > 1 for count in kept.values()),
        failed_but_paid=sum(state == "FAILED" and kept[payout] > 0 for payout, state in told.items()),
        paid_but_not=sum(state == "PAID" and kept[payout] == 0 for payout, state in told.items()),
        unresolved=payouts - len(told),
        calls=_calls(world) - calls,
    )


def _calls(world: PayoutWorld) -> int:
    return int(world.engine.books.run("SELECT count(*) AS n FROM calls")[0]["n"])


Told = dict[str, str]
References = list[tuple[str, str, str]]
"""Provider, reference, payout."""


def _down(world: PayoutWorld) -> None:
    world.engine.add_fault("down", how="hang", for_seconds=DOWN_SECONDS)


def _ours(world: PayoutWorld) -> tuple[Told, References]:
    office = Office(world)
    office.run()
    world.play(until=world.clock.now + DOWN_AFTER)
    _down(world)
    world.play(until=at_wib(world.clock.now, 1, 8))
    office.morning()
    world.play(until=at_wib(world.clock.now, 0, 12))
    ends = {PayoutState.PAID: "PAID", PayoutState.FAILED: "FAILED", PayoutState.RETURNED: "RETURNED"}
    told = {key: ends[payout.state] for key, payout in world.watch.payouts.items() if payout.state in ends}
    attempts = [attempt for key in world.watch.payouts for attempt in attempts_of(world.p.table, key)]
    return told, [(one.provider, one.reference, one.payout_id) for one in attempts]


def _naive(world: PayoutWorld, arm: Arm) -> tuple[Told, References]:
    rng, start = random.Random(world.seed), world.clock.now
    accounts = world.engine.books.run("SELECT provider, number, name FROM accounts WHERE name != 'PMO PRAKERJA'")
    waiting = [(start + timedelta(seconds=rng.randrange(SPREAD_SECONDS)), n, 1) for n in range(len(accounts))]
    heapify(waiting)
    told: Told = {}
    references: References = []
    prepared: dict[int, PreparedRequest] = {}
    down = False
    while waiting:
        at, n, tried = heappop(waiting)
        world.clock.now = max(world.clock.now, at)
        if not down and at >= start + DOWN_AFTER:
            down = True
            _down(world)
        account, payout = accounts[n], f"payout-{n}"
        provider = world.providers[account["provider"].upper()]
        if tried == 1 or arm is Arm.NEW_REFERENCE:
            text = reference(payout, tried, world.clock.now)
            references.append((provider.name, text, payout))
            order = TransferOrder(text, AMOUNT, account["number"], account["name"], "Insentif Prakerja", at)
            prepared[n] = provider.prepare_transfer(order)
        digits = world.p.ids.digits(11)
        end = _end(provider.send(prepared[n], provider.external_id(world.clock.now, digits)))
        if end is not None:
            told[payout] = end
        elif tried < TRIES:
            heappush(waiting, (world.clock.now + BETWEEN, n, tried + 1))
        elif arm is Arm.NEW_REFERENCE:
            told[payout] = "FAILED"
    world.clock.now = _noon(start)
    world.engine.settle_due()
    return told, references


def _end(answer: TransferAnswer) -> str | None:
    """What it takes an answer for; None: no answer that it understands."""
    if answer.outcome is Outcome.FAIL:
        return "FAILED"
    already = answer.code[:3] + answer.code[5:] == "40901"
    return "PAID" if answer.outcome is Outcome.OK or answer.code.startswith("2") or already else None


def _noon(start: datetime) -> datetime:
    return at_wib(start, 1, 12)
