"""The items of cases: the case, its findings and notes, and its places in two lists. Answers parts; writes nothing."""

from __future__ import annotations

from datetime import datetime

from boto3.dynamodb.conditions import Attr

from prakerja.cases.errors import CaseMoved
from prakerja.cases.model import Case, CaseState, Clearing, Note, Occurrence
from prakerja.platform.access_patterns import (
    APPROVAL,
    CASE,
    CASE_CLEARING,
    CASE_FINDING,
    CASE_LIST,
    CASE_NOTE,
    EVERY_KIND,
)
from prakerja.platform.clock import to_text
from prakerja.platform.findings import CaseNeeded, FindingKind
from prakerja.platform.idempotency import was_done
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import NOT_DUE, Item, Part, delete, due, put, put_new, update
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

DUE_KIND = "CASE"
MOST_SHOWN = 100
"""Findings and notes that are shown with a case."""
_CHANGES = (
    *("state", "resolve_by", "opened_at", "occurrences", "version", "taken_by", "taken_at"),
    *("verdict", "why", "resolved_by", "resolved_at"),
)


def case_from_item(item: Item | None) -> Case:
    """A case from its stored item. Raises NotFound for None."""
    if item is None:
        raise NotFound
    return record_of(Case, item)


def load_case(table: Table, case_id: str) -> Case:
    """Raises NotFound."""
    return case_from_item(table.get(CASE, case_id=case_id))


def load_found(table: Table, message: CaseNeeded) -> tuple[Case | None, bool]:
    """The case that a finding belongs to, if there is one, and whether it holds this very finding."""
    case, occurrence = table.batch_get(
        (CASE, {"case_id": message.case_id}),
        (CASE_FINDING, {"case_id": message.case_id, "occurrence": message.occurrence}),
    )
    return case_from_item(case) if case else None, occurrence is not None


def load_noted(table: Table, case_id: str, note: Note) -> tuple[Case, bool]:
    """A case, and whether it holds this very note. Raises NotFound, IdempotencyKeyReused."""
    case, found = table.batch_get(
        (CASE, {"case_id": case_id}), (CASE_NOTE, {"case_id": case_id, "note_id": note.note_id})
    )
    return case_from_item(case), was_done(found, _intent(note))


def occurrences_of(table: Table, case_id: str) -> list[Occurrence]:
    """Its findings, oldest first."""
    items = table.query(CASE_FINDING, limit=MOST_SHOWN, case_id=case_id).items
    return sorted((record_of(Occurrence, item) for item in items), key=lambda one: one.found_at)


def notes_of(table: Table, case_id: str) -> list[Note]:
    """What was written down, oldest first."""
    items = table.query(CASE_NOTE, limit=MOST_SHOWN, case_id=case_id).items
    return sorted((record_of(Note, item) for item in items), key=lambda one: one.at)


def list_cases(
    table: Table, state: CaseState, kind: FindingKind | None, *, after: str | None, limit: int
) -> tuple[list[Case], str | None]:
    """A page of cases of a state (and kind) by ``Case.listed_at``, and where the next one goes on."""
    page = table.query(
        CASE_LIST,
        limit=limit,
        after=after,
        descending=state is CaseState.RESOLVED,
        standing=state,
        kind=kind or EVERY_KIND,
    )
    keys = [{"case_id": CASE_LIST.parse(row)["case_id"]} for row in page.items]
    items = table.batch_get(*((CASE, key) for key in keys)) if keys else []
    return [case for item in items if item and (case := case_from_item(item)).state is state], page.after


def overdue_cases(table: Table, shard: str, now: datetime, limit: int) -> list[Case]:
    """Cases of a due shard that should have been resolved by now."""
    keys = table.due(CASE, shard, to_text(now), limit=limit)
    items = table.batch_get(*((CASE, key) for key in keys)) if keys else []
    return [case for item in items if item and (case := case_from_item(item)).state is not CaseState.RESOLVED]


def new_case(case: Case) -> tuple[Part, ...]:
    """Open it: due until it is resolved."""
    item = {**item_of(case), **due(DUE_KIND, case.case_id, to_text(case.resolve_by))}
    return put_new(CASE, item, error=CaseMoved(), case_id=case.case_id), *_listed(case)


def change_case(before: Case, after: Case) -> tuple[Part, ...]:
    """Move it on, if nobody else has since ``before``, and put it where it belongs in the lists."""
    changes = item_of(after, *_CHANGES)
    over = after.state is CaseState.RESOLVED
    if not over:
        changes |= due(DUE_KIND, after.case_id, to_text(after.resolve_by))
    gone = [name for name in _CHANGES if getattr(after, name) is None and getattr(before, name) is not None]
    moved = update(
        CASE,
        set=changes,
        remove=[*gone, *(NOT_DUE if over else ())],
        when=Attr("version").eq(before.version),
        error=CaseMoved(),
        case_id=after.case_id,
    )
    if (before.state, before.listed_at) == (after.state, after.listed_at):
        return (moved,)
    return moved, *_unlisted(before), *_listed(after)


def new_occurrence(message: CaseNeeded, now: datetime) -> Part:
    """What was found. Storing the same finding again is a repeat."""
    found = Occurrence(message.occurrence, now, message.facts)
    return put_new(
        CASE_FINDING,
        item_of(found),
        fingerprint=message.occurrence,
        case_id=message.case_id,
        occurrence=message.occurrence,
    )


def new_note(case_id: str, note: Note) -> Part:
    """Write a note down. ``note_id`` is that of its request: the same text under it is a repeat, another one refused."""
    mark = fingerprint(_intent(note))
    return put_new(
        CASE_NOTE, item_of(note), error=IdempotencyKeyReused(), fingerprint=mark, case_id=case_id, note_id=note.note_id
    )


def content_hash(clearing: Clearing) -> str:
    """What two operators agree on."""
    return fingerprint(item_of(clearing))


def new_clearing(clearing: Clearing, approval_id: str) -> Part:
    """Store what was proposed; the same proposal again is a repeat."""
    mark = content_hash(clearing)
    return put_new(
        CASE_CLEARING, item_of(clearing), fingerprint=mark, case_id=clearing.case_id, approval_id=approval_id
    )


def load_clearing(table: Table, case_id: str, approval_id: str) -> tuple[Clearing, Item]:
    """What was proposed, and the item of its approval. Raises NotFound."""
    clearing, approval = table.batch_get(
        (CASE_CLEARING, {"case_id": case_id, "approval_id": approval_id}), (APPROVAL, {"approval_id": approval_id})
    )
    if clearing is None or approval is None:
        raise NotFound
    return record_of(Clearing, clearing), approval


def _intent(note: Note) -> dict[str, str]:
    return {"by": note.by, "text": note.text}


def _listed(case: Case) -> tuple[Part, ...]:
    at = to_text(case.listed_at)
    return tuple(
        put(CASE_LIST, {}, standing=case.state, kind=kind, at=at, case_id=case.case_id)
        for kind in (case.kind, EVERY_KIND)
    )


def _unlisted(case: Case) -> tuple[Part, ...]:
    at = to_text(case.listed_at)
    return tuple(
        delete(CASE_LIST, standing=case.state, kind=kind, at=at, case_id=case.case_id)
        for kind in (case.kind, EVERY_KIND)
    )
