"""A member's training balance: whole rupiah in four buckets, moved in two phases. Pure.

What was granted is always available, reserved, spent or forfeited, to the rupiah, and no bucket is ever negative.
Every move is also a transfer between two named accounts of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from prakerja.balance.errors import NotEnoughBalance

FUND = "FUND"
"""Where all money of the programme comes from."""
FORFEITED = "FORFEITED"
"""Where money goes that nobody may use any more; it belongs to the treasury."""


def season_account(year: int) -> str:
    """The part of that which a season's end took, so that its close can be compared with the ledger's days."""
    return f"{FORFEITED}:SEASON_{year}"


class Move(StrEnum):
    """The ways in which money of a balance moves."""

    RESERVE = "RESERVE"
    """A course was bought: the price waits for the proof of completion."""
    POST = "POST"
    """It was completed: the price is spent."""
    VOID = "VOID"
    """It was cancelled: the price is available again."""
    FORFEIT = "FORFEIT"
    """It was not completed: the price is lost."""
    FORFEIT_UNUSED = "FORFEIT_UNUSED"
    """The season or the membership ended with money unused."""
    SPEND = "SPEND"
    """Bought under a scheme that debits at the sale."""
    REFUND = "REFUND"
    """Such a sale was cancelled."""


BUCKETS: Mapping[Move, tuple[str, str]] = {
    Move.RESERVE: ("available", "reserved"),
    Move.POST: ("reserved", "spent"),
    Move.VOID: ("reserved", "available"),
    Move.FORFEIT: ("reserved", "forfeited"),
    Move.FORFEIT_UNUSED: ("available", "forfeited"),
    Move.SPEND: ("available", "spent"),
    Move.REFUND: ("spent", "available"),
}
"""From which bucket to which a move goes."""


@dataclass(frozen=True)
class Balance:
    """The balance of one member, in rupiah. ``version`` counts its changes."""

    person_id: str
    granted: int
    available: int
    reserved: int = 0
    spent: int = 0
    forfeited: int = 0
    version: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError if the buckets do not add up to what was granted: better stop than lose money."""
        buckets = (self.available, self.reserved, self.spent, self.forfeited)
        if min(buckets) < 0 or sum(buckets) != self.granted:
            raise ValueError(f"granted {self.granted} is not {' + '.join(map(str, buckets))}")

    def after(self, move: Move, amount: int) -> Balance:
        """The balance after a move of ``amount`` rupiah (> 0). Raises NotEnoughBalance if the bucket holds less."""
        if amount <= 0:
            raise ValueError(f"{amount} rupiah cannot be moved")
        source, target = BUCKETS[move]
        if getattr(self, source) < amount:
            raise NotEnoughBalance
        moved = {source: getattr(self, source) - amount, target: getattr(self, target) + amount}
        return replace(self, version=self.version + 1, **moved)


def member_account(person_id: str, bucket: str) -> str:
    """The ledger account of a bucket that is still the member's: ``available`` or ``reserved``."""
    return f"MEMBER:{person_id}:{bucket.upper()}"


def spent_account(institution: str) -> str:
    """What an institution (client code) has earned."""
    return f"SPENT:{institution}"


def in_flight_account(provider: str) -> str:
    """Cash on its way through a payment provider."""
    return f"IN_FLIGHT:{provider}"


def paid_account(provider: str) -> str:
    """Cash that a payment provider has confirmed as paid."""
    return f"PAID:{provider}"


def account_class(account: str) -> str:
    """An account without the member in its name, for totals: ``MEMBER:AVAILABLE``."""
    owner, _, rest = account.partition(":")
    return f"{owner}:{rest.rpartition(':')[2]}" if owner == "MEMBER" else account


def accounts_of(move: Move, person_id: str, institution: str | None) -> tuple[str, str]:
    """The accounts that a move debits and credits. Raises ValueError if spending has no institution."""

    def account(bucket: str) -> str:
        if bucket == "forfeited":
            return FORFEITED
        if bucket != "spent":
            return member_account(person_id, bucket)
        if not institution:
            raise ValueError("spent by which institution?")
        return spent_account(institution)

    source, target = BUCKETS[move]
    return account(source), account(target)


@dataclass(frozen=True)
class Transfer:
    """One immutable booking: ``amount`` rupiah leave account ``debit`` and arrive at account ``credit``.

    ``kind`` and ``reference`` (what it was for) are its identity: the same booking can be made once.
    """

    transfer_id: str
    kind: str
    reference: str
    debit: str
    credit: str
    amount: int
    booked_at: datetime

    def __post_init__(self) -> None:
        """Raises ValueError for an amount that is not positive or accounts that are the same."""
        if self.amount <= 0 or self.debit == self.credit:
            raise ValueError(f"{self.amount} rupiah from {self.debit} to {self.credit} is no transfer")


@dataclass(frozen=True)
class LedgerTotals:
    """What the transfers of one booking day (WIB) add up to, in rupiah by class of account."""

    day: date
    transfers: int = 0
    debits: Mapping[str, int] = field(default_factory=dict)
    credits: Mapping[str, int] = field(default_factory=dict)

    def net(self, account: str) -> int:
        """What arrived less what left."""
        return self.credits.get(account, 0) - self.debits.get(account, 0)

    @property
    def amount(self) -> int:
        """All that was moved."""
        return sum(self.credits.values())
