"""A partner trades a code for tokens, and a refresh token for new ones."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from prakerja.partners import Partner
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.sso.errors import CodeUnknown, RefreshUnknown
from prakerja.sso.model import Code, Exchange, Given, Grant, Refresh, decide_exchange, decide_refresh
from prakerja.sso.store import RotatedMeanwhile, end_grant, load_grant, rotate, use_code
from prakerja.sso.tokens import SsoKeys


def exchange_code(
    p: Platform, *, partner: Partner, code: Code | None, verifier: str = "", redirect_uri: str = ""
) -> Grant:
    """The grant that a code stands for. A code is good once; given again, what it led to ends (RFC 6749 §4.1.2).

    Raises CodeUnknown.
    """
    # load (the code came with the partner)
    # decide
    now, client = p.clock.wall(), partner.client_code
    verdict = decide_exchange(code, client_code=client, verifier=verifier, redirect_uri=redirect_uri, now=now)
    if code is None:
        raise CodeUnknown
    if verdict is Exchange.REUSED:
        _end(p, _grant_of(code, code.used_at or now), "CODE_REUSED")
        raise CodeUnknown
    grant = _grant_of(code, now)
    # commit
    try:
        p.table.commit(*use_code(code, grant, now))
    except CodeUnknown:  # taken back, or given twice at one moment and the other one was faster: its grant has this id
        _end(p, grant, "CODE_REUSED")
        raise
    return grant


def refresh_grant(p: Platform, keys: SsoKeys, *, partner: Partner, token: str, grant: Grant | None) -> Grant:
    """The grant whose next tokens are the answer. An old token ends the grant.

    The token just before the current one gets the same successor for 60 s. Raises RefreshUnknown.
    """
    # load (the grant that the token names came with the partner)
    grant_id, generation = keys.read_refresh(token)
    # decide
    now = p.clock.wall()
    verdict = decide_refresh(grant, generation=generation, client_code=partner.client_code, now=now)
    if grant is None or verdict is Refresh.OVER:
        raise RefreshUnknown
    if verdict is Refresh.SAME_SUCCESSOR:
        return grant
    if verdict is Refresh.REUSED:
        _end(p, grant, "REFRESH_TOKEN_REUSED")
        raise RefreshUnknown
    # commit
    after, rotated = rotate(grant, now)
    try:
        p.table.commit(rotated)
    except RotatedMeanwhile:  # judge again what the other request has left: its successor is ours too
        return refresh_grant(p, keys, partner=partner, token=token, grant=load_grant(p.table, grant_id))
    return after


def _grant_of(code: Code, now: datetime) -> Grant:
    given = code.permission
    return Grant(
        grant_id=given.grant_id,
        client_code=given.client_code,
        person_id=given.person_id,
        scopes=given.scopes,
        created_at=now,
        rotated_at=now,
    )


def _end(p: Platform, grant: Given, reason: str) -> None:
    """Somebody may hold a copy of a code or token: nobody reads with this grant any more."""
    now, who = p.clock.wall(), grant.person_id
    # commit
    with suppress(RotatedMeanwhile):  # it is over already
        p.table.commit(*end_grant(grant, reason, now), evidence(who, f"SSO_{reason}", now, grant_id=grant.grant_id))
        count("SsoReused")
