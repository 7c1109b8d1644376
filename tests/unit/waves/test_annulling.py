"""A wave whose draw has begun ends by two operators only, for a reason, and never once its decree has begun."""

from __future__ import annotations

from typing import Any

import pytest

from functions.operator_api.routes_approvals import ANNOUNCED, AT_ONCE
from prakerja.platform.approvals import AlreadyDecided, SameOperator, approve
from prakerja.platform.auth import Operator, Role
from prakerja.waves import Phase, Wave, WaveState
from prakerja.waves.annulling import propose_annulment
from prakerja.waves.api import ApplicationView, Receipt
from prakerja.waves.drawing import finish_draw, plan
from prakerja.waves.errors import NotAnnullable
from prakerja.waves.model import AnnulReason
from prakerja.waves.service import load_application, turn_wave
from prakerja.waves.store import load_wave
from tests.support.draw_machine import Machine
from tests.support.people import Someone
from tests.support.world import World


def propose(world: World, wave: Wave, reason: AnnulReason) -> str:
    return propose_annulment(
        world.platform, operator="op-1", wave_id=wave.wave_id, reason=reason, evidence_reference="minutes 2026/117"
    ).approval_id


def agree(world: World, approval_id: str, sub: str = "op-2") -> Any:
    who = Operator(sub, frozenset({Role.WAVE_MANAGER}), world.clock.wall())
    return approve(world.platform, operator=who, approval_id=approval_id, announce=ANNOUNCED, at_once=AT_ONCE)


@pytest.mark.parametrize(("drawn", "reason"), [(False, AnnulReason.BEACON_GONE), (True, AnnulReason.RESULT_WRONG)])
def test_two_operators_annul_a_wave_and_nothing_more_is_started(
    world: World, joined: tuple[Wave, list[Someone]], drawn: bool, reason: AnnulReason
) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    if drawn:
        machine.draw(wave.wave_id)
    approval = propose(world, wave, reason)
    with pytest.raises(SameOperator):
        agree(world, approval, "op-1")
    assert load_wave(world.table, wave.wave_id).state is not WaveState.CANCELLED
    agree(world, approval)
    agree(world, approval)  # its answer was lost
    assert load_wave(world.table, wave.wave_id).state is WaveState.CANCELLED

    world.clock.travel(hours=1)
    assert turn_wave(world.platform, machine.runs, wave_id=wave.wave_id).state is WaveState.CANCELLED
    assert plan(machine.p, machine.archive, wave_id=wave.wave_id, phase=Phase.DRAW)["chunks"] == []
    finish_draw(machine.p, machine.archive, wave_id=wave.wave_id)  # of an execution that was at work
    assert machine.runs.started == []
    found, application = load_application(world.platform, person_id=people[0].person_id, wave_id=wave.wave_id)
    shown = {
        language: ApplicationView.of(found, application, Receipt(text="", kid="", signature=""), language)
        for language in ("en", "id")
    }
    told = {language: view.explanation for language, view in shown.items()}
    assert {view.reason for view in shown.values()} == {f"CANCELLED:{reason}"}
    assert all("GET /v1/waves" in words for words in told.values()), "and what can be done next"
    assert {AnnulReason.BEACON_GONE: "gone", AnnulReason.RESULT_WRONG: "wrong"}[reason] in told["en"]
    assert "dibatalkan: " in told["id"]


def test_what_has_gone_on_since_is_not_annulled(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, _ = joined
    machine = Machine(world)
    with pytest.raises(NotAnnullable):
        propose(world, wave, AnnulReason.BEACON_GONE)
    machine.screen(wave.wave_id)
    gone = propose(world, wave, AnnulReason.BEACON_GONE)
    machine.draw(wave.wave_id)  # it came after all
    with pytest.raises(AlreadyDecided):
        agree(world, gone)
    wrong = propose(world, wave, AnnulReason.RESULT_WRONG)
    machine.agree(wave.wave_id)
    with pytest.raises(AlreadyDecided):
        agree(world, wrong)
    with pytest.raises(NotAnnullable):
        propose(world, wave, AnnulReason.RESULT_WRONG)
    assert load_wave(world.table, wave.wave_id).state is WaveState.DECREEING
