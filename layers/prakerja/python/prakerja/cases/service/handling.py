"""Commands of cases: open what was found, take, note down, resolve. People do the last three."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prakerja.cases import model
from prakerja.cases.errors import CaseMoved, MoneyWaits
from prakerja.cases.model import Case, Note, Verdict
from prakerja.cases.service.clearing import money_waits
from prakerja.cases.store import (
    change_case,
    load_case,
    load_found,
    load_noted,
    new_case,
    new_note,
    new_occurrence,
    overdue_cases,
)
from prakerja.payouts import AccountReady, accept_sharing
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import CaseNeeded, FindingKind
from prakerja.platform.idempotency import command_id
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part

OVERDUE_AT_ONCE = 25


@dataclass(frozen=True)
class Effect:
    """What a verdict changes elsewhere, in the same transaction."""

    parts: tuple[Part, ...] = ()
    messages: tuple[Message, ...] = ()


def _sharing(p: Platform, case: Case, verdict: Verdict) -> Effect:
    if verdict is Verdict.REFUSED or case.person_id is None:
        return Effect()  # it goes on waiting: the member can choose another destination
    part = accept_sharing(p.table, case.person_id, case.subject_id)
    return Effect((part,), (AccountReady(person_id=case.person_id),)) if part else Effect()


EFFECTS: Mapping[FindingKind, Callable[[Platform, Case, Verdict], Effect]] = {FindingKind.DESTINATION_SHARED: _sharing}
"""Kinds whose verdict is more than a record."""


def open_case(p: Platform, message: CaseNeeded) -> Case:
    """Have a person look at a finding: a new case, one more finding of an open one, or a resolved one opened again.

    The same finding twice changes nothing, whatever became of its case. Raises CaseMoved (look again).
    """
    # load
    before, known = load_found(p.table, message)
    if before is not None and known:
        return before
    # decide
    now = p.clock.wall()
    if before is None:
        case = model.opened(message.case_id, message.kind, message.subject_id, message.person_id, now)
    else:
        case = model.found_again(before, now)
    stored = new_case(case) if before is None else change_case(before, case)
    # commit
    outcome = p.table.commit(
        *stored,
        new_occurrence(message, now),
        evidence(case.case_id, "CASE_FINDING", now, kind=case.kind.value, found=message.facts, version=case.version),
    )
    if outcome.repeated:  # another worker has stored this very finding
        return load_found(p.table, message)[0] or case
    count("CaseFinding", kind=case.kind)
    return case


def take_case(p: Platform, *, operator: str, case_id: str, version: int) -> Case:
    """Work on a case from now on. Repeating it is safe. Raises NotFound, CaseResolved, PreconditionFailed."""
    # load
    before = load_case(p.table, case_id)
    # decide
    now = p.clock.wall()
    after = model.taken(before, operator, version, now)
    # commit
    if after != before:
        try:
            proof = evidence(case_id, "CASE_TAKEN", now, by=operator, version=after.version)
            p.table.commit(*change_case(before, after), proof)
        except CaseMoved:  # by this very request, sent twice, or by somebody else: what is there now decides
            return take_case(p, operator=operator, case_id=case_id, version=version)
    return after


def note_case(p: Platform, *, operator: str, case_id: str, text: str, version: int, key: str) -> Case:
    """Write something down. Raises NotFound, PreconditionFailed, CaseMoved, IdempotencyKeyReused."""
    now = p.clock.wall()
    note = Note(command_id("operator", operator, f"note_case:{case_id}", key), operator, now, text)
    # load
    before, was_noted = load_noted(p.table, case_id, note)
    if was_noted:
        return before
    # decide
    after = model.noted(before, version)
    # commit
    outcome = p.table.commit(
        *change_case(before, after),
        new_note(case_id, note),
        evidence(case_id, "CASE_NOTED", now, by=operator, note_id=note.note_id, version=after.version),
    )
    return load_case(p.table, case_id) if outcome.repeated else after


def resolve_case(p: Platform, *, operator: str, case_id: str, verdict: Verdict, why: str, version: int) -> Case:
    """End a case that ``operator`` has taken; what waited for the verdict follows it. Repeating it is safe.

    Money that waits is cleared by two operators instead. Raises NotFound, CaseNotTaken, CaseResolved, MoneyWaits,
    PreconditionFailed.
    """
    # load
    before = load_case(p.table, case_id)
    # decide
    now = p.clock.wall()
    after = model.resolved(before, operator, verdict, why, version, now)
    if after == before:
        return before
    if money_waits(p.table, before):
        raise MoneyWaits
    effect = EFFECTS[before.kind](p, before, verdict) if before.kind in EFFECTS else Effect()
    # commit, announce
    try:
        p.table.commit(
            *change_case(before, after),
            *effect.parts,
            evidence(case_id, "CASE_RESOLVED", now, by=operator, verdict=verdict.value, version=after.version),
            outbox=effect.messages,
        )
    except CaseMoved:
        return resolve_case(p, operator=operator, case_id=case_id, verdict=verdict, why=why, version=version)
    return after


def watch_cases(p: Platform, shard: str) -> list[Message]:
    """Measure how late the cases of a due shard are. Nobody is woken by message: an alarm looks at the measure."""
    now = p.clock.wall()
    overdue = overdue_cases(p.table, shard, now, OVERDUE_AT_ONCE)
    oldest = min((case.resolve_by for case in overdue), default=now)
    count("CaseOverdueSeconds", int((now - oldest).total_seconds()))
    return []
