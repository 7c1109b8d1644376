"""Commands of exclusions: hand in a list, look somebody up, take somebody off with four eyes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from prakerja.exclusions.api import NewRow, RowResult
from prakerja.exclusions.errors import ExclusionMoved, NotExcluded
from prakerja.exclusions.messages import ExclusionChanged, LiftApproved
from prakerja.exclusions.model import Entry, Exclusion, ListOfExclusions, Reason, Source
from prakerja.exclusions.store import (
    exclusion_from_item,
    exclusion_key,
    holder_from_item,
    holder_key,
    new_list,
    store_exclusion,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY
from prakerja.platform.approvals import Approval, load_approval, proposal, propose
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id, remember, was_done
from prakerja.platform.observability import count
from prakerja.platform.problems import NotAllowed, Unavailable

LIFT = "EXCLUSION_LIFT"
"""The kind of the operators' approval; its content is the entry to be taken off."""
AT_ONCE = 20
"""Rows of one read and one transaction: at most two digests each while a key rotates."""
TRIES = 5
_NIK, _DAY = re.compile(r"\d{16}"), re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Known:
    """What is stored of a NIK."""

    exclusion: Exclusion
    digests: tuple[str, ...]
    holder: str | None


def add_list(
    p: Platform, *, operator: str, source: Source, rows: Sequence[NewRow], key: str
) -> tuple[ListOfExclusions, list[RowResult]]:
    """Take in a list of an agency; each row is judged on its own. Repeating the ``key`` is safe, and goes on where it
    stopped. Raises IdempotencyKeyReused, Unavailable.
    """
    now = p.clock.programme()
    list_id = command_id("operator", operator, "add_exclusions", key)
    added = ListOfExclusions(list_id, source, operator, now, len(rows))
    # under a key: a fingerprint of a short list would let its NIKs be guessed
    digests = p.guarded().digests("LIST", json.dumps([row.model_dump() for row in rows], sort_keys=True))
    intents = [{"source": str(source), "rows": digest} for digest in digests]
    # load
    found = p.table.get(IDEMPOTENCY, command_id=list_id)
    # decide
    if not was_done(found, *intents):
        # commit: the list is known before anybody is on it
        found = p.table.commit(
            remember(list_id, intents[-1], p.clock.wall(), added_at=to_text(now)),
            new_list(added),
            evidence(list_id, "EXCLUSIONS_ADDED", now, by=operator, source=str(source), rows=len(rows)),
        ).found
    results: list[RowResult] = []
    for start in range(0, len(rows), AT_ONCE):
        results += _add(p, source, list_id, rows[start : start + AT_ONCE])
    if found is not None:
        return replace(added, added_at=from_text(found["added_at"])), results
    count("ExclusionsAdded", results.count(RowResult.ADDED), source=str(source))
    return added, results


def find_exclusion(p: Platform, nik: str) -> Exclusion:
    """What is known of a NIK; without entries if it is on no list."""
    (known,) = _load(p, [nik])
    return known.exclusion


