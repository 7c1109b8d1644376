"""How much memory the steps of a draw take for each application. The budgets stand in docs/draw.md, which computes the
functions' memory from them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from infra.functions import FUNCTIONS
from prakerja.platform.access_patterns import ROSTER_SHARDS
from prakerja.waves import Wave, WaveState, drawing, published
from prakerja.waves.draw import RosterRow
from prakerja.waves.model import JoinsRoot
from prakerja.waves.store import RosterEntry
from tests.support.outside import Beacon
from tests.support.world import World

FEW, MANY = 5_000, 20_000
"""Applications: what more of them take is what one takes, whatever a step takes for itself."""
PROMISED = 6_000_000
DRAW, SCREEN, JOINS = 130, 110, 24
"""Bytes for each application: of ``draw_all`` when 14 of 100 get a seat, of ``finish_screening``, of ``root_of_joins``."""
AROUND = 300
"""MB: a process with all that it imports, and what allocators and streams keep for themselves."""
WAVE = "wave-71"


class Disk:
    """An archive whose files take no memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> bytes:
        return (self.folder / name.replace("/", "-")).read_bytes()

    def put_once(self, name: str, content: bytes) -> bytes:
        (self.folder / name.replace("/", "-")).write_bytes(content)
        return content

    def link(self, name: str) -> str:
        return name


def screened(folder: Path, rows: int) -> Disk:
    """Everybody is screened, in families of 1.7; one family in ten has a member already."""
    folder.mkdir()
    made = Disk(folder)
    for number in range(ROSTER_SHARDS):
        name = published.shard_name("roster", number)
        lines = []
        for at in range(number, rows, ROSTER_SHARDS):
            noise = sha256(b"%d" % at).digest()
            family = int.from_bytes(noise[16:]) % (rows * 10 // 17)
            home = sha256(b"family %d" % family).hexdigest()[:32]
            row = RosterRow(str(UUID(bytes=noise[:16])), home, 1 if family % 10 == 0 else 2, "3276")
            lines.append(published.row_line(row))
        made.put_once("/".join(("waves", WAVE, "work", "1", name)), published.shard_file(name, lines))
    return made


def for_each(step: Callable[[int], object]) -> float:
    """Bytes that a step takes at its most for each application."""
    peaks = []
    step(FEW)  # what is cached for good belongs to the process
    for rows in (FEW, MANY):
        tracemalloc.start()
        step(rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (MANY - FEW)


def test_screening_and_draw_take_few_bytes_for_each_application(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = world.clock.programme()
    archives = {rows: screened(tmp_path / str(rows), rows) for rows in (FEW, MANY)}
    p = replace(world.platform, settings=world.settings.model_copy(update={"beacon_delay_seconds": 5}))
    monkeypatch.setattr(drawing, "load_roots", lambda *_: [])
    monkeypatch.setattr(drawing, "root_of_joins", lambda _, __, at: JoinsRoot(at, 0, bytes(32)))
    monkeypatch.setattr(type(p.table), "commit", lambda *_, **__: None)

    def screening(rows: int) -> None:
        seats, reserves = rows * 14 // 100, rows // 100
        wave = Wave(WAVE, 71, seats, reserves, now - timedelta(1), now, "S", 1, WaveState.SCREENING)
        monkeypatch.setattr(drawing, "load_wave", lambda *_: wave)
        drawing.finish_screening(p, archives[rows], Beacon(), wave_id=WAVE, attempt=1)

    assert for_each(screening) < SCREEN
    assert for_each(lambda rows: drawing.draw_all(p, archives[rows], Beacon(), wave_id=WAVE)) < DRAW


def test_a_root_of_the_joins_takes_few_bytes_for_each_application(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = FEW

    def roster(_: object, __: str, shard: str) -> Iterator[RosterEntry]:
        found = range(int(shard), rows, ROSTER_SHARDS)
        return (RosterEntry(f"{number:08x}-0000-4000-8000-{number:012x}", "a person") for number in found)

    def root(count: int) -> None:
        nonlocal rows
        rows = count
        drawing.root_of_joins(world.platform, WAVE, datetime(2026, 2, 20, tzinfo=UTC))

    monkeypatch.setattr(drawing, "roster", roster)
    assert for_each(root) < JOINS


def test_functions_have_the_memory_that_the_promised_size_takes() -> None:
    given = {entry.name: entry.memory for entry in FUNCTIONS}
    assert given["draw_wave"] >= AROUND + PROMISED * max(DRAW, SCREEN) / 1e6
    assert given["turn_wave"] >= AROUND + PROMISED * JOINS / 1e6
    page = Path("docs/draw.md").read_text("utf-8")
    for figure, name in ((DRAW, "draw_wave"), (SCREEN, "draw_wave"), (JOINS, "turn_wave")):
        assert f"| {figure} | {figure * PROMISED // 1_000_000} MB | `{name}`, {given[name]} MB |" in page
