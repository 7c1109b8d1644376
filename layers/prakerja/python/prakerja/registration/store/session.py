"""Sessions and the public keys of their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import PERSON_STATE, PUBLIC_KEY, SESSION
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import Part, put_new, update
from prakerja.platform.problems import Conflict, Reaction
from prakerja.platform.table import Table
from prakerja.registration.model.address import Channel
from prakerja.registration.model.person import Person
from prakerja.registration.model.session import Session
from prakerja.registration.store.person import person_from_item

TOKEN = "TOKEN"
MOST_KEYS = 20
"""How many public keys are published; more rotations than that do not happen within a token's life."""


class RotatedMeanwhile(Conflict):
    """Another request has used the refresh token, or ended the session, in this very moment."""

    slug, reaction = "session-rotated", Reaction.RETRY_LATER


def open_session(session: Session, challenge_id: str) -> Part:
    """A new session; the same challenge opens the same one."""
    item = {
        "person_id": session.person_id,
        "device": session.device,
        "created_at": to_text(session.created_at),
        "rotated_at": to_text(session.rotated_at),
        "generation": session.generation,
        "channel": session.channel,
        "expires_at": int(session.ends_at.timestamp()),
    }
    return put_new(SESSION, item, fingerprint=challenge_id, session_id=session.session_id)


def load_session(table: Table, session_id: str) -> Session | None:
    """One session, ended or not, or None."""
    item = table.get(SESSION, session_id=session_id)
    return _session(session_id, item) if item else None


def load_session_and_person(table: Table, session_id: str, person_id: str) -> tuple[Session | None, Person | None]:
    """A session and its person in one call."""
    session, state = table.batch_get((SESSION, {"session_id": session_id}), (PERSON_STATE, {"person_id": person_id}))
    return (
        _session(session_id, session) if session else None,
        person_from_item(person_id, state) if state else None,
    )


def rotate(session: Session, now: datetime) -> tuple[Session, Part]:
    """The next refresh token becomes the current one."""
    after = replace(session, generation=session.generation + 1, rotated_at=now)
    changes = {"generation": after.generation, "rotated_at": to_text(now)}
    return after, _change(session, changes, Attr("generation").eq(session.generation) & Attr("ended_at").not_exists())


def end_session(session: Session, reason: str, now: datetime) -> Part:
    """Over for good; the row stays until it expires, so that late tokens are recognised."""
    return _change(session, {"ended_at": to_text(now), "end_reason": reason}, Attr("ended_at").not_exists())


def publish_key(kid: str, public_key: bytes) -> Part:
    """Publish the public half of a token key, 32 bytes of Ed25519."""
    return put_new(PUBLIC_KEY, {"public_key": public_key}, fingerprint=kid, purpose=TOKEN, kid=kid)


def published_keys(table: Table) -> list[tuple[str, bytes]]:
    """(kid, public key) of every published token key."""
    page = table.query(PUBLIC_KEY, purpose=TOKEN, limit=MOST_KEYS)
    return [(PUBLIC_KEY.parse(item)["kid"], item["public_key"]) for item in page.items]


def _session(session_id: str, item: Mapping[str, Any]) -> Session:
    ended_at = item.get("ended_at")
    return Session(
        session_id=session_id,
        person_id=item["person_id"],
        device=item["device"],
        created_at=from_text(item["created_at"]),
        rotated_at=from_text(item["rotated_at"]),
        generation=item["generation"],
        ended_at=from_text(ended_at) if ended_at else None,
        channel=Channel(item["channel"]) if "channel" in item else None,
    )


def _change(session: Session, changes: Mapping[str, Any], when: Any) -> Part:
    return update(SESSION, set=changes, when=when, error=RotatedMeanwhile(), session_id=session.session_id)