def propose_lift(
    p: Platform, *, operator: str, nik: str, source: Source, reason: Reason, evidence_reference: str
) -> Approval:
    """The first operator's word that a NIK is to leave a list. Raises NotExcluded."""
    # load
    (known,) = _load(p, [nik])
    exclusion = known.exclusion
    # decide
    entry = exclusion.find(source, reason)
    if entry is None:
        raise NotExcluded
    now, digest, content = p.clock.wall(), exclusion.digests[-1], exclusion.content(entry)
    approval = proposal(
        p,
        LIFT,
        digest,
        content,
        operator,
        person_id=known.holder,
        source=str(source),
        reason=str(reason),
        valid_from=entry.valid_from.isoformat(),
        valid_until=entry.valid_until.isoformat() if entry.valid_until else None,
        list_id=entry.list_id,
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        evidence(digest, "LIFT_PROPOSED", now, by=operator, why=entry.why, evidence_reference=evidence_reference),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def lift_approved(approval: Approval) -> LiftApproved:
    """What the second operator's agreement announces."""
    return LiftApproved(exclusion_id=approval.subject_id, approval_id=approval.approval_id)


def lift(p: Platform, *, exclusion_id: str, approval_id: str) -> Exclusion | None:
    """Take off what two operators agreed on; what waited because of it goes on. Raises NotAllowed.

    Nothing to do if it is gone already, or another list has renewed it since.
    """
    # load
    item, holder = p.table.batch_get(exclusion_key(exclusion_id), holder_key(exclusion_id))
    approval, before, person_id = (
        load_approval(p.table, approval_id),
        exclusion_from_item(item),
        holder_from_item(holder),
    )
    # decide
    if not approval.binds(LIFT, exclusion_id, approval.content_hash):
        raise NotAllowed
    found = [entry for entry in before.entries if before.content(entry) == approval.content_hash] if before else []
    if before is None or not found:
        return before
    after = before.without(found[0])
    # commit, announce
    p.table.commit(
        *store_exclusion(before, after),
        evidence(exclusion_id, "EXCLUSION_LIFTED", p.clock.programme(), approval_id=approval_id, why=found[0].why),
        outbox=[ExclusionChanged(person_id=person_id)] if person_id else [],
    )
    count("ExclusionLifted", source=str(found[0].source))
    return after


def _add(p: Platform, source: Source, list_id: str, rows: Sequence[NewRow]) -> list[RowResult]:
    judged = [_entry(source, list_id, row) for row in rows]
    niks = list(dict.fromkeys(row.nik for row, entry in zip(rows, judged, strict=True) if isinstance(entry, Entry)))
    for _ in range(TRIES):
        # load
        known = dict(zip(niks, _load(p, niks), strict=True))
        # decide
        after, results = {nik: one.exclusion for nik, one in known.items()}, []
        for row, entry in zip(rows, judged, strict=True):
            if isinstance(entry, RowResult):
                results.append(entry)
                continue
            before, after[row.nik] = after[row.nik], after[row.nik].having(entry)
            ours = entry in before.entries  # by this very request, sent before
            results.append(RowResult.UNCHANGED if after[row.nik] == before and not ours else RowResult.ADDED)
        changed = [nik for nik in niks if after[nik] != known[nik].exclusion]
        people = [who for nik in changed if (who := known[nik].holder)]
        stored = [
            part for nik in changed for part in store_exclusion(known[nik].exclusion, after[nik], known[nik].digests)
        ]
        # commit, announce
        with suppress(ExclusionMoved):
            if stored:
                p.table.commit(*stored, outbox=[ExclusionChanged(person_id=who) for who in people])
            if people:
                count("MembersExcluded", len(people), source=str(source))
            return results
    raise Unavailable(retry_after=1)


def _entry(source: Source, list_id: str, row: NewRow) -> Entry | RowResult:
    if not _NIK.fullmatch(row.nik):
        return RowResult.BAD_NIK
    if row.reason not in set(Reason):
        return RowResult.BAD_REASON
    days = [text for text in (row.valid_from, row.valid_until) if text is not None]
    try:
        first, last = (date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    except ValueError:
        return RowResult.BAD_DAYS
    if last < first or not all(map(_DAY.fullmatch, days)):
        return RowResult.BAD_DAYS
    return Entry(source, Reason(row.reason), first, last if row.valid_until else None, list_id)


def _load(p: Platform, niks: Sequence[str]) -> list[Known]:
    digests = [p.guarded().digests("NIK", nik) for nik in niks]
    every = [digest for each in digests for digest in each]
    if not every:
        return []
    found = p.table.batch_get(*map(exclusion_key, every), *map(holder_key, every))
    exclusions = dict(zip(every, map(exclusion_from_item, found[: len(every)]), strict=True))
    holders = dict(zip(every, map(holder_from_item, found[len(every) :]), strict=True))
    return [
        Known(
            next((one for digest in each if (one := exclusions[digest])), Exclusion(each)),
            each,
            next((who for digest in each if (who := holders[digest])), None),
        )
        for each in digests
    ]
