"""From joins to members: screening, draw and decree, repeated, interrupted and raced, judged by the verifier."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from prakerja.balance import load_balance
from prakerja.membership import load_membership
from prakerja.platform.access_patterns import FAMILY_SEAT, PERSON_STATE
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Part, delete
from prakerja.waves import ApplicationState, Phase, Wave, WaveState
from prakerja.waves.api import ApplicationView, Receipt
from prakerja.waves.archived import links
from prakerja.waves.decreeing import NotAgreed, decree_slice, plan_decree
from prakerja.waves.drawing import finish_screening
from prakerja.waves.errors import WaveChanged
from prakerja.waves.model import JoinsRoot
from prakerja.waves.screening import screen_shard
from prakerja.waves.service import (
    begin_decree,
    load_application,
    propose_decree,
)
from prakerja.waves.store import load_wave, new_root, roster, roster_shard, shards
from prakerja.waves.verify import main as verify
from tests.support.draw_machine import PEOPLE, QUOTA, RESERVES, Machine, disagree, first_chunk, written
from tests.support.people import Someone
from tests.support.world import World


@pytest.mark.parametrize("twice", [False, True])
def test_a_wave_from_screening_to_decree(
    world: World, joined: tuple[Wave, list[Someone]], twice: bool, tmp_path: Path
) -> None:
    wave, people = joined
    machine = Machine(world, twice=twice)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    drawn = load_wave(world.table, wave.wave_id)
    assert (drawn.state, drawn.applications, drawn.selected) == (WaveState.DRAWN, PEOPLE, QUOTA)
    machine.agree(wave.wave_id)
    machine.decree(wave.wave_id)
    assert load_wave(world.table, wave.wave_id).state is WaveState.DECREED

    ends = [load_application(world.platform, person_id=w.person_id, wave_id=wave.wave_id)[1] for w in people]
    states = [end.state for end in ends]
    assert states.count(ApplicationState.DECREED) == QUOTA
    assert states.count(ApplicationState.RESERVE) == RESERVES
    assert ApplicationState.JOINED not in states
    assert states[:4].count(ApplicationState.DECREED) <= 2
    for who, end in zip(people, ends, strict=True):
        member = load_membership(world.table, who.person_id)
        balance = load_balance(world.table, who.person_id)
        if end.state is ApplicationState.DECREED:
            assert member is not None
            assert balance is not None
            assert len(member.card_number) == 16
            assert (balance.granted, balance.available) == (3_500_000, 3_500_000)
        else:
            assert (member, balance) == (None, None)
            assert end.reason or end.rank
    told = [(m.body["person_id"], m.body["kind"]) for m in world.take("registration.notice_requested.v1")]
    kinds = ["SELECTED" if state is ApplicationState.DECREED else "NOT_SELECTED" for state in states]
    assert sorted(told) == sorted(zip([who.person_id for who in people], kinds, strict=True))  # each of them once
    assert verify([str(written(machine.archive, wave.wave_id, tmp_path))]) == 0


def test_nobody_is_decreed_without_two_operators(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    approval = propose_decree(world.platform, operator="op-1", wave_id=wave.wave_id)
    begin_decree(world.platform, machine.runs, wave_id=wave.wave_id, approval_id=approval.approval_id)
    assert load_wave(world.table, wave.wave_id).state is WaveState.DRAWN
    assert plan_decree(machine.p, machine.archive, wave_id=wave.wave_id) == []

    machine.agree(wave.wave_id)
    world.table.commit(*disagree(world, approval.approval_id))
    with pytest.raises(NotAgreed):
        decree_slice(machine.p, machine.archive, wave_id=wave.wave_id, **first_chunk(machine, wave.wave_id))
    assert all(load_membership(world.table, who.person_id) is None for who in people)


def test_a_family_seat_taken_meanwhile_is_respected(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    family = world.guards.digest("FAMILY", people[0].family_card_number)
    for seat in (1, 2):
        world.plant(FAMILY_SEAT, {"person_id": "somebody"}, digest=family, seat=seat)
    machine.decree(wave.wave_id)
    for who in people[:4]:
        assert load_membership(world.table, who.person_id) is None
        end = load_application(world.platform, person_id=who.person_id, wave_id=wave.wave_id)[1]
        assert end.state in (ApplicationState.NOT_SELECTED, ApplicationState.RESERVE)


def test_what_was_published_cannot_be_changed_by_a_late_double(
    world: World, joined: tuple[Wave, list[Someone]]
) -> None:
    wave, _ = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    published = {name: data for name, data in machine.archive.files.items() if "/published/" in name}
    world.clock.move(minutes=5)
    for number in range(64):
        screen_shard(machine.p, machine.archive, wave_id=wave.wave_id, attempt=1, shard=f"{number:02d}")
    assert finish_screening(machine.p, machine.archive, machine.beacon, wave_id=wave.wave_id, attempt=1) is Phase.DRAW
    assert {name: machine.archive.files[name] for name in published} == published


def test_the_folder_is_open_to_everybody_as_soon_as_it_commits_us(
    world: World, joined: tuple[Wave, list[Someone]]
) -> None:
    wave, people = joined
    machine = Machine(world)
    assert links(machine.archive, load_wave(world.table, wave.wave_id)) == {}
    machine.screen(wave.wave_id)
    files = links(machine.archive, load_wave(world.table, wave.wave_id))
    assert {"rules.json", "joins.json", "root.json", "roster/00000.jsonl.gz"} < set(files)
    assert set(files) == {name.partition("/published/")[2] for name in machine.archive.files if "/published/" in name}
    machine.draw(wave.wave_id)
    files = links(machine.archive, load_wave(world.table, wave.wave_id))
    assert {"rules.json", "root.json", "beacon.json", "manifest.json", "summary.json"} < set(files)
    everything = b"".join(data for name, data in machine.archive.files.items() if "/published/" in name)
    for who in people:
        for secret in (who.nik, who.family_card_number, who.full_name, who.person_id):
            assert secret.encode() not in everything


def test_a_family_whose_seat_is_taken_during_the_screening_can_still_be_drawn(
    world: World, joined: tuple[Wave, list[Someone]], tmp_path: Path
) -> None:
    wave, people = joined
    machine = Machine(world)
    ours = {
        entry.application_id: entry.person_id
        for shard in shards()
        for entry in roster(world.table, wave.wave_id, shard)
    }
    family = {application for application, person in ours.items() if person in {who.person_id for who in people[:4]}}
    late = {roster_shard(sorted(family)[0])}
    assert any(roster_shard(application) not in late for application in family)
    for shard in (shard for shard in shards() if shard not in late):
        screen_shard(machine.p, machine.archive, wave_id=wave.wave_id, attempt=1, shard=shard)
    digest = world.guards.digest("FAMILY", people[0].family_card_number)
    world.plant(FAMILY_SEAT, {"person_id": "decreed in another wave"}, digest=digest, seat=1)
    for shard in late:
        screen_shard(machine.p, machine.archive, wave_id=wave.wave_id, attempt=1, shard=shard)
    finish_screening(machine.p, machine.archive, machine.beacon, wave_id=wave.wave_id, attempt=1)
    machine.draw(wave.wave_id)
    assert verify([str(written(machine.archive, wave.wave_id, tmp_path))]) == 0
    machine.agree(wave.wave_id)
    machine.decree(wave.wave_id)
    assert sum(load_membership(world.table, who.person_id) is not None for who in people[:4]) <= 1


def test_two_executions_that_finish_the_screening_publish_one_roster(
    world: World, joined: tuple[Wave, list[Someone]], tmp_path: Path
) -> None:
    wave, people = joined
    machine = Machine(world)
    digest = world.guards.digest("FAMILY", people[0].family_card_number)
    for attempt in (1, 2):
        for shard in shards():
            screen_shard(machine.p, machine.archive, wave_id=wave.wave_id, attempt=attempt, shard=shard)
        world.plant(FAMILY_SEAT, {"person_id": "decreed in another wave"}, digest=digest, seat=attempt)
    finish = partial(finish_screening, machine.p, machine.archive, machine.beacon, wave_id=wave.wave_id)
    put_once = machine.archive.put_once

    def overtaken(name: str, content: bytes) -> bytes:
        if name.endswith("roster/00020.jsonl.gz"):
            machine.archive.put_once = put_once  # type: ignore[method-assign]
            finish(attempt=2)
        return put_once(name, content)

    machine.archive.put_once = overtaken  # type: ignore[method-assign]
    with pytest.raises(WaveChanged):
        finish(attempt=1)
    machine.draw(wave.wave_id)
    assert verify([str(written(machine.archive, wave.wave_id, tmp_path))]) == 0


def test_roots_that_were_taken_at_the_same_time_do_not_spoil_the_draw(
    world: World, joined: tuple[Wave, list[Someone]], tmp_path: Path
) -> None:
    wave, _ = joined
    machine, at = Machine(world), wave.opens_at + timedelta(minutes=30)
    for seconds, count in ((0, 7), (1, 5)):  # the first one was slower, and so saw more
        root = JoinsRoot(at + timedelta(seconds=seconds), count, bytes(32))
        world.table.commit(new_root(wave.wave_id, root))
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    assert verify([str(written(machine.archive, wave.wave_id, tmp_path))]) == 0


def test_only_the_result_that_was_agreed_on_is_decreed(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    chunks = plan_decree(machine.p, machine.archive, wave_id=wave.wave_id)
    for name, content in machine.archive.files.items():
        if "/published/results/" in name:
            lines = gzip.decompress(content).replace(b"NOT_SELECTED", b"SELECTED")
            machine.archive.files[name] = gzip.compress(lines, mtime=0)
    for chunk in chunks:
        with suppress(NotAgreed):  # shards in which everybody was selected are as they were
            decree_slice(machine.p, machine.archive, wave_id=wave.wave_id, **chunk)
    assert sum(load_membership(world.table, who.person_id) is not None for who in people) <= QUOTA


def test_the_plan_of_a_decree_fits_into_the_state_machine(
    world: World, joined: tuple[Wave, list[Someone]], monkeypatch: pytest.MonkeyPatch
) -> None:
    wave, _ = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    monkeypatch.setattr("prakerja.waves.decreeing._agreed_lines", lambda *_: range(10_000_000 // 64))
    chunks = plan_decree(machine.p, machine.archive, wave_id=wave.wave_id)
    assert len(json.dumps(chunks)) < 256 * 1024
    assert sum(min(chunk["count"], 10_000_000 // 64 - chunk["start"]) for chunk in chunks) == 64 * (10_000_000 // 64)


def test_somebody_who_was_erased_before_the_decree_is_left_out_with_a_reason(
    world: World, joined: tuple[Wave, list[Someone]]
) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    world.table.commit(*(delete(PERSON_STATE, person_id=who.person_id) for who in people))
    machine.decree(wave.wave_id)
    assert load_wave(world.table, wave.wave_id).state is WaveState.DECREED
    ends = [load_application(world.platform, person_id=who.person_id, wave_id=wave.wave_id) for who in people]
    for found, end in ends:
        assert ApplicationView.of(found, end, Receipt(text="", kid="", signature=""), "en").explanation
    assert [end.reason for _, end in ends].count("INELIGIBLE:IDENTITY") == QUOTA


def test_two_workers_with_one_agreement_begin_one_decree(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, _ = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    approval = propose_decree(machine.p, operator="op-1", wave_id=wave.wave_id)
    agreed = replace(approval, approved_by="op-2", approved_at=to_text(world.clock.wall()))
    world.table.commit(*approved_parts(agreed))
    begin = partial(begin_decree, machine.p, machine.runs, wave_id=wave.wave_id, approval_id=approval.approval_id)
    commit = world.table.commit

    def overtaken(*parts: Part, **how: Any) -> Any:
        world.table.commit = commit  # type: ignore[method-assign]
        begin()
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    assert begin().state is WaveState.DECREEING
    assert [phase for _, _, phase, _ in machine.runs.started] == ["DECREE"]
