"""What the decree of a member costs, and that docs/capacity.md computes rightly from it."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.config import config_for
from prakerja.membership import seed_schemes
from prakerja.waves import WaveDraft
from prakerja.waves.decreeing import SLICES
from prakerja.waves.screening import BATCH
from prakerja.waves.service import create_wave, join_wave, turn_wave
from tests.infra.templates import PINNED
from tests.support.draw_machine import Machine
from tests.support.memory_aws import memory_clients
from tests.support.outside import Runs
from tests.support.payout_costs import WRITE, _size
from tests.support.people import plant_person, someone
from tests.support.world import World

PAGE = Path("docs/capacity.md").read_text("utf-8")
ROW = re.compile(r"^\| (.+?) \| (?:.+? \| )?([\d.,]+) \|$", re.MULTILINE)
SAID = {name: float(value.replace(",", "")) for name, value in ROW.findall(PAGE)}
MEMBERS, PEOPLE, MINUTES = 50, 800_000, 20


@pytest.fixture(scope="module")
def counted() -> Counter[str]:
    """Of the decree of ``MEMBERS``, all of them selected."""
    engine, dynamodb, kms = memory_clients()
    world = World(dynamodb, kms)
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, MEMBERS, 0, now, now + timedelta(hours=1), "NORMAL_2023", 2)
    wave_id = create_wave(world.platform, operator="op-1", draft=draft, key="k1").wave_id
    for number in range(MEMBERS):
        who = plant_person(world, someone(number, family=number))
        join_wave(world.platform, person_id=who.person_id, wave_id=wave_id, accepted=True)
    world.clock.move(hours=2)
    turn_wave(world.platform, Runs(), wave_id=wave_id)
    machine = Machine(world)
    turn_wave(world.platform, machine.runs, wave_id=wave_id)
    machine.screen(wave_id)
    machine.draw(wave_id)
    machine.agree(wave_id)
    counts: Counter[str] = Counter()
    write = engine.transact_write_items

    def counting(**request: Any) -> Any:
        bodies = [(action, body) for part in request["TransactItems"] for action, body in part.items()]
        if any(action == "Put" and body["Item"]["sk"]["S"] == "MEMBERSHIP" for action, body in bodies):
            counts["members"] += 1
            counts["items"] += len(bodies)
            for _, body in bodies:
                size = _size(body.get("Item") or body.get("ExpressionAttributeValues") or {})
                counts[body["TableName"]] += 2 * max(1, math.ceil(size / WRITE))
        return write(**request)

    engine.transact_write_items = counting  # type: ignore[method-assign]
    machine.decree(wave_id)
    return counts


def test_the_page_says_what_is_counted(counted: Counter[str]) -> None:
    assert counted["members"] == MEMBERS, "one transaction for each"
    busiest = max(units for name, units in counted.items() if name not in ("members", "items"))
    assert SAID["items in a member's transaction"] == counted["items"] / MEMBERS
    assert SAID["write units of it on the programme table"] == busiest / MEMBERS
    assert SAID["people read at a time"] == BATCH


def test_the_page_computes_rightly() -> None:
    """docs/capacity.md, "How long a decree of 800,000 members takes"."""
    workers = SAID["workers that decree"]
    assert workers == config_for("production", PINNED).draw_workers
    assert SAID["people in a slice"] == math.ceil(PEOPLE / SLICES)
    member = SAID["A"] + SAID["O"] + 3 * SAID["D"] / BATCH
    slices = PEOPLE / SAID["people in a slice"]
    seconds = PEOPLE * member + slices * SAID["F"]
    derived = {
        "seconds per member": round(member, 3),
        "minutes for 800,000 members with 40 workers": round(seconds / workers / 60, 1),
        "minutes with 8 workers": round(seconds / 8 / 60, 1),
        "A at which 40 workers still need 20 minutes, seconds": round(
            (MINUTES * 60 * workers - slices * SAID["F"]) / PEOPLE - member + SAID["A"], 3
        ),
        "write units a second on the programme table": round(
            PEOPLE / (seconds / workers) * SAID["write units of it on the programme table"], -2
        ),
    }
    assert {name: SAID[name] for name in derived} == derived
    assert derived["minutes for 800,000 members with 40 workers"] <= MINUTES
