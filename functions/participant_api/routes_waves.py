"""Waves: look, join, see how it ended and recompute the draw."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from prakerja.platform.auth import Participant
from prakerja.platform.http import Id, language_of, public, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.settings import settings
from prakerja.platform.signing import Signer
from prakerja.registration import ContactsMissing
from prakerja.waves.api import ApplicationView, DrawFiles, JoinRequest, RootView, WaveList, WaveView
from prakerja.waves.errors import (
    AlreadyMember,
    IdentityMissing,
    OutsideAge,
    StatementsMissing,
    UnknownWave,
    WaveCancelled,
    WaveClosed,
    WaveNotOpen,
)
from prakerja.waves.receipts import publish_receipt_key, receipt, receipt_keys
from prakerja.waves.service import join_wave, load_application, read_waves
from prakerja.waves.store import latest_roots, load_wave
from prakerja.wiring import archive, participant, platform, secret

router = Router()

Person = Annotated[Participant, Depends(participant)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
PAGE = 20


@lru_cache(maxsize=1)
def signer() -> Signer:
    """The receipts' key; its public half is published before the first receipt is signed with it."""
    made = Signer.of(secret(settings().receipt_secret), "receipt")
    publish_receipt_key(platform(), made)
    return made


@router.get("/v1/waves", tags=["waves"])
@public
@refuses(BadCursor)
def list_waves(cursor: Cursor = None) -> WaveList:
    """Waves, latest opening first."""
    key = secret(settings().cursor_secret)
    p = platform()
    waves, after = read_waves(p, after=open_cursor(key, "waves", cursor), limit=PAGE)
    now = p.clock.programme()
    views = [WaveView.of(wave, is_open=wave.is_open(now)) for wave in waves]
    return WaveList(waves=views, next=seal_cursor(key, "waves", after))


@router.get("/v1/waves/<wave_id>", tags=["waves"])
@public
@refuses(UnknownWave)
def read_wave(wave_id: Id) -> WaveView:
    """One wave: times, quota, state and, after the draw, how many were chosen of how many."""
    p = platform()
    wave = load_wave(p.table, wave_id)
    return WaveView.of(wave, is_open=wave.is_open(p.clock.programme()))


@router.get("/v1/waves/<wave_id>/draw", tags=["waves"])
@public
@refuses(UnknownWave)
def read_draw(wave_id: Id) -> DrawFiles:
    """What is published of a draw, for anybody who wants to recompute it: the roots of the joins while the wave is open,
    the screened roster and its root before the beacon speaks, then the result."""
    from prakerja.waves.archived import links  # the whole draw, which nobody else here needs

    table = platform().table
    wave = load_wave(table, wave_id)
    roots = [RootView.of(taken) for taken in latest_roots(table, wave_id)]
    return DrawFiles(result_hash=wave.result_hash, files=links(archive(), wave), join_roots=roots)


@router.put("/v1/waves/<wave_id>/application", tags=["waves"])
@refuses(
    UnknownWave,
    WaveCancelled,
    WaveNotOpen,
    WaveClosed,
    StatementsMissing,
    ContactsMissing,
    IdentityMissing,
    AlreadyMember,
    OutsideAge,
)
def join(request: Request, wave_id: Id, body: JoinRequest, person: Person) -> ApplicationView:
    """Join a wave. Repeating it is safe and answers the first join. The receipt proves that you joined."""
    wave, application = join_wave(
        platform(), person_id=person.person_id, wave_id=wave_id, accepted=body.statements_accepted
    )
    return ApplicationView.of(wave, application, receipt(signer(), application), language_of(request))


@router.get("/v1/waves/<wave_id>/application", tags=["waves"])
@refuses(UnknownWave)
def read_application(request: Request, wave_id: Id, person: Person) -> ApplicationView:
    """How your application stands, why, and the odds."""
    wave, application = load_application(platform(), person_id=person.person_id, wave_id=wave_id)
    return ApplicationView.of(wave, application, receipt(signer(), application), language_of(request))


@router.get("/v1/receipt-keys", tags=["waves"])
@public
def read_receipt_keys() -> dict[str, str]:
    """Public keys (Ed25519, hex) by which receipts can be checked, by key id."""
    signer()
    return receipt_keys(platform())
