"""What a statement or a settlement file says, row by row, and what of it cannot be read. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from prakerja.platform.ids import derived


class Kind(StrEnum):
    """What a row of theirs is about."""

    PAYOUT = "PAYOUT"
    """Money that left our source account for somebody."""
    RETURN = "RETURN"
    """Such money that came back."""
    FEE = "FEE"
    FUNDING = "FUNDING"
    """Money that we put in ourselves."""
    OPENING = "OPENING"
    CLOSING = "CLOSING"
    """What the source account held at the begin and the end of the day."""
    NOT_SETTLED = "NOT_SETTLED"
    """Announced or refused: no money moved."""


KIND_ORDER = tuple(Kind)
FUNDING_WORDS = ("SETORAN", "FUNDING", "DEPOSIT")
RETURN_WORDS = ("RETUR", "REFUND", "REVERS", "KEMBALI")


def says_funding(text: str) -> bool:
    """Whether a type or a remark of theirs calls money that came in our own, put in by us, and not something that came back."""
    said = text.upper()
    return any(word in said for word in FUNDING_WORDS) and not any(word in said for word in RETURN_WORDS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of theirs; ``amount`` in whole rupiah, never negative."""

    line: int
    """Of the file, from 1; in a statement the number of the entry."""
    kind: Kind
    reference: str
    """Ours, or ``""``."""
    transaction_id: str
    """Theirs, or ``""``."""
    amount: int
    at: str = ""
    """When, in their words."""
    from_day: str = ""
    """Day of the statement it stands in, if that is not the day that is reconciled."""
    nth: int = 0
    """Of the rows that say the same and have no number of theirs, from 0 (``numbered``)."""

    @property
    def identity(self) -> str:
        """What tells it from all others, wherever it stands: lines move when a file is corrected, and no two readings
        need write a time alike. Without a number of theirs equal rows cannot be told apart; only how many there are counts.
        """
        number = self.transaction_id or f"{self.from_day}:{self.nth}"
        return derived("row", self.reference, number, self.kind, str(self.amount))


def is_nameless_return(row: Row) -> bool:
    """Whether money came in of which the row itself does not say what it belongs to."""
    return row.kind is Kind.RETURN and not row.reference


def numbered(row: Row, seen: Counter[tuple[str, ...]]) -> Row:
    """The row with its place among its equals, if it needs one; ``seen`` counts those before it."""
    if row.transaction_id:
        return row
    same = (row.reference, row.kind, str(row.amount), row.from_day)
    seen[same] += 1
    return row if seen[same] == 1 else replace(row, nth=seen[same] - 1)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why. It is reported and never guessed at."""

    line: int
    problem: str


class Unreadable(Exception):
    """The whole file cannot be read; the reason is for an operator."""
