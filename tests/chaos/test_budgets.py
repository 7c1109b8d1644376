"""What the commands of the path may cost, counted on the emulated cloud, which tells consumed units.

One person goes the whole way alone. All that they cause is counted: their own commands, every message that is relayed
and worked on, and their share of the wave and the run (all of it, since they are alone in it), except what is done once
for a wave or a run however many people are in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from prakerja.platform.access_patterns import SCHEDULE
from prakerja.platform.parts import from_item, update
from prakerja.platform.relay import Row
from tests.support.chaos_counts import Cost, counted
from tests.support.cloud import Cloud
from tests.support.people import plant_person, someone
from tests.support.scenarios import Step
from tests.support.scenarios_books import BOOKS
from tests.support.scenarios_journey import JOURNEY
from tests.support.scenarios_learning import LEARNING, learning
from tests.support.scenarios_members import MEMBERS
from tests.support.scenarios_stage import Queued, Stage, stage
from tests.support.scenarios_waves import join

pytestmark = pytest.mark.cloud

REPORT = Path("build/reports/budgets.json")
THIN, PROVABLE, ENFORCED = 180, 4, 7
"""Write units of the thin journey of one person; of what makes its payout provable: who else is paid at the same
destination (2), and what was sent on a day under which reference (2); and of what holds a purchase to its rules: the
platform account that goes with the card (2), the due entries of first purchase and course (3), the feedback (2)."""
WRITE_UNITS, READ_UNITS = THIN + PROVABLE + ENFORCED, 100
FULL_WRITE_UNITS, FULL_READ_UNITS = 380, 250
"""Of the journey with a webinar of five sessions, attended in person, the post-test and the skill demonstration."""
SESSIONS = 5
IN_PERSON = ("send participant", "attend", "submit task")
"""Commands that the thin journey does without."""
ONCE_FOR_ALL = ("waves.", "payouts.run_approved.")
"""Messages about a wave or a run as a whole: whatever their worker does is done once."""
TO_THE_WHOLE = (*ONCE_FOR_ALL, "payouts.run_started.", "payouts.shard_released.")
"""Messages of which there are as many with one person as with a thousand; their rows are nobody's in particular."""


@dataclass
class Journey:
    """The cost of each command, of relaying, and of the whole."""

    by_command: dict[str, Cost] = field(default_factory=dict)
    outside: dict[str, Counter[str]] = field(default_factory=dict)
    """Calls to outside systems, by command."""
    personal: Cost = field(default_factory=Cost)
    shared: Cost = field(default_factory=Cost)
    texts: Counter[str] = field(default_factory=Counter)
    look_ups: int = 0
    face_look_ups: int = 0

    def note(self, command: str, cost: Cost, calls: list[str], *, shared: bool) -> None:
        self.by_command.setdefault(command, Cost())
        self.by_command[command] += cost
        self.outside.setdefault(command, Counter()).update(call for call in calls if call.startswith("http."))
        if shared:
            self.shared += cost
        else:
            self.personal += cost

    @property
    def full(self) -> dict[str, float]:
        """Units of one person, without what is done once for a wave or a run."""
        cost = self.personal
        return {
            "read_units": cost.read_units - cost.whole_read_units,
            "write_units": cost.write_units - cost.whole_write_units,
        }

    @property
    def thin(self) -> dict[str, float]:
        """The same without learning in person."""
        in_person = [self.by_command[command] for command in IN_PERSON]
        return {unit: spent - sum(getattr(each, unit) for each in in_person) for unit, spent in self.full.items()}


@pytest.fixture(scope="module")
def journey(cloud: Cloud) -> Iterator[Journey]:
    with stage(cloud.client("dynamodb"), cloud.client("kms"), prefix="budgets-") as on:
        on.with_others = False
        on.world.table.commit(update(SCHEDULE, set={"sessions": SESSIONS}, course_code="C1", schedule_code="S1"))
        made = Journey()
        for step in full_journey():
            if step.aside or step in (*BOOKS, *MEMBERS):  # the books are kept per day, whoever was paid; others' nights
                continue
            if not step.topic:
                drain(on, made)
            step.before(on)
            if not step.topic:
                on.seam.calm()
                with counted(on.world.client) as cost:
                    step.run(on)
                made.note(step.command, cost, on.seam.calm(), shared=step.shared)
            if step.command == "take roots":  # after Ani's own join; the wave is still open
                made.by_command["join wave: another"] = another_joins(on)
        drain(on, made)
        made.texts.update(text["channel"] for text in on.outside.sent())
        made.look_ups = on.outside.look_ups()
        made.face_look_ups = on.outside.faces.facts()["registry_matches"]
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(report_of(made), indent=1))
        yield made


