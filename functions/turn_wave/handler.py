"""Turns waves: arranges their schedules, and does what the clock asks whoever wakes it (schedule, message or sweep)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from prakerja.gateways.draw_runs import StepFunctionsRuns
from prakerja.gateways.wave_schedules import EventBridgeSchedules
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin
from prakerja.platform.settings import settings
from prakerja.platform.worker import sqs_worker
from prakerja.waves import DecreeApproved, WaveDue, WaveScheduled
from prakerja.waves.drawing import take_roots
from prakerja.waves.ports import DrawRuns, TurnSchedules
from prakerja.waves.service import arrange_turns, begin_decree, turn_wave
from prakerja.wiring import platform, scheduler, sqs, step_functions


@lru_cache(maxsize=1)
def schedules() -> TurnSchedules:
    """Where the turns of waves are arranged."""
    return EventBridgeSchedules(
        scheduler(),
        group=settings().schedule_group,
        role_arn=settings().schedule_role,
        function_arn=settings().turn_wave_arn,
    )


@lru_cache(maxsize=1)
def runs() -> DrawRuns:
    """The state machine."""
    return StepFunctionsRuns(step_functions(), settings().draw_state_machine)


def work(topic: str, body: str) -> None:
    """A message of the queue."""
    if topic == WaveScheduled.topic:
        arrange_turns(platform(), schedules(), wave_id=WaveScheduled.model_validate_json(body).wave_id)
    elif topic == DecreeApproved.topic:
        message = DecreeApproved.model_validate_json(body)
        begin_decree(platform(), runs(), wave_id=message.wave_id, approval_id=message.approval_id)
    else:
        turn_wave(platform(), runs(), wave_id=WaveDue.model_validate_json(body).wave_id)


_work_batch = sqs_worker(work, sqs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """From the queue (Records), from a wave's schedule (wave_id), or hourly: take the roots of the joins."""
    if "Records" in event:
        return _work_batch(event, context)
    begin(RandomIds().new())
    if "wave_id" in event:
        wave = turn_wave(platform(), runs(), wave_id=event["wave_id"])
        return {"wave_id": wave.wave_id, "state": str(wave.state)}
    return {"open_waves": take_roots(platform())}
