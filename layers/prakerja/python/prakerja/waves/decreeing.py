"""Decreeing a drawn wave, chunk by chunk: each selected person becomes a member in one transaction of their own.

Two operators' agreement is read again before every slice, and what is decreed is compared with the hash they agreed on. A
person who cannot become a member any more (a family seat or the NIK was used meanwhile, or an agency has listed them)
keeps the reason on the application, and the seat stays empty. Whoever is not selected is told so, by the same transaction that ends the application.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Any

from prakerja.balance import grant_parts
from prakerja.exclusions import exclusion_key
from prakerja.membership import FAMILY_CAP, AlreadyMember, CardNumberTaken, Scheme, grant_membership_parts, load_scheme
from prakerja.platform import Platform
from prakerja.platform.access_patterns import PERSON_STATE, ROSTER_ENTRY, ROSTER_SHARDS
from prakerja.platform.approvals import load_approval
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.problems import Conflict, Problem, Reaction
from prakerja.registration import NoticeKind, Person, notice, person_from_item
from prakerja.waves.archived import published_file
from prakerja.waves.draw import FAMILY_CAP as FAMILY_FULL
from prakerja.waves.draw import INELIGIBLE, BrokenRoster, Outcome, Result
from prakerja.waves.model import ApplicationState, Wave, WaveState
from prakerja.waves.ports import Archive
from prakerja.waves.published import MANIFEST, outcome_from, shard_lines, shard_name
from prakerja.waves.screening import BATCH, EXCLUDED, barring
from prakerja.waves.service import DECREE
from prakerja.waves.store import change_wave, ended, load_wave, seated

CARD_DIGITS = 16
SLICES = 4000
"""How many slices a plan may have: the state machine can hold 256 KB."""


class NotAgreed(Problem):
    """The wave does not carry the agreement of two operators on its published result. Nothing may be decreed."""

    status, slug, reaction = 409, "decree-not-agreed", Reaction.GIVE_UP
    title, title_id = "This result was not agreed on", "Hasil ini belum disetujui"
    detail = "Two operators must agree on exactly the published result, and it must be as it was then."
    detail_id = "Dua operator harus menyetujui persis hasil yang diterbitkan, dan hasil itu tidak boleh berubah."


class _SeatTaken(Conflict):
    slug = "family-seat-taken"


class _Benefited(Conflict):
    slug = "benefited-before"


class _Over(Conflict):
    slug = "application-over"


def plan_decree(p: Platform, archive: Archive, *, wave_id: str) -> list[dict[str, Any]]:
    """Slices of the published result shards; none when the wave is decreed already. At most about ``SLICES``."""
    wave = load_wave(p.table, wave_id)
    if wave.state is not WaveState.DECREEING:
        return []
    lengths = [len(_agreed_lines(archive, wave, number)) for number in range(ROSTER_SHARDS)]
    count = max(BATCH, ceil(sum(lengths) / SLICES))
    return [
        {"shard": number, "start": start, "count": count}
        for number, length in enumerate(lengths)
        for start in range(0, length, count)
    ]


def decree_slice(p: Platform, archive: Archive, *, wave_id: str, shard: int, start: int, count: int = BATCH) -> None:
    """Decree ``count`` outcomes of a shard from the ``start``-th on. Repeating it changes nothing."""
    # load
    wave = load_wave(p.table, wave_id)
    approval = load_approval(p.table, str(wave.approval_id))
    if not approval.binds(DECREE, wave_id, str(wave.result_hash)):
        raise NotAgreed
    outcomes = [outcome_from(line) for line in _agreed_lines(archive, wave, shard)[start : start + count]]
    scheme = load_scheme(p.table, wave.scheme_name, wave.scheme_version)
    for at in range(0, len(outcomes), BATCH):
        _decree_batch(p, wave, scheme, shard, outcomes[at : at + BATCH])


def _decree_batch(p: Platform, wave: Wave, scheme: Scheme, shard: int, outcomes: Sequence[tuple[str, Outcome]]) -> None:
    # load
    place = {"wave_id": wave.wave_id, "shard": f"{shard:02d}"}
    entries = p.table.batch_get(*((ROSTER_ENTRY, {**place, "application_id": found}) for found, _ in outcomes))
    if None in entries:
        raise BrokenRoster(f"shard {shard} has outcomes for applications that are not in the roster")
    ids = [entry["person_id"] for entry in entries if entry is not None]
    states = p.table.batch_get(*((PERSON_STATE, {"person_id": person_id}) for person_id in ids))
    people = [
        person_from_item(person_id, state) if state else None for person_id, state in zip(ids, states, strict=True)
    ]
    # the lists may have grown since the screening; that one grows at this very moment may be seen or not
    keys = [exclusion_key((who and who.nik_digest) or "none") for who in people]
    listed = p.table.batch_get(*keys, consistent=False)
    # decide and commit, person by person
    for person_id, person, item, (_, outcome) in zip(ids, people, listed, outcomes, strict=True):
        entry = barring(p, scheme, item)
        if entry and (outcome.result is not Result.NOT_SELECTED or outcome.reason == INELIGIBLE + EXCLUDED):
            _leave_out(p, wave, person_id, Outcome(Result.NOT_SELECTED, reason=entry.why))
        elif outcome.result is not Result.SELECTED:
            _leave_out(p, wave, person_id, outcome)
        elif person is None or not person.identity_verified:
            _leave_out(p, wave, person_id, Outcome(Result.NOT_SELECTED, reason=INELIGIBLE + "IDENTITY"))
        else:
            _decree(p, wave, scheme, person, outcome)


def _agreed_lines(archive: Archive, wave: Wave, number: int) -> list[bytes]:
    """The outcomes of a shard, once they are proven to be what the operators agreed on. Raises NotAgreed."""
    name = shard_name("results", number)
    manifest = published_file(archive, wave.wave_id, MANIFEST)
    content = published_file(archive, wave.wave_id, name)
    listed = {entry["name"]: entry["sha256"] for entry in json.loads(manifest)["files"]}
    if sha256(manifest).hexdigest() != wave.result_hash or listed.get(name) != sha256(content).hexdigest():
        raise NotAgreed
    return shard_lines(name, content)


def finish_decree(p: Platform, *, wave_id: str) -> None:
    """All slices are done: the wave is decreed."""
    wave = load_wave(p.table, wave_id)
    if wave.state is WaveState.DECREEING:
        p.table.commit(
            change_wave(wave, replace(wave, state=WaveState.DECREED), None),
            evidence(wave_id, "WAVE_DECREED", p.clock.wall()),
        )


def _decree(p: Platform, wave: Wave, scheme: Scheme, person: Person, outcome: Outcome) -> None:
    now = p.clock.programme()
    seat = 1
    while seat <= FAMILY_CAP:
        try:
            _admit(p, wave, scheme, person, outcome, seat, now)
            return
        except _SeatTaken:
            seat += 1
        except CardNumberTaken:
            continue  # one in nine thousand billion: draw another number
        except _Over:  # left out by an earlier try of this slice, whatever has changed since
            return
        except (AlreadyMember, _Benefited):
            _leave_out(p, wave, person.person_id, Outcome(Result.NOT_SELECTED, reason="ALREADY_MEMBER"))
            return
    _leave_out(p, wave, person.person_id, Outcome(Result.NOT_SELECTED, reason=FAMILY_FULL))


def _admit(p: Platform, wave: Wave, scheme: Scheme, person: Person, outcome: Outcome, seat: int, now: datetime) -> None:
    person_id, card_number = person.person_id, p.ids.digits(CARD_DIGITS)
    committed = p.table.commit(
        *grant_membership_parts(person_id, card_number, wave.wave_id, scheme, now),
        *grant_parts(person_id, scheme.training_balance, wave.wave_id, now),
        *seated(person, seat, benefited=_Benefited(), seat_taken=_SeatTaken()),
        ended(wave.wave_id, person_id, ApplicationState.DECREED, reason=None, rank=outcome.rank, over=_Over()),
        outbox=[notice(person_id, NoticeKind.SELECTED, wave.wave_id)],
    )
    if not committed.repeated:
        count("Decreed", wave=str(wave.number))


def _leave_out(p: Platform, wave: Wave, person_id: str, outcome: Outcome) -> None:
    end = ApplicationState.RESERVE if outcome.result is Result.RESERVE else ApplicationState.NOT_SELECTED
    with suppress(_Over):  # by an earlier try of this slice: it was told then
        p.table.commit(
            ended(wave.wave_id, person_id, end, reason=outcome.reason, rank=outcome.rank, over=_Over()),
            outbox=[notice(person_id, NoticeKind.NOT_SELECTED, wave.wave_id)],
        )
