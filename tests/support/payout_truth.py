"""What must hold after a simulation, judged by the providers' own books. P1-P7: docs/payment-stand-in.md names the faults."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from prakerja.payouts.decisions import SLOWLY, overdue_at
from prakerja.payouts.model import PROVEN_UNPAID, Attempt, Payout, PayoutState
from prakerja.payouts.reasons import advice
from prakerja.payouts.store import attempt_from_item
from prakerja.platform.findings import FindingKind
from prakerja.platform.parts import from_item
from sandbox.world.snap import report
from tests.support.payout_world import AMOUNT, PayoutWorld

NEEDS = {
    PayoutState.HELD: FindingKind.PAYOUT_HELD,
    PayoutState.PARKED: FindingKind.PAYOUT_PARKED,
    PayoutState.UNKNOWN: FindingKind.PAYOUT_OVERDUE,
}
"""A payout that ends in one of these must have a case of the kind."""
SLACK = timedelta(seconds=SLOWLY) + timedelta(hours=1)


class Truth:
    """The end of a world, as far as it must be looked at together."""

    def __init__(self, world: PayoutWorld) -> None:
        self.w = world
        self.net = {name: report.net(world.engine, name) for name in world.providers}
        self.attempts: dict[str, list[Attempt]] = defaultdict(list)
        name = world.world.names["programme"]
        for item in world.memory.scan(TableName=name)["Items"]:
            if item["sk"]["S"].startswith("ATTEMPT#"):
                attempt = attempt_from_item(from_item(item))
                self.attempts[attempt.payout_id].append(attempt)

    def kept(self, attempt: Attempt) -> int:
        """Credits under a reference, net of what came back."""
        found = self.net[attempt.provider].get(attempt.reference)
        return found.kept if found else 0

    def problems(self) -> list[str]:
        """Everything that is wrong; empty if nothing is."""
        found = [*self.w.watch.wrong, *self.w.crashes]
        for payout in self.w.watch.payouts.values():
            attempts = sorted(self.attempts[payout.payout_id], key=lambda one: one.number)
            told = f"{payout.provider} {payout.payout_id} {self.w.watch.history[payout.payout_id]}"
            found += [f"{problem}: {told}" for problem in self._of(payout, attempts)]
        ours = {attempt.reference for attempts in self.attempts.values() for attempt in attempts}
        theirs = {row["reference"] for row in self.w.engine.books.run("SELECT DISTINCT reference FROM transfers")}
        if strange := theirs - ours:
            found.append(f"P6 references that no attempt has: {sorted(strange)[:3]}")
        return found

    def _of(self, payout: Payout, attempts: list[Attempt]) -> list[str]:
        found = []
        paid = sum(self.kept(attempt) for attempt in attempts)
        if paid > 1:
            found.append(f"P1 paid {paid} times")
        if payout.state is PayoutState.PAID and not (paid == 1 and self._rupiah(attempts) == AMOUNT):
            found.append(f"P2 told paid, credited {paid} times, Rp{self._rupiah(attempts)}")
        if paid and payout.state not in (PayoutState.PAID, *NEEDS):
            found.append("P2 credited, and not told")
        for attempt in attempts:
            if attempt.result in PROVEN_UNPAID and self.kept(attempt):
                found.append(f"P3 attempt {attempt.number} is {attempt.result} and was credited")
        found += self._unresolved(payout, attempts[-1] if attempts else None)
        failed = sum(attempt.result in PROVEN_UNPAID for attempt in attempts)
        references = len({attempt.reference for attempt in attempts})
        open_ = len(attempts) - failed
        if references != len(attempts) or open_ > 1:
            found.append(f"P6 {references} references, {failed} attempts proven failed")
        return found

    def _unresolved(self, payout: Payout, attempt: Attempt | None) -> list[str]:
        if payout.state in (PayoutState.PAID, PayoutState.FAILED, PayoutState.RETURNED):
            known = payout.state is PayoutState.PAID or (payout.reason is not None and all(advice(payout.reason)))
            return [] if known else [f"P5 no words for {payout.reason}"]
        if payout.state not in NEEDS or attempt is None:
            return [f"P5 left in {payout.state}"]
        if payout.state is PayoutState.UNKNOWN:
            ladder_ends = overdue_at(attempt.unknown_since or attempt.sent_at) + SLACK
            if self.w.clock.now < ladder_ends:
                return []
        has_case = (str(NEEDS[payout.state]), payout.payout_id) in self.w.watch.cases
        return [] if has_case else [f"P5 {payout.state} without a case"]

    def _rupiah(self, attempts: list[Attempt]) -> int:
        return sum(net.rupiah for one in attempts if (net := self.net[one.provider].get(one.reference)) is not None)


def snapshot(world: PayoutWorld) -> dict[str, Any]:
    """What repeating anything must not change."""
    books = Counter({name: held for name, held in world.watch.held.items() if held})
    states = {key: (payout.state, payout.attempt) for key, payout in world.watch.payouts.items()}
    net = {name: report.net(world.engine, name) for name in world.providers}
    return {"ledger": books, "payouts": states, "credits": net, "transfers": world.watch.transfers}


def repeat_everything(world: PayoutWorld) -> None:
    """P7: every message and every genuine call-back that ever came, once more, in another order."""
    messages, callbacks = list(world.delivered), list(world.heard)
    world.random.shuffle(messages)
    for topic, body in messages:
        world.post(world.clock.now, topic, body)
    for callback in callbacks:
        world.courier._post(callback)
    world.play(until=world.clock.now + timedelta(minutes=30))
