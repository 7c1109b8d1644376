"""Both sides of a day brought together: read, sorted, merged, judged, written. Reads the table; writes to a folder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from prakerja.payouts.reconciling.comparing import AGREED, Bucket, Verdict, compare, merge
from prakerja.payouts.reconciling.reading import clean
from prakerja.payouts.reconciling.report import Tally, is_awaited, is_impatient
from prakerja.payouts.reconciling.rows import BadRow, Kind, Row, Unreadable, is_nameless_return, numbered
from prakerja.payouts.reconciling.sorting import sorted_rows
from prakerja.payouts.reconciling.writing import ReportFiles
from prakerja.payouts.references import day_of_reference
from prakerja.payouts.store.reconciliations import (
    ReconciledDay,
    attempts_on,
    last_sent_at,
    late_rows,
    suspended_before,
)
from prakerja.payouts.store.sent import find_sent, order_of
from prakerja.platform import Platform

KEPT_AT_MOST = 1_000
"""Differences of one bucket that are kept in memory to be told; the files hold all of them."""
OTHER_DAYS_AT_MOST = 5_000
"""Rows about attempts of other days. A file with more is of another day."""
EARLIER, LATER = timedelta(days=31), timedelta(days=1)
NAMED_WITHIN = timedelta(days=3)
"""How far back a return that names no reference is looked for among our payouts, by the number that they were told."""


@dataclass
class Comparison:
    """What came of it."""

    files: ReportFiles
    suspended: Callable[[str], bool]
    """Whether a row, by its identity, was suspended by itself before."""
    tally: Tally = field(default_factory=Tally)
    kept: dict[Bucket, list[Verdict]] = field(default_factory=lambda: defaultdict(list))
    """Differences by bucket; all of them, if they are few enough to be told one by one."""
    loose: Counter[Bucket] = field(default_factory=Counter)
    """Rupiah that left the source account without an order of ours, by bucket; not of rows that are suspended already."""
    undone: list[Row] = field(default_factory=list)
    """Rows of the same, but it came back; as many as of differences."""
    other_days: dict[date, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def is_crowded(self, bucket: Bucket) -> bool:
        """Whether a bucket has more differences than are told one by one."""
        return bucket in self.tally.sums and self.tally.sums[bucket].count > KEPT_AT_MOST

    def add(self, verdict: Verdict) -> None:
        """Take one verdict in."""
        self.tally.add(verdict)
        self.files.add(verdict)
        kept = self.kept[verdict.bucket] if verdict.bucket not in AGREED | {Bucket.UNREADABLE} else []
        if len(kept) < KEPT_AT_MOST:
            kept.append(verdict)
        if verdict.row is not None:
            if verdict.loose and not self.suspended(verdict.row.identity):
                self.loose[verdict.bucket] += verdict.row.amount
            if verdict.undone and len(self.undone) < KEPT_AT_MOST:
                self.undone.append(verdict.row)


def compare_day(p: Platform, state: ReconciledDay, theirs: Iterator[Row | BadRow], folder: Path) -> Comparison:
    """Judge every attempt and every row of a day. Raises Unreadable for the statement of another day.

    n rows: O(n log n), memory for one chunk of rows and one page of attempts.
    """
    found = Comparison(ReportFiles(folder), suspended_before(p.table, state.provider, state.day))
    with found.files:
        nameless: list[Row] = []
        own = chain(
            _of_this_day(p, state, theirs, found, nameless),
            (row for _, row in late_rows(p.table, state.provider, state.day)),
        )
        ordered = sorted_rows(own, order_of, folder, last=lambda rows: _named(p, state, found, nameless, rows))
        for ours, rows in merge(attempts_on(p.table, state.provider, state.day), ordered):
            for verdict in compare(ours, rows):
                found.add(_aged(p, state.day, verdict))
    return found


def _of_this_day(
    p: Platform, state: ReconciledDay, theirs: Iterator[Row | BadRow], found: Comparison, nameless: list[Row]
) -> Iterator[Row]:
    """``nameless`` takes the returns without a reference: whose they are is known when all rows have been read."""
    equals = Counter[tuple[str, ...]]()
    for row in theirs:
        if isinstance(row, BadRow):
            found.add(Verdict(Bucket.UNREADABLE, line=row.line, note=row.problem))
        elif is_nameless_return(row) and row.transaction_id and len(nameless) < KEPT_AT_MOST:
            nameless.append(row)
        elif not _is_elsewhere(p, state, row, found, equals):
            yield row


def _named(
    p: Platform, state: ReconciledDay, found: Comparison, nameless: list[Row], others: Iterator[Row]
) -> Iterator[Row]:
    """Returns with the reference of the one payment that has their number: by their rows, or else by what our payouts
    were told. What neither knows stays without one, and is a difference.
    """
    payments: dict[str, set[str]] = {row.transaction_id: set() for row in nameless}
    for row in chain(others, *found.other_days.values()) if nameless else ():
        if row.kind is Kind.PAYOUT and row.reference and row.transaction_id in payments:
            payments[row.transaction_id].add(row.reference)
    unknown = {number for number, references in payments.items() if not references}
    for back in range(NAMED_WITHIN.days + 1):
        day = state.day - timedelta(days=back)
        for _, ours in attempts_on(p.table, state.provider, day) if unknown else ():
            if clean(ours.their_number) in unknown:
                payments[clean(ours.their_number)].add(ours.reference)
        unknown = {number for number in unknown if not payments[number]}
    for row in nameless:
        references = payments[row.transaction_id]
        named = replace(row, reference=min(references)) if len(references) == 1 else row
        if not _is_elsewhere(p, state, named, found, Counter()):
            yield named


def _is_elsewhere(
    p: Platform, state: ReconciledDay, row: Row, found: Comparison, equals: Counter[tuple[str, ...]]
) -> bool:
    """Whether a row is about an attempt of another day; then it is kept for that one. Raises Unreadable if most are."""
    day = _other_day(p, state, row)
    if day is None:
        return False
    if sum(map(len, found.other_days.values())) >= OTHER_DAYS_AT_MOST:
        raise Unreadable("most rows are about another day")
    found.other_days[day].append(numbered(replace(row, from_day=state.day.isoformat()), equals))
    found.add(Verdict(Bucket.OTHER_DAY, row=row, note=f"judged on {day.isoformat()}"))
    return True


def _other_day(p: Platform, state: ReconciledDay, row: Row) -> date | None:
    """The day on which we sent what a row is about, if that is another one than the statement's."""
    try:
        day = day_of_reference(row.reference)
    except ValueError:
        return None
    if day == state.day or not state.day - EARLIER <= day <= state.day + LATER:
        return None
    return day if find_sent(p.table, state.provider, row.reference) else None


def _aged(p: Platform, day: date, verdict: Verdict) -> Verdict:
    """What is missing and may still come is awaited; what was awaited too long is missing."""
    now = p.clock.wall()
    if verdict.bucket is Bucket.OURS_NOT_THEIRS and verdict.ours is not None:
        if is_awaited(day, last_sent_at(p.table, verdict.ours), now):
            return replace(verdict, bucket=Bucket.AWAITED, note="sent around midnight")
    elif verdict.bucket is Bucket.AWAITED and is_impatient(day, now):
        return replace(verdict, bucket=Bucket.OURS_NOT_THEIRS, note="its return never came")
    return verdict
