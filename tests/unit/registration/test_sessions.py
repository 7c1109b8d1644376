"""Sessions over the real store: rotation, lost answers, stolen tokens, races, signing out; and the tokens themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from prakerja.platform.access_patterns import SESSION
from prakerja.registration.errors import SessionOver
from prakerja.registration.model.session import SESSION_LIFE, Session
from prakerja.registration.service import sessions
from prakerja.registration.service.sessions import read_session, refresh_session, sign_out
from prakerja.registration.store.session import load_session, publish_key, published_keys
from prakerja.registration.tokens import TokenKeys, public_jwk
from tests.support.sign_in import DEVICE, SignIn

KEYS = TokenKeys.of("token secret for tests")


def refresh(budi: SignIn, token: str, device: str = DEVICE) -> str:
    return KEYS.refresh_token(refresh_session(budi.p, KEYS, refresh_token=token, device_id=device))


def ended(budi: SignIn, session: Session) -> bool:
    found = load_session(budi.world.table, session.session_id)
    return found is not None and found.ended_at is not None


def test_refresh_tokens_rotate(budi: SignIn) -> None:
    session = budi.session()
    token = first = KEYS.refresh_token(session)
    for _ in range(3):
        budi.world.clock.move(minutes=14)
        token = refresh(budi, token)
    assert token != first
    assert load_session(budi.world.table, session.session_id).generation == 4  # type: ignore[union-attr]


def test_a_lost_answer_gets_the_same_successor_for_a_minute(budi: SignIn) -> None:
    session = budi.session()
    first = KEYS.refresh_token(session)
    second = refresh(budi, first)
    budi.world.clock.move(seconds=59)
    assert refresh(budi, first) == second
    budi.world.clock.move(seconds=1)
    with pytest.raises(SessionOver):
        refresh(budi, first)
    with pytest.raises(SessionOver):
        refresh(budi, second)
    assert ended(budi, session)


@pytest.mark.parametrize("generation", [1, 2])
def test_a_copy_on_another_device_ends_the_session(budi: SignIn, generation: int) -> None:
    session = budi.session()
    tokens = [KEYS.refresh_token(session)]
    tokens.append(refresh(budi, tokens[0]))
    with pytest.raises(SessionOver):
        refresh(budi, tokens[generation - 1], "device-of-a-thief")
    with pytest.raises(SessionOver):
        refresh(budi, tokens[1])
    assert [item["sk"].split("#")[2] for item in budi.world.items("evidence")][-1] == "REFRESH_TOKEN_REUSED"


def test_two_refreshes_at_once_get_the_same_successor(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    session = budi.session()
    first = KEYS.refresh_token(session)
    second = refresh(budi, first)
    monkeypatch.setattr(sessions, "load_session", once(session))
    assert refresh(budi, first) == second
    assert not ended(budi, session)


def test_a_refresh_that_races_the_end_is_refused(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    session = budi.session()
    sign_out(budi.p, session_id=session.session_id)
    monkeypatch.setattr(sessions, "load_session", once(session))
    with pytest.raises(SessionOver):
        refresh(budi, KEYS.refresh_token(session))
    monkeypatch.setattr(sessions, "load_session", once(session))
    sign_out(budi.p, session_id=session.session_id)


def once(stale: Session) -> Any:
    """A read that is late the first time."""
    answers = iter([stale])
    return lambda table, session_id: next(answers, None) or load_session(table, session_id)


@pytest.mark.parametrize("change", ["cut", "generation", "session", "mark", "other key", "text"])
def test_only_tokens_that_we_made_are_read(budi: SignIn, change: str) -> None:
    session = budi.session()
    session_id, generation, mark = KEYS.refresh_token(session).split(".")
    token = {
        "cut": f"{session_id}.{generation}.{mark[:-1]}",
        "generation": f"{session_id}.2.{mark}",
        "session": f"{budi.p.ids.new()}.{generation}.{mark}",
        "mark": f"{session_id}.{generation}.{mark[::-1]}",
        "other key": TokenKeys.of("another secret").refresh_token(session),
        "text": "kunci",
    }[change]
    items = budi.world.items("people")
    with pytest.raises(SessionOver):
        refresh(budi, token)
    assert budi.world.items("people") == items


def test_a_session_ends_after_thirty_days_however_often_refreshed(budi: SignIn) -> None:
    session = budi.session()
    budi.world.clock.move(days=29)
    token = refresh(budi, KEYS.refresh_token(session))
    budi.world.clock.move(days=1)
    with pytest.raises(SessionOver):
        refresh(budi, token)
    item = budi.world.table.get(SESSION, session_id=session.session_id)
    assert item is not None
    assert item["expires_at"] == int((session.created_at + SESSION_LIFE).timestamp())


def test_looking_and_signing_out(budi: SignIn) -> None:
    session = budi.session()
    who = {"session_id": session.session_id, "person_id": session.person_id}
    found, person = read_session(budi.p, **who)
    assert (found, person.phone_proven) == (session, True)
    for _ in range(2):
        sign_out(budi.p, session_id=session.session_id)
        with pytest.raises(SessionOver):
            read_session(budi.p, **who)
    with pytest.raises(SessionOver):
        refresh(budi, KEYS.refresh_token(session))
    sign_out(budi.p, session_id=budi.p.ids.new())


def test_access_tokens_are_what_the_key_set_says(budi: SignIn) -> None:
    session = budi.session()
    now = session.created_at
    token = KEYS.access_token(session, issuer="https://prakerja.example", now=now, seconds=900)
    for _ in range(2):
        budi.world.table.commit(publish_key(KEYS.signer.kid, KEYS.signer.public_bytes))
    [(kid, public)] = published_keys(budi.world.table)
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": kid, "typ": "JWT"}
    claims = jwt.decode(
        token,
        Ed25519PublicKey.from_public_bytes(public),
        ["EdDSA"],
        audience="participant",
        options={"verify_exp": False},
    )
    assert claims == {
        "iss": "https://prakerja.example",
        "sub": session.person_id,
        "aud": "participant",
        "sid": session.session_id,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=15)).timestamp()),
    }
    assert jwt.PyJWK(public_jwk(kid, public)).key.public_bytes_raw() == public


def test_keys_show_nothing_of_themselves() -> None:
    assert "token secret" not in repr(KEYS)
