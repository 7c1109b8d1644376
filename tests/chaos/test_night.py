"""A large night of revocations: resumable after any kill, nobody twice, and at the cost that docs/capacity.md says.

The same code with the same page as for 50,000 members, on fewer of them; every call to DynamoDB is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from infra.functions import FUNCTIONS
from prakerja.membership import MembershipState
from prakerja.membership.deadlines import REVOKE
from prakerja.membership.service import sweeping
from prakerja.platform.clock import wib_date
from prakerja.platform.sweeps import sweeps_of
from tests.support.effort import effort
from tests.support.members import NOTICE, member
from tests.support.night import NIGHT, Night

PAGE = Path("docs/capacity.md").read_text("utf-8")
ROW = re.compile(r"^\| (.+?) \| (?:.+? \| )?([\d.,]+) \|$", re.MULTILINE)
SAID = {name: float(value.replace(",", "")) for name, value in ROW.findall(PAGE)}
MEMBERS, IDLE_OF = effort(480), 3
SHARDS = 8


@pytest.fixture(scope="module")
def undisturbed() -> Night:
    night = Night(MEMBERS, IDLE_OF)
    night.remind()
    told = night.world.take(NOTICE)
    assert len(told) == night.idle, "three days before, who has not bought is reminded, and nobody else"
    night.sweep()
    return night


def judge(night: Night) -> None:
    """Exactly those who bought nothing are revoked and told, once, and the rows count them."""
    ended = Counter(night.follow())
    told = Counter(one.body["person_id"] for one in night.world.take(NOTICE))
    assert len(ended) == night.idle
    assert set(ended.values()) == set(told.values()) == {1}
    assert ended.keys() == told.keys()
    assert {member(night.world, who).state for who in ended} == {MembershipState.REVOKED}
    facts = [one for one in night.world.items("evidence") if "MEMBERSHIP_REVOKED" in one["sk"]]
    assert len(facts) == night.idle
    rows = sweeps_of(night.world.table, REVOKE, wib_date(NIGHT))
    assert all(row.done for row in rows)
    assert sum(row.found for row in rows) == night.members
    assert sum(row.sums["REVOKED"] for row in rows) == night.idle


def test_a_night_costs_three_calls_a_page_and_six_for_each_end(undisturbed: Night) -> None:
    pages = undisturbed.members / sweeping.PAGE + SHARDS
    assert undisturbed.calls["sweep"] <= 3 * pages + 2 * SHARDS + 1, "rows are read once, a scheme once"
    assert undisturbed.calls["remind"] <= 3 * pages + 60
    assert undisturbed.calls["begin"] <= 2 * SHARDS + 2
    judge(undisturbed)
    assert undisturbed.calls["follow"] == 6 * undisturbed.idle


@pytest.mark.parametrize("kill_every", [11, 13, 17, 29])
def test_killed_again_and_again_it_ends_the_same(kill_every: int, undisturbed: Night) -> None:
    night = Night(MEMBERS, IDLE_OF)
    died = night.sweep(kill_every)
    assert died > 3
    assert night.calls["sweep"] <= undisturbed.calls["sweep"] + 4 * died, (
        "a death costs its page once more, nothing else"
    )
    judge(night)


def test_the_page_computes_rightly(undisturbed: Night) -> None:
    """docs/capacity.md, "A night of 50,000 revocations"."""
    by_name = {entry.name: entry.queues[0].concurrency for entry in FUNCTIONS if entry.queues}
    assert (SAID["members on a page"], SAID["calls a page"]) == (sweeping.PAGE, 3)
    assert SAID["calls for what follows an end"] == undisturbed.calls["follow"] / undisturbed.idle
    workers = by_name["sweep_deadlines"], by_name["end_membership"]
    assert (SAID["workers of the sweep"], SAID["workers of what follows"]) == workers
    call, own, large = SAID["D"], SAID["C"], SAID["T"]
    alone = 50_000 / sweeping.PAGE * (2 * call + large + own) / workers[0]
    among = 50_000 / SAID["share that did not buy"] / sweeping.PAGE * (3 * call + own) / workers[0]
    follows = 50_000 * (6 * call + own) / workers[1]
    derived = {
        "seconds, if nobody of that day has bought": round(alone),
        "seconds, among all who were decreed on that day": round(among),
        "minutes until every balance is forfeited": round(follows / 60, 1),
        "minutes by the sweep of every minute": round(50_000 / (SHARDS * 100), 1),
    }
    assert {name: SAID[name] for name in derived} == derived
