"""What a provider's statement of our own account says, entry by entry. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from prakerja.payouts.answers import Exchange


class StatementStatus(StrEnum):
    """Whether the whole statement was read."""

    KNOWN = "KNOWN"
    INCOMPLETE = "INCOMPLETE"
    """What was read is true, but something is missing: too many pages, or a line that cannot be read."""
    NOT_SUPPORTED = "NOT_SUPPORTED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One line. ``amount`` in whole rupiah, always positive; ``at`` in UTC."""

    reference: str | None
    """Ours, if the line names one."""
    provider_reference: str | None
    at: datetime
    amount: int
    incoming: bool
    """Money that came to us: a return, or new funds."""
    settled: bool
    """False for what is only announced, or was taken back in the same line."""
    note: str = field(repr=False)
    """The provider's words; long numbers masked."""
    deposit: bool = False
    """Its type says that we put it in ourselves."""


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """The lines of a span of time, oldest first as the provider gives them; balances in whole rupiah if it says them."""

    status: StatementStatus
    entries: tuple[StatementEntry, ...]
    opening: int | None
    closing: int | None
    code: str
    message: str
    exchanges: tuple[Exchange, ...]
