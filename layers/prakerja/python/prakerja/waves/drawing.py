"""The steps of a draw, as the state machine calls them: per phase *plan* the chunks, *work* on each, *finish*. Before
them, while people join, the hourly roots of the joins.

Every step may be repeated, run beside its own double, or be begun again by another execution. Work files lie under the
attempt that wrote them; they, and what is published, are written once (``Archive.put_once``) and read back, so that a
late double cannot change them. The wave's state moves only in ``finish``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from prakerja.membership import FAMILY_CAP
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ROSTER_SHARDS
from prakerja.platform.evidence import evidence
from prakerja.waves import draw, published
from prakerja.waves.archived import published_files, published_name, work_name
from prakerja.waves.model import JoinsRoot, Phase, WaveState
from prakerja.waves.ports import Archive, BeaconInvalid, RandomnessBeacon
from prakerja.waves.published import (
    BEACON,
    JOINS,
    MANIFEST,
    ROOT,
    RULES,
    SUMMARY,
    read_lines,
    row_line,
    row_of,
    shard_file,
    shard_name,
)
from prakerja.waves.service import read_waves
from prakerja.waves.store import (
    change_wave,
    load_roots,
    load_wave,
    new_root,
    roster,
    shards,
)

BEACON_MARGIN = timedelta(seconds=2)
"""The beacon's answer is asked for this long after it is due."""

Plan = dict[str, Any]


def take_roots(p: Platform) -> int:
    """Store the root over the joins of every open wave, so that no join can be added or taken away unseen later."""
    now = p.clock.programme()
    waves, _ = read_waves(p, limit=50)
    open_waves = [wave for wave in waves if wave.is_open(now)]
    for wave in open_waves:
        p.table.commit(new_root(wave.wave_id, root_of_joins(p, wave.wave_id, p.clock.wall())))
    return len(open_waves)


