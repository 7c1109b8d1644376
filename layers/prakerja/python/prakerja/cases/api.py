"""What operators send and see about cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from prakerja.cases.model import Case, CaseState, Note, Occurrence, Outcome, Verdict
from prakerja.platform.clock import wib
from prakerja.platform.findings import FindingKind

Text = Annotated[
    str,
    Field(
        min_length=3,
        max_length=2000,
        pattern=r"\S",
        description="For colleagues and auditors. No names, numbers of identity cards or accounts: ids are enough.",
        examples=["LinkAja confirmed reference P26325ABCDEFGHIJKL01 in writing: not carried out."],
    ),
]


class NewNote(BaseModel):
    """Something to write down."""

    model_config = ConfigDict(extra="forbid")

    text: Text


class Resolution(BaseModel):
    """What the case came to, and why."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict = Field(
        description="ACCEPTED: in order, what waits may go on. REFUSED: it must not. MENDED: wrong, and put right.",
        examples=["MENDED"],
    )
    why: Text


class NewClearing(BaseModel):
    """What becomes of the money that waits for a case, and what shows it."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome = Field(
        description="RETURNED: it came back or never left. ACCEPTED: it paid a payout. GIVEN_BACK: the member has it.",
        examples=["RETURNED"],
    )
    payout_id: str | None = Field(None, description="which payout it paid; only with ACCEPTED", max_length=64)
    evidence_reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .:_/-]{4,80}$", examples=["letter BNI 12/2026"])]


class FindingView(BaseModel):
    """A finding as it came; equal facts are one finding."""

    found_at: AwareDatetime
    facts: dict[str, str | int] = Field(examples=[{"provider": "LINKAJA", "attempt": 1}])

    @classmethod
    def of(cls, found: Occurrence) -> Self:
        return cls(found_at=wib(found.found_at), facts=found.facts)


class NoteView(BaseModel):
    """What somebody wrote down."""

    by: str
    at: AwareDatetime
    text: str

    @classmethod
    def of(cls, note: Note) -> Self:
        return cls(by=note.by, at=wib(note.at), text=note.text)


class CaseView(BaseModel):
    """Something that a person must decide."""

    case_id: str
    kind: FindingKind
    subject_id: str = Field(description="what it is about: a payout, a destination's pseudonym, a report")
    person_id: str | None = None
    state: CaseState
    opened_at: AwareDatetime
    resolve_by: AwareDatetime
    occurrences: int = Field(description="different findings about it so far")
    version: int = Field(description="counts every change; the ETag is of it")
    taken_by: str | None = None
    verdict: Verdict | None = None
    why: str | None = None
    resolved_by: str | None = None
    resolved_at: AwareDatetime | None = None

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(
            case_id=case.case_id,
            kind=case.kind,
            subject_id=case.subject_id,
            person_id=case.person_id,
            state=case.state,
            opened_at=wib(case.opened_at),
            resolve_by=wib(case.resolve_by),
            occurrences=case.occurrences,
            version=case.version,
            taken_by=case.taken_by,
            verdict=case.verdict,
            why=case.why,
            resolved_by=case.resolved_by,
            resolved_at=wib(case.resolved_at) if case.resolved_at else None,
        )


class CaseList(BaseModel):
    """A page of cases: those to be resolved first come first, of resolved ones the latest."""

    cases: list[CaseView]
    next: str | None = Field(default=None, description="'cursor' of the next page; null: no more")


class CaseDetail(BaseModel):
    """A case with all that was found and written down."""

    case: CaseView
    findings: list[FindingView]
    notes: list[NoteView]

    @classmethod
    def of(cls, case: Case, found: Iterable[Occurrence], notes: Iterable[Note]) -> Self:
        return cls(
            case=CaseView.of(case),
            findings=[FindingView.of(one) for one in found],
            notes=[NoteView.of(one) for one in notes],
        )
