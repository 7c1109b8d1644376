"""Keeping a session alive, looking at it, ending it; and the public keys of its tokens."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.sign_in.answers import signed_in, token_keys
from prakerja.platform.auth import Participant
from prakerja.platform.http import public, refuses
from prakerja.registration.api import KeySet, RefreshSession, SessionView, TokensView
from prakerja.registration.errors import SessionOver
from prakerja.registration.service.sessions import read_session, refresh_session, sign_out
from prakerja.registration.store.session import published_keys
from prakerja.registration.tokens import public_jwk
from prakerja.wiring import participant, platform

router = Router()

Person = Annotated[Participant, Depends(participant)]


@router.post("/v1/sessions/refresh", tags=["sessions"])
@public
@refuses(SessionOver)
def refresh(body: RefreshSession) -> Response[TokensView]:
    """Trade the refresh token for new tokens. It is good for one use: showing an older one ends the session, except
    that the one just before gets the same answer for 60 seconds, in case the answer was lost."""
    p = platform()
    return signed_in(p, refresh_session(p, token_keys(), refresh_token=body.refresh_token, device_id=body.device_id))


@router.get("/v1/sessions/current", tags=["sessions"])
def read_current(who: Person) -> SessionView:
    """Who is signed in with this access token, until when, and which contacts are proven."""
    session, person = read_session(platform(), session_id=who.session_id, person_id=who.person_id)
    return SessionView.of(session, person)


@router.delete("/v1/sessions/current", status_code=204, tags=["sessions"])
def end_current(who: Person) -> Response[None]:
    """Sign out on this device. The access token still lives for its last minutes; throw it away."""
    sign_out(platform(), session_id=who.session_id)
    return Response(204)


@router.get("/.well-known/jwks.json", tags=["sessions"])
@public
def read_keys() -> Response[KeySet]:
    """The public keys that access tokens can be checked with."""
    token_keys()
    keys = KeySet(keys=[public_jwk(kid, key) for kid, key in published_keys(platform().table)])
    return Response(200, "application/json", keys, headers={"Cache-Control": "public, max-age=300"})