def root_of_joins(p: Platform, wave_id: str, at: datetime) -> JoinsRoot:
    """The root over all joins as they are now."""
    # millions of ids: 16 bytes each while the shards are read, and text one at a time
    joined = [b"".join(draw.id_bytes(entry.application_id) for entry in roster(p.table, wave_id, s)) for s in shards()]
    return JoinsRoot(at, sum(map(len, joined)) // 16, published.joins_root(wave_id, map(_ids, joined)))


def plan(p: Platform, archive: Archive, *, wave_id: str, phase: Phase) -> Plan:
    """The chunks of a phase and, before the draw, the time to wait for. Empty when the phase is done already."""
    wave = load_wave(p.table, wave_id)
    if phase is Phase.SCREEN and wave.state is WaveState.SCREENING:
        return {"chunks": [{"shard": shard} for shard in shards()], "wait_until": None}
    if phase is Phase.DRAW and wave.state is WaveState.SCREENED:
        rules = published.rules_from(archive.get(published_name(wave_id, RULES)))
        out = rules.chain.time_of(_commitment(archive, wave_id).beacon_round) + BEACON_MARGIN
        return {"chunks": [{"all": True}], "wait_until": f"{out:%Y-%m-%dT%H:%M:%SZ}"}
    return {"chunks": [], "wait_until": None}


def finish_screening(
    p: Platform, archive: Archive, beacon: RandomnessBeacon, *, wave_id: str, attempt: int
) -> Phase | None:
    """Publish rules, joins, the screened roster and the root that commits to it; the next phase is the draw."""
    wave = load_wave(p.table, wave_id)
    if wave.state is not WaveState.SCREENING:
        return Phase.DRAW if wave.state is WaveState.SCREENED else None
    wait = timedelta(seconds=p.settings.beacon_delay_seconds)
    offered = draw.Rules(wave_id, wave.quota, wave.reserves, beacon.chain(), wait, family_cap=FAMILY_CAP)
    rules = published.rules_from(archive.put_once(published_name(wave_id, RULES), published.rules_file(offered)))
    # roots that were taken at the same time may have seen more joins the earlier they began: they rise by what they saw
    roots = sorted(load_roots(p.table, wave_id), key=lambda root: root.count)
    roots.append(root_of_joins(p, wave_id, p.clock.wall()))
    joins = archive.put_once(published_name(wave_id, JOINS), published.joins_file(wave_id, roots))
    count = _publish_roster(archive, wave_id, attempt)
    root = published.roster_root(_roster_lines(archive, wave_id, number) for number in range(ROSTER_SHARDS))
    commitment = published.commit(rules, joins, count, root, p.clock.wall())
    committed = published.commitment_from(
        archive.put_once(published_name(wave_id, ROOT), published.root_file(commitment))
    )
    after = replace(wave, state=WaveState.SCREENED, beacon_round=committed.beacon_round, applications=committed.rows)
    p.table.commit(
        change_wave(wave, after, p.clock.programme() + wait + timedelta(minutes=2)),
        evidence(wave_id, "WAVE_SCREENED", p.clock.wall(), root=committed.root.hex(), rows=committed.rows),
    )
    return Phase.DRAW


def draw_all(p: Platform, archive: Archive, beacon: RandomnessBeacon, *, wave_id: str) -> None:
    """Draw: beacon, seed, tickets, walk; publish outcomes, summary and, last, the manifest of it all.

    Raises BeaconInvalid, before anything is published, unless the beacon is still the one that the rules committed to.
    """
    rules = published.rules_from(archive.get(published_name(wave_id, RULES)))
    commitment = _commitment(archive, wave_id)
    if beacon.chain() != rules.chain:  # exchanged since we committed to it: nothing that it says may be published
        raise BeaconInvalid(number=commitment.beacon_round, reason="another beacon than the one in rules.json")
    output = beacon.round(commitment.beacon_round)
    archive.put_once(published_name(wave_id, BEACON), published.beacon_file(rules.chain, output))
    seed = draw.seed(wave_id, commitment.root, output.randomness)
    # of millions only what the walk needs stays in memory; each shard is read again for its outcomes
    scored, tally = [], draw.Tally()
    for number in range(ROSTER_SHARDS):
        packed, counted = draw.entrants(rules, _rows(archive, wave_id, number))
        scored.append(draw.Candidates(draw.score(seed, packed)))
        tally += counted
    selection = draw.select(rules, scored)
    scored.clear()
    for number in range(ROSTER_SHARDS):
        name, rows = shard_name("results", number), _rows(archive, wave_id, number)
        outcomes = (published.outcome_line(row.application_id, draw.outcome_of(row, selection)) for row in rows)
        archive.put_once(published_name(wave_id, name), shard_file(name, outcomes))
    archive.put_once(published_name(wave_id, SUMMARY), published.summary_file(rules, seed, tally, selection))
    files = {}
    for name in published_files():
        content = archive.get(published_name(wave_id, name))
        files[name] = (len(content), sha256(content).hexdigest())
    archive.put_once(published_name(wave_id, MANIFEST), published.manifest_file(wave_id, files))


def finish_draw(p: Platform, archive: Archive, *, wave_id: str) -> None:
    """The result stands; it waits for two operators."""
    wave = load_wave(p.table, wave_id)
    if wave.state is not WaveState.SCREENED:
        return
    manifest = archive.get(published_name(wave_id, MANIFEST))
    summary = json.loads(archive.get(published_name(wave_id, SUMMARY)))
    after = replace(
        wave,
        state=WaveState.DRAWN,
        result_hash=sha256(manifest).hexdigest(),
        competing=summary["competing"],
        selected=summary["selected"],
    )
    p.table.commit(
        change_wave(wave, after, None),
        evidence(wave_id, "WAVE_DRAWN", p.clock.wall(), result=after.result_hash, selected=after.selected),
    )


def _publish_roster(archive: Archive, wave_id: str, attempt: int) -> int:
    """Publish what was screened, shard by shard, and answer how many rows are published now.

    The first attempt that comes here is the one that counts. Its shards were screened at different times, and a decree
    of another wave may have seated members of a family in between; all rows of a family say the fewest seats seen.
    """
    attempt = int(archive.put_once(work_name(wave_id, "counts"), str(attempt).encode()))
    names = [shard_name("roster", number) for number in range(ROSTER_SHARDS)]
    fewest: dict[str, int] = {}
    for name in names:
        for row in map(row_of, read_lines(name, archive.get(work_name(wave_id, attempt, name)))):
            if row.family_seats_left < FAMILY_CAP:
                fewest[row.family] = min(row.family_seats_left, fewest.get(row.family, FAMILY_CAP))
    count = 0
    for name in names:
        rows = map(row_of, read_lines(name, archive.get(work_name(wave_id, attempt, name))))
        agreed = (replace(row, family_seats_left=fewest.get(row.family, FAMILY_CAP)) for row in rows)
        content = archive.put_once(published_name(wave_id, name), shard_file(name, map(row_line, agreed)))
        count += sum(1 for _ in read_lines(name, content))
    return count


def _ids(packed: bytes) -> Iterator[str]:
    return (packed[at : at + 16].hex() for at in range(0, len(packed), 16))


def _rows(archive: Archive, wave_id: str, number: int) -> Iterator[draw.RosterRow]:
    return map(row_of, _roster_lines(archive, wave_id, number))


def _roster_lines(archive: Archive, wave_id: str, number: int) -> Iterator[bytes]:
    name = shard_name("roster", number)
    return read_lines(name, archive.get(published_name(wave_id, name)))


def _commitment(archive: Archive, wave_id: str) -> published.Commitment:
    return published.commitment_from(archive.get(published_name(wave_id, ROOT)))