def full_journey() -> tuple[Step, ...]:
    """The journey, with more sessions than the other tests need."""
    begin = next(number for number in range(len(JOURNEY)) if JOURNEY[number : number + len(LEARNING)] == LEARNING)
    return (*JOURNEY[:begin], *learning(SESSIONS), *JOURNEY[begin + len(LEARNING) :])


def drain(on: Stage, made: Journey) -> None:
    """Relay and deliver until nothing waits, each message counted under its topic."""
    while True:
        for record in on.records():
            with counted(on.world.client) as cost:
                on.relay([record])
            row = Row.of(from_item(record["dynamodb"]["NewImage"]))
            shared = all(message.topic.startswith(TO_THE_WHOLE) for message in row.messages)
            made.note("relay: of the whole" if shared else "relay", cost, [], shared=shared)
        if not on.waiting:
            return
        message: Queued = on.waiting.pop(0)
        on.seam.calm()
        with counted(on.world.client) as cost:
            on.work(message)
        made.note(message.topic, cost, on.seam.calm(), shared=message.topic.startswith(ONCE_FOR_ALL))


def another_joins(on: Stage) -> Cost:
    """What the join of somebody else costs and writes; then it is taken back, for they go no further."""
    other = plant_person(on.world, someone(99))
    with counted(on.world.client) as cost:
        join(on, other.person_id)
    for pk, sk in cost.keys:
        on.world.client.delete_item(TableName=on.world.names["programme"], Key={"pk": {"S": pk}, "sk": {"S": sk}})
    return cost


def report_of(made: Journey) -> dict[str, Any]:
    return {
        "commands": {name: cost.row() for name, cost in made.by_command.items()},
        "outside": {name: dict(calls) for name, calls in made.outside.items() if calls},
        "one person, personal": made.personal.row(),
        "once for a wave and a run": made.shared.row(),
        "full journey": made.full,
        "thin journey": made.thin,
        "texts": dict(made.texts),
        "look_ups": made.look_ups,
        "face_look_ups": made.face_look_ups,
    }


def test_a_join_is_two_calls_and_shares_no_item(journey: Journey) -> None:
    one, other = journey.by_command["join wave"], journey.by_command["join wave: another"]
    assert one.calls.total() <= 2
    assert one.write_units <= 4
    assert one.items == [2]
    assert not one.keys & other.keys


def test_buying_is_two_reads_and_one_transaction(journey: Journey) -> None:
    cost = journey.by_command["authorise"]
    assert cost.reads <= 2
    assert cost.writes == 1
    assert cost.items[0] <= 10


def test_redeeming_is_one_read_and_one_transaction(journey: Journey) -> None:
    cost = journey.by_command["redeem commit"]
    assert (cost.reads, cost.writes) == (1, 1)
    status = journey.by_command["redeem status"]
    assert (status.reads, status.writes) == (1, 0)


def test_an_attendance_is_at_most_three_writes(journey: Journey) -> None:
    sent, attended = journey.by_command["send participant"], journey.by_command["attend"]
    times = SESSIONS + 1
    assert sent.writes + attended.writes <= 3 * times
    assert (sent.reads, attended.reads) == (times, 2 * times)
    assert journey.outside["attend"] == {"http.face check": times}


def test_a_payout_is_at_most_three_writes_and_one_transfer(journey: Journey) -> None:
    cost = journey.by_command["payouts.queued.v1"]
    assert cost.writes <= 3
    assert "payouts.unknown.v1" not in journey.by_command, "nothing was unclear"
    assert journey.outside["payouts.queued.v1"].total() <= 2, "a token, if it is too old, and the transfer"


def test_a_full_journey_fits_its_budget(journey: Journey) -> None:
    assert journey.full["write_units"] <= FULL_WRITE_UNITS
    assert journey.full["read_units"] <= FULL_READ_UNITS
    assert journey.face_look_ups == 1


def test_a_thin_journey_fits_its_budget(journey: Journey) -> None:
    assert journey.thin["write_units"] <= WRITE_UNITS
    assert journey.thin["read_units"] <= READ_UNITS
    assert journey.texts["sms"] <= 6
    assert journey.look_ups <= 2
