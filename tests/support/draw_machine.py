"""The steps of a draw, run as the state machine would run them, on a test's world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from prakerja.platform.access_patterns import APPROVAL
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Part, update
from prakerja.waves import Phase
from prakerja.waves.decreeing import decree_slice, finish_decree, plan_decree
from prakerja.waves.drawing import draw_all, finish_draw, finish_screening, plan
from prakerja.waves.screening import screen_shard
from prakerja.waves.service import (
    begin_decree,
    propose_decree,
)
from tests.support.outside import Beacon, MemoryArchive, Runs
from tests.support.world import World

PEOPLE, QUOTA, RESERVES = 12, 5, 2
"""Of the wave that the unit tests draw."""


class Machine:
    """Runs the steps of a phase as the state machine would; ``twice`` repeats every one of them."""

    def __init__(self, world: World, *, twice: bool = False) -> None:
        self.p = replace(world.platform, settings=world.settings.model_copy(update={"beacon_delay_seconds": 5}))
        self.world = world
        self.archive, self.beacon, self.runs = MemoryArchive(), Beacon(), Runs()
        self.times = 2 if twice else 1

    def again(self, step: Callable[[], object]) -> None:
        for _ in range(self.times):
            step()

    def screen(self, wave_id: str, attempt: int = 1) -> None:
        for chunk in plan(self.p, self.archive, wave_id=wave_id, phase=Phase.SCREEN)["chunks"]:
            self.again(partial(screen_shard, self.p, self.archive, wave_id=wave_id, attempt=attempt, **chunk))
        self.again(lambda: finish_screening(self.p, self.archive, self.beacon, wave_id=wave_id, attempt=attempt))

    def draw(self, wave_id: str) -> None:
        assert plan(self.p, self.archive, wave_id=wave_id, phase=Phase.DRAW)["wait_until"] is not None
        self.again(lambda: draw_all(self.p, self.archive, self.beacon, wave_id=wave_id))
        self.again(lambda: finish_draw(self.p, self.archive, wave_id=wave_id))

    def agree(self, wave_id: str) -> None:
        approval = propose_decree(self.p, operator="op-1", wave_id=wave_id)
        agreed = replace(approval, approved_by="op-2", approved_at=to_text(self.world.clock.wall()))
        self.world.table.commit(*approved_parts(agreed))
        self.again(lambda: begin_decree(self.p, self.runs, wave_id=wave_id, approval_id=approval.approval_id))

    def decree(self, wave_id: str) -> None:
        for chunk in plan_decree(self.p, self.archive, wave_id=wave_id):
            self.again(partial(decree_slice, self.p, self.archive, wave_id=wave_id, **chunk))
        self.again(lambda: finish_decree(self.p, wave_id=wave_id))


def first_chunk(machine: Machine, wave_id: str) -> dict[str, int]:
    chunk: dict[str, int] = plan_decree(machine.p, machine.archive, wave_id=wave_id)[0]
    return chunk


def disagree(world: World, approval_id: str) -> tuple[Part, ...]:
    return (update(APPROVAL, set={"approved_by": "op-1"}, approval_id=approval_id),)


def written(archive: MemoryArchive, wave_id: str, folder: Path) -> Path:
    prefix = f"waves/{wave_id}/published/"
    for name, data in archive.files.items():
        if name.startswith(prefix):
            path = folder / name.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder
