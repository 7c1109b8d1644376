"""Screening: who of those that joined takes part in the draw, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import islice
from typing import Any

from prakerja.exclusions import Entry, exclusion_from_item, exclusion_key
from prakerja.membership import FAMILY_CAP, Scheme, load_scheme
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_STATE
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import Item
from prakerja.registration import Person, person_from_item
from prakerja.waves import draw
from prakerja.waves.archived import work_name
from prakerja.waves.ports import Archive
from prakerja.waves.published import row_line, shard_file, shard_name
from prakerja.waves.store import RosterEntry, benefit_key, family_seat_key, load_wave, roster

BATCH = 25
"""Applications judged at a time: a batch reads at most 100 items, four for each."""
EXCLUDED = "EXCLUDED"
"""On an agency's list. Which one is told to the person alone; what is published must not say it."""


def screen_shard(p: Platform, archive: Archive, *, wave_id: str, attempt: int, shard: str) -> int:
    """Judge the applications of one roster shard; answers how many. Strongly consistent reads, after the grace."""
    wave = load_wave(p.table, wave_id)
    scheme = load_scheme(p.table, wave.scheme_name, wave.scheme_version)
    entries = list(roster(p.table, wave_id, shard))
    rows = []
    for start in range(0, len(entries), BATCH):
        rows += _screened(p, wave_id, scheme, entries[start : start + BATCH])
    name = shard_name("roster", int(shard))
    archive.put_once(work_name(wave_id, attempt, name), shard_file(name, (row_line(row) for row in rows)))
    return len(rows)


def _screened(p: Platform, wave_id: str, scheme: Scheme, entries: Sequence[RosterEntry]) -> list[draw.RosterRow]:
    keys = [{"person_id": entry.person_id} for entry in entries]
    found = p.table.batch_get(*((PERSON_STATE, key) for key in keys), *((MEMBERSHIP, key) for key in keys))
    states, members = found[: len(entries)], found[len(entries) :]
    people = [
        person_from_item(entry.person_id, state) if state else None
        for entry, state in zip(entries, states, strict=True)
    ]
    wanted: list[Any] = []
    for person in people:
        family, nik = _digests(person)
        wanted += [family_seat_key(family, 1), family_seat_key(family, 2), benefit_key(nik), exclusion_key(nik)]
    # at half the price, and seconds old at most: the decree guards seats and NIKs, and reads the lists again
    marks = iter(p.table.batch_get(*wanted, consistent=False))
    rows = []
    for entry, person, member in zip(entries, people, members, strict=True):
        first, second, benefited, listed = islice(marks, 4)
        family, _ = _digests(person)
        rows.append(
            draw.RosterRow(
                application_id=entry.application_id,
                family=sha256(draw.framed(b"prakerja/family/v1", wave_id.encode(), family.encode())).hexdigest()[:32],
                family_seats_left=FAMILY_CAP - (first is not None) - (second is not None),
                region=(person and person.region) or "0000",
                reason=_reason(
                    person,
                    is_member=member is not None or benefited is not None,
                    is_excluded=barring(p, scheme, listed) is not None,
                ),
            )
        )
    return rows


def barring(p: Platform, scheme: Scheme, listed: Item | None) -> Entry | None:
    """Because of which entry a person may not benefit today, given what is stored of their NIK; None: they may."""
    exclusion = exclusion_from_item(listed)
    today = wib_date(p.clock.programme())
    return exclusion.barring(today, aid_excludes=scheme.exclude_social_aid) if exclusion else None


def _digests(person: Person | None) -> tuple[str, str]:
    """Of the family card and of the NIK."""
    if person is None:
        return "none", "none"
    return person.family_digest or "none", person.nik_digest or "none"


def _reason(person: Person | None, *, is_member: bool, is_excluded: bool) -> str | None:
    if person is None or not person.identity_verified:
        return "IDENTITY"
    if is_member:
        return "ALREADY_MEMBER"
    return EXCLUDED if is_excluded else None
