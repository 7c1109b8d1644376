"""What a reconciliation comes to: counts and sums by bucket, the tie-out of the balance, and who must hear. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from prakerja.payouts.reconciling.comparing import AGREED, LISTED_AGAIN, Bucket, Verdict
from prakerja.payouts.reconciling.rows import Kind, Row
from prakerja.platform.clock import WIB, wib

AROUND_MIDNIGHT = timedelta(minutes=15)
"""What is sent so late may stand in the next day's statement."""
DUE_AT = time(8, 30)
"""WIB of the next day: by now a statement should be there."""
PATIENCE = timedelta(days=3)
"""How long a return, or a payment sent around midnight, may be awaited before it is a difference."""


class Source(StrEnum):
    """Where their side came from."""

    FILE = "FILE"
    STATEMENT = "STATEMENT"


@dataclass(frozen=True)
class Sum:
    """One bucket: how many verdicts, our rupiah in them, and what left and came back at theirs."""

    count: int = 0
    ours: int = 0
    paid: int = 0
    returned: int = 0


@dataclass(frozen=True)
class TieOut:
    """opening - paid - fees + returned + funded = closing, in rupiah; None where theirs does not say it."""

    opening: int | None = None
    paid: int = 0
    fees: int = 0
    returned: int = 0
    funded: int = 0
    closing: int | None = None

    @property
    def difference(self) -> int | None:
        """What the closing balance is more than the day's rows make of it; None if theirs states no balances."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - (self.opening - self.paid - self.fees + self.returned + self.funded)


@dataclass(frozen=True)
class Report:
    """The outcome for one provider and day (WIB). It never changes; the same outcome has the same id."""

    report_id: str
    provider: str
    day: date
    source: Source
    source_id: str
    """Which file was handed in, or ``""``."""
    made_at: datetime
    attempts: int
    rows: int
    buckets: Mapping[str, Mapping[str, int]]
    tie_out: Mapping[str, int]
    """The fields of ``TieOut`` that are known, and ``difference``."""
    digest: str
    """Hex SHA-256 of the report's rows as CSV."""

    @property
    def differences(self) -> int:
        """How many verdicts a person hears of."""
        return sum(self.verdicts(Bucket(bucket)) for bucket in self.buckets if Bucket(bucket) not in AGREED)

    def verdicts(self, bucket: Bucket) -> int:
        """How many there are of a kind."""
        return self.buckets[bucket]["count"] if bucket in self.buckets else 0

    @property
    def open(self) -> bool:
        """Whether time alone may still change the outcome: look again tomorrow. Of another amount it depends on how our
        own attempt ends."""
        return any(bucket in self.buckets for bucket in (Bucket.STILL_UNKNOWN, Bucket.AWAITED, Bucket.AMOUNT_DIFFERS))


@dataclass
class Tally:
    """Adds up verdicts, one by one."""

    sums: dict[Bucket, Sum] = field(default_factory=dict)
    attempts: int = 0
    rows: int = 0
    tie_out: TieOut = field(default_factory=TieOut)

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        before, row = self.sums.get(verdict.bucket, Sum()), verdict.row
        self.sums[verdict.bucket] = Sum(
            before.count + 1,
            before.ours + (verdict.ours.amount if verdict.ours and verdict.counts else 0),
            before.paid + (row.amount if row and row.kind is Kind.PAYOUT else 0),
            before.returned + (row.amount if row and row.kind is Kind.RETURN else 0),
        )
        self.attempts += verdict.counts
        if row is not None:
            self.rows += 1
            if not row.from_day and not verdict.note.endswith(LISTED_AGAIN):  # another day's balance; moved it once
                self.tie_out = moved(self.tie_out, row)

    def buckets(self) -> dict[str, dict[str, int]]:
        """As stored."""
        return {str(bucket): dict(vars(found)) for bucket, found in sorted(self.sums.items())}


def moved(tie_out: TieOut, row: Row) -> TieOut:
    """The balance with one row more."""
    values = dict(vars(tie_out))
    sums = {Kind.PAYOUT: "paid", Kind.FEE: "fees", Kind.RETURN: "returned", Kind.FUNDING: "funded"}
    if row.kind in sums:
        values[sums[row.kind]] += row.amount
    elif row.kind in (Kind.OPENING, Kind.CLOSING):
        values[row.kind.lower()] = row.amount
    return TieOut(**values)


def is_awaited(day: date, sent_at: datetime, now: datetime) -> bool:
    """Whether an attempt that theirs does not show may be in a later statement: sent around midnight, or on a later day."""
    sent_on = wib(sent_at)
    midnight = datetime.combine(sent_on.date() + timedelta(days=1), time(), tzinfo=WIB)
    late = sent_on.date() > day or midnight - sent_at <= AROUND_MIDNIGHT
    return late and now < datetime.combine(sent_on.date() + timedelta(days=2), DUE_AT, tzinfo=WIB)


def is_impatient(day: date, now: datetime) -> bool:
    """Whether what was awaited on a day should have come by now."""
    return wib(now).date() - day > PATIENCE


def is_late(day: date, now: datetime) -> bool:
    """Whether the statement of a day should be there by now."""
    return now >= datetime.combine(day + timedelta(days=1), DUE_AT, tzinfo=WIB)
