"""The people of a simulation: operators who release, reconcile and judge with the provider's word, members who try again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from prakerja.incentives import reschedule
from prakerja.incentives.store import incentives_of
from prakerja.payouts import service
from prakerja.payouts.decisions import Verdict, overdue_at
from prakerja.payouts.errors import RunEmpty, VerdictNotPossible
from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.runs import RunState
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.payouts.service.reconciling import begin_round
from prakerja.payouts.store import attempts_of, load_run
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text, wib, wib_date
from prakerja.platform.outbox import Message
from sandbox.world.snap import settlement
from tests.support.payout_world import AMOUNT, PayoutWorld

REPEATED = frozenset({PayoutState.FAILED, PayoutState.RETURNED})


class Office:
    """Acts on a world between two moments of its play."""

    def __init__(self, world: PayoutWorld) -> None:
        self.w, self.p = world, world.p
        self._runs = 0

    def run(self) -> None:
        """A run over everything that is scheduled: declared, agreed on by two, released, queued."""
        self._runs += 1
        today = wib_date(self.w.clock.programme())
        run = service.start_run(self.p, operator="op-1", scheduled_until=today, key=f"run-{self._runs}")
        while load_run(self.p.table, run.run_id).state is RunState.PREPARING:
            self.w.play(until=self.w.clock.now + timedelta(minutes=1))
        with suppress(RunEmpty):
            approval = service.propose_release(self.p, operator="op-1", run_id=run.run_id)
            self._agreed(approval, service.release_approved)
            while load_run(self.p.table, run.run_id).state is not RunState.RELEASED:
                self.w.play(until=self.w.clock.now + timedelta(minutes=30))
                self.p.table.commit(outbox=[service.release_approved(approval)])  # a refused one is tried again

    def stop(self) -> None:
        """The kill switch, for all providers."""
        service.stop_channel(self.p, operator="op-1", provider="ALL", because="rehearsal")
        self.w.watch.stopped_since = self.w.clock.now

    def start(self) -> None:
        """Two operators let it flow again."""
        self.w.watch.stopped_since = None
        self._agreed(service.propose_start(self.p, operator="op-1", provider="ALL"), service.start_approved)

    def morning(self) -> None:
        """The day after: settlement files of yesterday where there is no statement, or by chance; the daily round."""
        yesterday = wib_date(self.w.clock.wall()) - timedelta(days=1)
        for name in [one for one in self.w.providers if one == "GOPAY" or self.w.random.random() < 0.5]:
            self.hand_in(name, yesterday)
        begin_round(self.p, self.w.providers, daily=True)

    def hand_in(self, name: str, day: date) -> None:
        """A provider's file, if it is ready."""
        try:
            content = settlement.csv_file(self.w.engine, name.lower(), day)
        except settlement.NotReady:
            return
        digest = hashlib.sha256(content).hexdigest()
        file, _ = announce_file(
            self.p, self.w.files, operator="op-1", provider=name, day=day, sha256=digest, size=len(content)
        )
        self.w.files.files[file.name] = content
        file_received(self.p, operator="op-1", file_id=file.file_id)

    def judge(self) -> None:
        """Everything that waits for a person is decided as the provider's books say, or stays where it is."""
        for payout in list(self.w.watch.payouts.values()):
            if payout.state in (PayoutState.HELD, PayoutState.PARKED, PayoutState.UNKNOWN):
                self._judge(payout, attempts_of(self.p.table, payout.payout_id)[-1])

    def _judge(self, payout: Payout, attempt: Attempt) -> None:
        if self.w.clock.wall() < overdue_at(attempt.sent_at):
            return
        verdict = self._proven(payout, attempt)
        if verdict is None:
            return
        try:
            approval = service.propose_verdict(
                self.p,
                operator="op-1",
                payout_id=payout.payout_id,
                verdict=verdict,
                evidence_reference=f"letter {attempt.reference}",
            )
        except VerdictNotPossible:
            return
        self._agreed(approval, service.verdict_approved)

    def _proven(self, payout: Payout, attempt: Attempt) -> Verdict | None:
        """What the provider's people write back; one that is pending there they end by hand, either way."""
        engine, name = self.w.engine, payout.provider.lower()
        rows = engine.books.run(
            "SELECT state, amount FROM transfers WHERE provider = ? AND reference = ? ORDER BY id DESC",
            *(name, attempt.reference),
        )
        if any(row["state"] == "PENDING" for row in rows):
            engine.settle(name, attempt.reference, self.w.random.choice(["SUCCESS", "FAILED"]))
            return None  # the inquiry will find it
        done = [row for row in rows if row["state"] != "FAILED"]
        if not done:
            return Verdict.ABSENT
        if payout.state is not PayoutState.HELD or any(row["amount"] != AMOUNT for row in rows):
            return None
        return Verdict.PAID if done[0]["state"] == "SUCCESS" else Verdict.RETURNED

    def members_try_again(self) -> int:
        """Everybody whose payout failed or came back asks for it once more."""
        today = wib_date(self.w.clock.programme())
        failed = [payout for payout in self.w.watch.payouts.values() if payout.state in REPEATED]
        for payout in failed:
            (incentive,) = incentives_of(self.p.table, payout.person_id)
            self.p.table.commit(reschedule(incentive, today))
        return len(failed)

    def _agreed(self, approval: Approval, then: Callable[[Approval], Message]) -> None:
        agreed = replace(approval, approved_by="op-2", approved_at=to_text(self.w.clock.wall()))
        self.p.table.commit(*approved_parts(agreed), outbox=[then(agreed)])


def at_wib(now: datetime, days: int, hour: int) -> datetime:
    """So many days on, at an hour of WIB."""
    return (wib(now) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
