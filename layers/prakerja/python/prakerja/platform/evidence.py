"""The audit trail: append-only facts about pseudonymous subjects, kept ten years. Roles may only put what is absent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.platform.access_patterns import EVIDENCE
from prakerja.platform.clock import to_text
from prakerja.platform.ids import RandomIds
from prakerja.platform.parts import Item, Part, put_new
from prakerja.platform.table import Table


def evidence(subject_id: str, kind: str, at: datetime, /, **facts: Any) -> Part:
    """One fact. No personal data in ``facts``: ids, hashes, counts, codes, times."""
    return put_new(EVIDENCE, facts, subject_id=subject_id, at=to_text(at), kind=kind, evidence_id=RandomIds().new())


@dataclass(frozen=True)
class Fact:
    """One stored fact. ``at``: UTC, stored text."""

    at: str
    kind: str
    facts: Item


def evidence_of(table: Table, subject_id: str, limit: int = 100) -> list[Fact]:
    """The latest facts about a subject, latest first. For operators: nothing is decided on evidence."""
    page = table.query(EVIDENCE, subject_id=subject_id, limit=limit, descending=True, consistent=False)
    return [_fact(item) for item in page.items]


def _fact(item: Item) -> Fact:
    key = EVIDENCE.parse(item)
    known = {name: value for name, value in item.items() if name not in ("pk", "sk", "schema")}
    return Fact(key["at"], key["kind"], known)
