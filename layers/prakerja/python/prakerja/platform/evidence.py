"""The audit trail: append-only facts about pseudonymous subjects, kept ten years. Roles may only put what is absent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prakerja.platform.access_patterns import EVIDENCE
from prakerja.platform.clock import to_text
from prakerja.platform.ids import RandomIds
from prakerja.platform.parts import Part, put_new


def evidence(subject_id: str, kind: str, at: datetime, /, **facts: Any) -> Part:
    """One fact. No personal data in ``facts``: ids, hashes, counts, codes, times."""
    return put_new(EVIDENCE, facts, subject_id=subject_id, at=to_text(at), kind=kind, evidence_id=RandomIds().new())
