"""What operators send and see about exclusions. A NIK comes in a body only, and is never answered."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from prakerja.exclusions.model import Entry, ListOfExclusions, Reason, Source
from prakerja.platform.clock import wib
from prakerja.platform.validation import Body, View

MOST_ROWS = 1000
Nik = Annotated[str, Field(pattern=r"^\d{16}$", examples=["3276054903950001"])]


class NewRow(Body):
    """One person on a list. Judged on its own: a row that is wrong does not keep the others out."""

    nik: Annotated[str, Field(max_length=32, examples=["3276054903950001"])]
    reason: Annotated[str, Field(max_length=32, examples=["ASN"])]
    valid_from: Annotated[str, Field(max_length=10, examples=["2026-01-01"])]
    valid_until: Annotated[
        str | None, Field(max_length=10, examples=["2026-12-31"], description="last day, inclusive")
    ] = None


class NewList(Body):
    """A small list of an agency (a request takes 256 KB)."""

    source: Source
    rows: Annotated[list[NewRow], Field(min_length=1, max_length=MOST_ROWS)]


class RowResult(StrEnum):
    """What became of a row."""

    ADDED = "ADDED"
    UNCHANGED = "UNCHANGED"
    BAD_NIK = "BAD_NIK"
    BAD_REASON = "BAD_REASON"
    BAD_DAYS = "BAD_DAYS"


class ListView(View):
    """A list that was handed in."""

    list_id: str
    source: Source
    added_by: str
    added_at: AwareDatetime
    rows: int

    @classmethod
    def of(cls, added: ListOfExclusions) -> ListView:
        return cls(
            list_id=added.list_id,
            source=added.source,
            added_by=added.added_by,
            added_at=wib(added.added_at),
            rows=added.rows,
        )


class AddedView(ListView):
    """The same, with what became of each row, in their order."""

    results: list[RowResult]


class Search(Body):
    """Whose exclusions."""

    nik: Nik


class EntryView(View):
    """One agency's word about a NIK."""

    source: Source
    reason: Reason
    valid_from: date
    valid_until: date | None
    list_id: str

    @classmethod
    def of(cls, entry: Entry) -> EntryView:
        return cls.model_validate(entry, from_attributes=True)


class NewLift(Search):
    """Take a NIK off an agency's list."""

    source: Source
    reason: Reason
    evidence_reference: Annotated[
        str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["letter BKN 12/2026"], description="what shows it")
    ]
