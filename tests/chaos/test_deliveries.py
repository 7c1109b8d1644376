"""Queues deliver twice, in any order, in any batches; so does the stream. The journey ends the same.

In each play every message comes at least twice: the copies at once, in one batch, or when all is long over. Hypothesis
draws which queues misbehave and the seed of everything else; a failure prints them.
"""

from __future__ import annotations

import json
import random  # noqa: TID251 - the order of deliveries, from a printed seed
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.support.chaos import in_a_copy, in_copies
from tests.support.effort import effort
from tests.support.scenarios_cancelling import others_cancelled_and_over
from tests.support.scenarios_incentives import end_agreed
from tests.support.scenarios_journey import JOURNEY
from tests.support.scenarios_payouts import TROUBLE
from tests.support.scenarios_people import PROVIDER_TROUBLE, REGISTRY_TROUBLE
from tests.support.scenarios_stage import WORKERS, Queued, Stage, stage
from tests.support.scenarios_view import View, view

pytestmark = pytest.mark.timeout(1800)

REPORT = Path("build/reports/deliveries.json")
STREAM = "(stream)"
EVERYWHERE = frozenset({STREAM, *WORKERS})
TROUBLES = TROUBLE | PROVIDER_TROUBLE | REGISTRY_TROUBLE | {"provider_reference"}
"""What a retry leaves behind; and the provider numbers its transfers in the order in which they come."""
MOST_IN_A_BATCH = 10

Deliveries = Counter[tuple[str, str]]


class Shaken:
    """Plays the journey while some of the queues deliver as badly as they may."""

    def __init__(self, on: Stage, bad: frozenset[str], seed: int) -> None:
        self.on, self.bad, self.random = on, bad, random.Random(seed)
        self.delivered: Deliveries = Counter()
        self.all_records: list[dict[str, object]] = []
        self.all_messages: list[Queued] = []

    def play(self) -> tuple[View, Deliveries]:
        """From the first step to the last, then a membership and two courses end, then everything once more."""
        for number, step in enumerate(JOURNEY):
            if step.aside:
                continue
            if not step.topic:
                self.drain(f"before {number}")
            self.on.ids.begin(f"step {number}")
            step.before(self.on)
            if not step.topic:
                step.run(self.on)
        self.drain("at the end")
        end_agreed(self.on)
        self.drain("at the end of a membership")
        others_cancelled_and_over(self.on)
        self.drain("at the end of two courses")
        self.once_more()
        seen = view(self.on, ignores=TROUBLES, timeless=True)
        return seen, self.delivered

    def drain(self, when: str) -> None:
        """Deliver until nothing waits; when nothing is ready yet, time goes on."""
        self.on.ids.begin(when)
        self.relay()
        while self.on.waiting:
            now = self.on.clock.wall()
            ready = [message for message in self.on.waiting if message.at <= now]
            if not ready:
                self.on.clock.now = min(message.at for message in self.on.waiting)
                continue
            batch = self.batch(ready)
            for message in batch:
                self.on.waiting.remove(message)
            self.deliver(batch)
            self.relay()

    def batch(self, ready: list[Queued]) -> list[Queued]:
        """What is delivered next: one message, or several of one queue in any order."""
        first = self.random.choice(ready) if self.bad else ready[0]
        if first.queue not in self.bad:
            return [first]
        same = [message for message in ready if message.queue == first.queue]
        self.random.shuffle(same)
        return same[: self.random.randint(1, MOST_IN_A_BATCH)]

    def deliver(self, batch: list[Queued], *, late: bool = False) -> None:
        """Deliver a batch; from a bad queue twice, in one batch or in two."""
        queue = batch[0].queue
        if not late:
            self.all_messages += batch
            self.delivered[queue, "messages"] += len(batch)
        if queue not in self.bad:
            self.on.work(*batch)
            return
        self.delivered[queue, "copies"] += len(batch)
        if self.random.random() < 0.5:
            both = [*batch, *batch]
            self.random.shuffle(both)
            self.on.work(*both)
        else:
            self.on.work(*batch)
            self.on.work(*self.random.sample(batch, len(batch)))

    def relay(self) -> None:
        """Show the outbox to the relay; a bad stream shows rows again and again, in any order and any batches."""
        records = self.on.records()
        self.all_records += records
        self.delivered[STREAM, "messages"] += len(records)
        if STREAM not in self.bad or not records:
            self.on.relay(records)
            return
        shown = [*records, *records]
        self.random.shuffle(shown)
        self.delivered[STREAM, "copies"] += len(records)
        while shown:
            size = self.random.randint(1, len(shown))
            once = {str(record["dynamodb"]["SequenceNumber"]): record for record in shown[:size]}
            self.on.relay(list(once.values()))
            del shown[:size]

    def once_more(self) -> None:
        """All is over: whatever was ever sent by a bad queue or stream comes again, in any order."""
        if STREAM in self.bad:
            self.on.relay(self.random.sample(self.all_records, len(self.all_records)))
        again = [message for message in self.all_messages if message.queue in self.bad] + self.on.waiting
        self.on.waiting = []
        for message in self.random.sample(again, len(again)):
            self.deliver([message], late=True)
        self.on.relay()
        assert [m for m in self.on.waiting if m.topic != "payouts.run_started.v1"] == [], "late copies announce nothing"


@pytest.fixture(scope="module")
def start() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(start: Stage) -> View:
    """How it ends when everything is delivered once and in order: two people are paid."""
    seen = in_a_copy(lambda: Shaken(start, frozenset(), 0).play()[0])
    assert json.loads(seen.outside["books"])["totals"]["credits"] == 2
    return seen


@pytest.fixture(scope="module")
def report() -> Iterator[Deliveries]:
    """Messages and further copies of them, by queue, over all plays."""
    total: Deliveries = Counter()
    yield total
    rows = {queue: {what: total[queue, what] for what in ("messages", "copies")} for queue in sorted(EVERYWHERE)}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1))


@settings(
    max_examples=effort(2),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    seeds=st.lists(st.integers(0, 2**32), min_size=2, max_size=2),
    bad=st.frozensets(st.sampled_from(sorted(EVERYWHERE)), min_size=1),
)
def test_copies_in_any_order_change_nothing(
    seeds: list[int], bad: frozenset[str], start: Stage, undisturbed: View, report: Deliveries
) -> None:
    note(f"bad: {sorted(bad)}, seeds: {seeds}")
    judge(in_copies([Shaken(start, bad, seed).play for seed in seeds]), undisturbed, report)


def test_every_queue_at_once(start: Stage, undisturbed: View, report: Deliveries) -> None:
    plays = in_copies([Shaken(start, EVERYWHERE, seed).play for seed in range(2)])
    judge(plays, undisturbed, report)
    for where in EVERYWHERE:
        assert report[where, "copies"] > 0, f"{where} was never tried"


def judge(plays: list[tuple[View, Deliveries]], undisturbed: View, report: Deliveries) -> None:
    for seen, delivered in plays:
        report.update(delivered)
        assert not (found := undisturbed.differences(seen)), found
