"""Keeping a session alive, looking at it, ending it."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.registration.errors import SessionOver
from prakerja.registration.model.person import Person
from prakerja.registration.model.session import Refresh, Session, decide_refresh
from prakerja.registration.store.challenge import device_mark
from prakerja.registration.store.session import (
    RotatedMeanwhile,
    end_session,
    load_session,
    load_session_and_person,
    rotate,
)
from prakerja.registration.tokens import TokenKeys


def refresh_session(p: Platform, keys: TokenKeys, *, refresh_token: str, device_id: str) -> Session:
    """The session whose next refresh token is the answer. An old token, or one on another device, ends the session.

    The token just before the current one gets the same successor for 60 s on its device. Raises SessionOver.
    """
    session_id, generation = keys.read_refresh_token(refresh_token)
    # load
    session = load_session(p.table, session_id)
    # decide
    now = p.clock.wall()
    verdict = decide_refresh(session, generation=generation, device=device_mark(p, device_id), now=now)
    if session is None or verdict is Refresh.OVER:
        raise SessionOver
    if verdict is Refresh.SAME_SUCCESSOR:
        return session
    # commit
    try:
        if verdict is Refresh.REUSED:
            p.table.commit(
                end_session(session, "REFRESH_TOKEN_REUSED", now),
                evidence(session.person_id, "REFRESH_TOKEN_REUSED", now, session_id=session_id),
            )
            count("RefreshTokenReused")
            raise SessionOver
        after, rotated = rotate(session, now)
        p.table.commit(rotated)
    except RotatedMeanwhile:  # judge again what the other request has left: its successor is ours too
        return refresh_session(p, keys, refresh_token=refresh_token, device_id=device_id)
    return after


def read_session(p: Platform, *, session_id: str, person_id: str) -> tuple[Session, Person]:
    """A session that is not over, and its person. Raises SessionOver."""
    session, person = load_session_and_person(p.table, session_id, person_id)
    if session is None or person is None or session.person_id != person_id or session.is_over(p.clock.wall()):
        raise SessionOver
    return session, person


def sign_out(p: Platform, *, session_id: str) -> None:
    """End a session; doing it twice is no different. Access tokens end by themselves within minutes."""
    # load
    session = load_session(p.table, session_id)
    # decide
    now = p.clock.wall()
    if session is None or session.is_over(now):
        return
    # commit
    try:
        p.table.commit(end_session(session, "SIGNED_OUT", now))
    except RotatedMeanwhile:  # somebody else has ended it in this moment
        return
