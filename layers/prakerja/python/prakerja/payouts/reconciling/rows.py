"""What a statement or a settlement file says, row by row, and what of it cannot be read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
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

    @property
    def identity(self) -> str:
        """What tells it from all others; without a number of theirs only its line tells two equal rows apart."""
        number = self.transaction_id or f"{self.from_day}:{self.line}"
        return derived("row", self.reference, number, self.kind, str(self.amount))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why. It is reported and never guessed at."""

    line: int
    problem: str


class Unreadable(Exception):
    """The whole file cannot be read; the reason is for an operator."""
