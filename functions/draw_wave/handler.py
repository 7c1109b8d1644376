"""One step of a wave's draw, called by the state machine: plan a phase, work on a chunk, finish the phase."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from prakerja.gateways.randomness_beacon import HttpRandomnessBeacon
from prakerja.platform.observability import begin, log
from prakerja.platform.settings import settings
from prakerja.waves import Phase
from prakerja.waves.decreeing import decree_slice, finish_decree, plan_decree
from prakerja.waves.drawing import draw_all, finish_draw, finish_screening, plan
from prakerja.waves.ports import RandomnessBeacon
from prakerja.waves.screening import screen_shard
from prakerja.wiring import archive, platform


@lru_cache(maxsize=1)
def beacon() -> RandomnessBeacon:
    """The public source of randomness."""
    return HttpRandomnessBeacon(settings().beacon_url, public_key=settings().beacon_public_key)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"step": "plan"|"work"|"finish", "phase", "wave_id", "attempt", "chunk"?}`` → what the state machine needs."""
    wave_id, phase, attempt = event["wave_id"], Phase(event["phase"]), int(event["attempt"])
    begin(f"{wave_id}-{phase}-{attempt}")
    log.info("draw step", step=event["step"], wave_id=wave_id, phase=str(phase), chunk=event.get("chunk"))
    if event["step"] == "plan":
        return _plan(wave_id, phase)
    if event["step"] == "work":
        _work(wave_id, phase, attempt, event["chunk"])
        return {"finished": True}
    return {"next_phase": _finish(wave_id, phase, attempt)}


def _plan(wave_id: str, phase: Phase) -> dict[str, Any]:
    if phase is Phase.DECREE:
        return {"chunks": plan_decree(platform(), archive(), wave_id=wave_id), "wait_until": None}
    return plan(platform(), archive(), wave_id=wave_id, phase=phase)


def _work(wave_id: str, phase: Phase, attempt: int, chunk: dict[str, Any]) -> None:
    if phase is Phase.SCREEN:
        screen_shard(platform(), archive(), wave_id=wave_id, attempt=attempt, shard=chunk["shard"])
    elif phase is Phase.DRAW:
        draw_all(platform(), archive(), beacon(), wave_id=wave_id)
    else:
        shard, start, count = (int(chunk[name]) for name in ("shard", "start", "count"))
        decree_slice(platform(), archive(), wave_id=wave_id, shard=shard, start=start, count=count)


def _finish(wave_id: str, phase: Phase, attempt: int) -> str | None:
    if phase is Phase.SCREEN:
        following = finish_screening(platform(), archive(), beacon(), wave_id=wave_id, attempt=attempt)
        return str(following) if following else None
    if phase is Phase.DRAW:
        finish_draw(platform(), archive(), wave_id=wave_id)
    else:
        finish_decree(platform(), wave_id=wave_id)
    return None
