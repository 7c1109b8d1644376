"""A wave from its creation to its decree. Ani joins, and three siblings of one family card of whom two may be members."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3

import functions.turn_wave.handler as turn_wave
from functions.operator_api.routes_approvals import ANNOUNCED, AT_ONCE
from prakerja.platform.approvals import approve
from prakerja.waves import WaveDraft, service
from prakerja.waves.annulling import propose_annulment
from prakerja.waves.model import AnnulReason
from prakerja.waves.store import load_wave
from tests.support.people import plant_person, someone
from tests.support.scenarios import Step, aside, delivery, passes
from tests.support.scenarios_people import NOTICE, sweep
from tests.support.scenarios_stage import MACHINE, Stage
from tests.support.world import REGION

SIBLINGS = [someone(number, family=7) for number in (7, 8, 9)]
SCHEDULED, DUE, DECREE_APPROVED = "waves.scheduled.v1", "waves.due.v1", "waves.decree_approved.v1"


def _create(stage: Stage) -> Any:
    now = stage.clock.programme()
    opens = now.replace(microsecond=0) + timedelta(hours=1)
    draft = WaveDraft(72, 3, 1, opens, opens + timedelta(hours=2), "NORMAL_2023", 2)
    wave = service.create_wave(stage.p, operator="op-1", draft=draft, key="wave-1")
    stage.memo.wave_id = wave.wave_id
    return wave


def _turn(stage: Stage) -> Any:
    """What the wave's schedule calls."""
    return turn_wave.handler({"wave_id": stage.memo.wave_id, "turn": "any"}, None)


def _cancel(stage: Stage) -> Any:
    return service.cancel_wave(stage.p, operator="op-1", wave_id=stage.memo.wave_id).state


def join(stage: Stage, person_id: str | None = None) -> Any:
    """Somebody joins the wave; Ani, if nobody is named."""
    who = person_id or stage.memo.person_id
    wave, application = service.join_wave(stage.p, person_id=who, wave_id=stage.memo.wave_id, accepted=True)
    return wave.number, application


def _siblings_join(stage: Stage) -> None:
    for sibling in SIBLINGS if stage.with_others else ():
        plant_person(stage.world, sibling)
        join(stage, sibling.person_id)


def _wave_is_forgotten(stage: Stage) -> None:
    """Its schedule never fired."""
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(hours=1, minutes=2)


def _run_dies(stage: Stage) -> None:
    wave = load_wave(stage.world.table, stage.memo.wave_id)
    machine = boto3.client("stepfunctions", region_name=REGION)
    (found,) = machine.list_state_machines()["stateMachines"]
    assert found["name"] == MACHINE
    arn = found["stateMachineArn"].replace(":stateMachine:", ":execution:")
    machine.stop_execution(executionArn=f"{arn}:{wave.run}")


def _propose(stage: Stage) -> Any:
    approval = service.propose_decree(stage.p, operator="op-1", wave_id=stage.memo.wave_id)
    stage.memo.approval_id = approval.approval_id
    return approval


def agree(stage: Stage) -> Any:
    """The second operator agrees to what was proposed last."""
    return approve(
        stage.p,
        operator=stage.operator("op-2"),
        approval_id=stage.memo.approval_id,
        announce=ANNOUNCED,
        at_once=AT_ONCE,
    )


def _annul(stage: Stage) -> Any:
    approval = propose_annulment(
        stage.p,
        operator="op-1",
        wave_id=stage.memo.wave_id,
        reason=AnnulReason.RESULT_WRONG,
        evidence_reference="minutes 2026/117",
    )
    stage.memo.approval_id = approval.approval_id
    return approval


def _decree_slice(stage: Stage) -> Any:
    return [stage.draw("work", "DECREE", **chunk) for chunk in stage.draw("plan", "DECREE")["chunks"]]


def draw(what: str, phase: str, **chunk: Any) -> Any:
    """A step of the state machine, as a command."""
    return lambda stage: stage.draw(what, phase, **chunk)


def _screen_the_other(stage: Stage) -> None:
    stage.draw("work", "SCREEN", shard="01")


WAVE = (
    Step("create wave", _create, shared=True),
    Step("cancel wave", _cancel, aside=True),
    delivery("arrange turns", SCHEDULED, shared=True),
    Step("sweep due: wave", sweep, _wave_is_forgotten, aside=True),
    Step("turn wave: open", _turn, passes(hours=1), shared=True),
    Step("join wave", join, _siblings_join),
    Step("take roots", lambda s: turn_wave.handler({}, None), passes(minutes=30), shared=True),
    Step("turn wave: close", _turn, passes(hours=1, minutes=30), shared=True),
    Step("turn wave: screen", _turn, passes(minutes=3), shared=True),
    Step("turn wave: a dead execution", _turn, _run_dies, aside=True),
    Step("plan screening", draw("plan", "SCREEN"), shared=True),
    Step("screen shard", draw("work", "SCREEN", shard="00")),
    Step("finish screening", draw("finish", "SCREEN"), _screen_the_other, shared=True),
    Step("plan draw", draw("plan", "DRAW"), shared=True),
    Step("draw", draw("work", "DRAW"), passes(minutes=2), shared=True),
    Step("finish draw", draw("finish", "DRAW"), shared=True),
    Step("propose annulment", _annul, aside=True),
    Step("approve: annulment", agree, lambda stage: _annul(stage) and None, aside=True),
    Step("propose decree", _propose, shared=True),
    Step("approve", agree, shared=True),
    delivery("begin decree", DECREE_APPROVED, shared=True),
    Step("decree slices", _decree_slice),
    Step("finish decree", draw("finish", "DECREE"), shared=True),
    aside(delivery("send notice: selected", NOTICE, may_announce=frozenset({NOTICE}))),
)
