"""The items of waves: the wave, its roster, the applications. Answers parts; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import (
    APPLICATION,
    FAMILY_SEAT,
    GUARD,
    JOIN_ROOT,
    ROSTER_ENTRY,
    ROSTER_SHARDS,
    WAVE,
    WAVE_LIST,
    Pattern,
)
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.ids import fingerprint, shard_of
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put, put_new, update
from prakerja.platform.problems import IdempotencyKeyReused, Problem
from prakerja.platform.table import Page, Table
from prakerja.registration import Person
from prakerja.waves.errors import UnknownWave, WaveChanged
from prakerja.waves.model import Application, ApplicationState, JoinsRoot, Wave, WaveState

DUE_KIND = "WAVE"
Key = tuple[Pattern, dict[str, str | int]]
OPTIONAL = (
    "beacon_round",
    "result_hash",
    "applications",
    "competing",
    "selected",
    "approval_id",
    "run",
    "annulled_for",
)


def shards() -> Iterator[str]:
    """The roster shards of every wave."""
    return (f"{number:02d}" for number in range(ROSTER_SHARDS))


def wave_key(wave_id: str) -> Key:
    """For a batch read."""
    return WAVE, {"wave_id": wave_id}


def application_key(person_id: str, wave_id: str) -> Key:
    """For a batch read."""
    return APPLICATION, {"person_id": person_id, "wave_id": wave_id}


def load_wave(table: Table, wave_id: str) -> Wave:
    """Raises UnknownWave."""
    return wave_from_item(table.get(WAVE, wave_id=wave_id))


def wave_from_item(item: Item | None) -> Wave:
    """Raises UnknownWave for None."""
    if item is None:
        raise UnknownWave
    return Wave(
        wave_id=item["wave_id"],
        number=item["number"],
        quota=item["quota"],
        reserves=item["reserves"],
        opens_at=from_text(item["opens_at"]),
        closes_at=from_text(item["closes_at"]),
        scheme_name=item["scheme_name"],
        scheme_version=item["scheme_version"],
        state=WaveState(item["state"]),
        attempt=item["attempt"],
        **{name: item.get(name) for name in OPTIONAL},
    )


def new_wave(wave: Wave, asked_version: int | None, *, created_by: str, due_at: datetime) -> tuple[Part, ...]:
    """Create a wave and its row in the list. The id comes from the Idempotency-Key.

    The fingerprint holds the scheme version that was asked for: which one is the newest may have changed at a repeat.
    """
    item = {
        "wave_id": wave.wave_id,
        "number": wave.number,
        "quota": wave.quota,
        "reserves": wave.reserves,
        "opens_at": to_text(wave.opens_at),
        "closes_at": to_text(wave.closes_at),
        "scheme_name": wave.scheme_name,
        "scheme_version": wave.scheme_version,
        "created_by": created_by,
    }
    mark = fingerprint({**item, "scheme_version": asked_version})
    changing = {"state": str(wave.state), "attempt": wave.attempt, **due(DUE_KIND, wave.wave_id, to_text(due_at))}
    return (
        put_new(WAVE, {**item, **changing}, error=IdempotencyKeyReused(), fingerprint=mark, wave_id=wave.wave_id),
        put_new(WAVE_LIST, {}, opens_at=to_text(wave.opens_at), wave_id=wave.wave_id),
    )


def change_wave(before: Wave, after: Wave, due_at: datetime | None) -> Part:
    """Move a wave on, if it still stands where ``before`` says. Times, quota and scheme never change."""
    changes: dict[str, Any] = {"state": str(after.state), "attempt": after.attempt}
    changes |= {name: value for name in OPTIONAL if (value := getattr(after, name)) is not None}
    if due_at is not None:
        changes |= due(DUE_KIND, after.wave_id, to_text(due_at))
    return update(
        WAVE,
        set=changes,
        remove=() if due_at is not None else NOT_DUE,
        when=Attr("state").eq(str(before.state)) & Attr("attempt").eq(before.attempt),
        error=WaveChanged(),
        wave_id=after.wave_id,
    )


def list_waves(table: Table, *, after: str | None, limit: int) -> Page:
    """Rows of the list, latest opening first; their key tells the wave."""
    return table.query(WAVE_LIST, limit=limit, after=after, descending=True, consistent=False)


def listed_wave_id(row: Item) -> str:
    """The wave of a row of the list."""
    return WAVE_LIST.parse(row)["wave_id"]


def new_application(application: Application) -> tuple[Part, ...]:
    """The join: the person's item (its key is its idempotency record) and the roster's."""
    names = {"wave_id": application.wave_id, "person_id": application.person_id}
    item = {
        "application_id": application.application_id,
        "joined_at": to_text(application.joined_at),
        "state": str(application.state),
    }
    return (
        put_new(APPLICATION, item, fingerprint=fingerprint(names), **names),  # type: ignore[arg-type]
        put_new(
            ROSTER_ENTRY,
            {"person_id": application.person_id},
            wave_id=application.wave_id,
            shard=roster_shard(application.application_id),
            application_id=application.application_id,
        ),
    )


def roster_shard(application_id: str) -> str:
    """Where the roster keeps an application."""
    return shard_of(application_id, ROSTER_SHARDS)


def application_from_item(wave_id: str, person_id: str, item: Item) -> Application:
    """An application from its stored item."""
    return Application(
        wave_id,
        person_id,
        item["application_id"],
        from_text(item["joined_at"]),
        ApplicationState(item["state"]),
        item.get("reason"),
        item.get("rank"),
    )


def ended(
    wave_id: str, person_id: str, state: ApplicationState, *, reason: str | None, rank: int | None, over: Problem
) -> Part:
    """How an application ended, once; ``over`` if it has ended already."""
    changes: dict[str, Any] = {"state": str(state)}
    changes |= {name: value for name, value in {"reason": reason, "rank": rank}.items() if value is not None}
    still_open = Attr("state").eq(str(ApplicationState.JOINED))
    return update(APPLICATION, set=changes, when=still_open, error=over, person_id=person_id, wave_id=wave_id)


@dataclass(frozen=True)
class RosterEntry:
    """One application as the draw reads it."""

    application_id: str
    person_id: str


def roster(table: Table, wave_id: str, shard: str) -> Iterator[RosterEntry]:
    """All applications of a shard, sorted by id, page by page; strongly consistent."""
    for item in table.query_all(ROSTER_ENTRY, wave_id=wave_id, shard=shard):
        yield RosterEntry(ROSTER_ENTRY.parse(item)["application_id"], item["person_id"])


def family_seat_key(digest: str, seat: int) -> Key:
    """One of the two seats that a family card ever has, for a batch read."""
    return FAMILY_SEAT, {"digest": digest, "seat": seat}


def benefit_key(digest: str) -> Key:
    """Whether the holder of a NIK was ever a member, for a batch read."""
    return GUARD, {"kind": "MEMBER", "digest": digest}


def seated(person: Person, seat: int, *, benefited: Problem, seat_taken: Problem) -> tuple[Part, ...]:
    """A member's NIK, once in a lifetime, and their seat in the family. Raises ValueError for who was never verified."""
    pattern, key = benefit_key(person.nik_digest or "")
    family, place = family_seat_key(person.family_digest or "", seat)
    holder = {"person_id": person.person_id}
    return (
        put_new(pattern, holder, error=benefited, **key),  # type: ignore[arg-type]
        put_new(family, holder, error=seat_taken, **place),  # type: ignore[arg-type]
    )


def new_root(wave_id: str, taken: JoinsRoot) -> Part:
    """The root over all joins at a moment."""
    at = to_text(taken.taken_at)
    return put(JOIN_ROOT, {"count": taken.count, "root": taken.root}, wave_id=wave_id, at=at)


def load_roots(table: Table, wave_id: str) -> list[JoinsRoot]:
    """The roots taken so far, oldest first."""
    return [_root(item) for item in table.query_all(JOIN_ROOT, wave_id=wave_id)]


def latest_roots(table: Table, wave_id: str) -> list[JoinsRoot]:
    """The last hundred roots (four days of them), latest first; for people who look."""
    items = table.query(JOIN_ROOT, wave_id=wave_id, descending=True, consistent=False).items
    return [_root(item) for item in items]


def _root(item: Item) -> JoinsRoot:
    return JoinsRoot(from_text(JOIN_ROOT.parse(item)["at"]), item["count"], item["root"])
