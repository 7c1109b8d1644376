"""Waves: create, cancel, watch, and propose the decree of a drawn result, or the annulment of the wave."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.membership import SchemeUnknown
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.waves.annulling import propose_annulment
from prakerja.waves.api import ApprovalView, NewAnnulment, NewWave, WaveView
from prakerja.waves.errors import NotAnnullable, NotYetDrawn, UnknownWave, WaveChanged, WaveTimesWrong, WaveUnderWay
from prakerja.waves.service import cancel_wave, create_wave, propose_decree
from prakerja.waves.store import load_wave
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]


@router.post("/operator/v1/waves", status_code=201, tags=["waves"])
@refuses(WaveTimesWrong, SchemeUnknown, IdempotencyKeyReused)
def new_wave(body: NewWave, who: Who, key: IdempotencyKey) -> WaveView:
    """Create a wave. It opens, closes and is drawn by itself at its times."""
    who.require(Role.WAVE_MANAGER)
    p = platform()
    wave = create_wave(p, operator=who.sub, draft=body.draft(), key=key)
    return WaveView.of(wave, is_open=wave.is_open(p.clock.programme()))


@router.get("/operator/v1/waves/<wave_id>", tags=["waves"])
@refuses(UnknownWave)
def read_wave(wave_id: Id, who: Who) -> WaveView:
    """One wave."""
    who.require(Role.WAVE_MANAGER, Role.AUDITOR)
    p = platform()
    wave = load_wave(p.table, wave_id)
    return WaveView.of(wave, is_open=wave.is_open(p.clock.programme()))


@router.put("/operator/v1/waves/<wave_id>/cancellation", tags=["waves"])
@refuses(UnknownWave, WaveUnderWay, WaveChanged)
def cancel(wave_id: Id, who: Who) -> WaveView:
    """Cancel a wave whose draw has not begun. Repeating it is safe."""
    who.require(Role.WAVE_MANAGER)
    return WaveView.of(cancel_wave(platform(), operator=who.sub, wave_id=wave_id), is_open=False)


@router.put("/operator/v1/waves/<wave_id>/annulment", status_code=202, tags=["waves"])
@refuses(UnknownWave, NotAnnullable, AlreadyDecided)
def annul(wave_id: Id, body: NewAnnulment, who: Who) -> ApprovalView:
    """Propose to cancel a wave that is screened or drawn, with what shows why; another operator must agree.

    Agreeing cancels it at once, unless it has gone on since: then it must be proposed anew.
    """
    who.require(Role.WAVE_MANAGER)
    approval = propose_annulment(
        platform(),
        operator=who.sub,
        wave_id=wave_id,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
    )
    return ApprovalView.of(approval)


@router.put("/operator/v1/waves/<wave_id>/decree", status_code=202, tags=["waves"])
@refuses(UnknownWave, NotYetDrawn, AlreadyDecided)
def decree(wave_id: Id, who: Who) -> ApprovalView:
    """Propose to decree the published result of a drawn wave; another operator must approve it."""
    who.require(Role.WAVE_MANAGER)
    return ApprovalView.of(propose_decree(platform(), operator=who.sub, wave_id=wave_id))
