"""One reference at a time: our attempt, if there is one, against all their rows about it. Pure.

Every attempt and every row ends in exactly one bucket. Nothing is decided about money here: a bucket that is a
difference becomes a finding, and people or an inquiry go on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from prakerja.payouts.reconciling.rows import Kind, Row


class Standing(StrEnum):
    """How one attempt stands in our books."""

    PAID = "PAID"
    OPEN = "OPEN"
    """In flight: not known, held or parked."""
    FAILED = "FAILED"
    """Ended without payment, or replaced by a later attempt."""
    RETURNED = "RETURNED"


class Bucket(StrEnum):
    """Where an attempt or a row ends."""

    MATCHED = "MATCHED"
    UNPAID = "UNPAID"
    """Ended without payment in our books, and not in theirs."""
    AWAITED = "AWAITED"
    """Will be in a later statement: it was sent around midnight, or its return is on the way."""
    OTHER_DAY = "OTHER_DAY"
    """Their row is about an attempt of another day and is judged there."""
    NOT_A_PAYOUT = "NOT_A_PAYOUT"
    """Fees, funding, balances, what was not settled."""
    STILL_UNKNOWN = "STILL_UNKNOWN"
    OURS_NOT_THEIRS = "OURS_NOT_THEIRS"
    THEIRS_NOT_OURS = "THEIRS_NOT_OURS"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    TWICE_AT_THEIRS = "TWICE_AT_THEIRS"
    RETURNED_LATER = "RETURNED_LATER"
    UNREADABLE = "UNREADABLE"


LISTED_AGAIN, BACK, IN = "listed again", "return of what should not have left", "money came in"
NOT_PAID = "ours says not paid"

AGREED = frozenset({Bucket.MATCHED, Bucket.UNPAID, Bucket.AWAITED, Bucket.OTHER_DAY, Bucket.NOT_A_PAYOUT})
"""All others are differences: a person hears of them."""


@dataclass(frozen=True, slots=True)
class Ours:
    """One attempt of the day. ``amount`` in rupiah."""

    reference: str
    payout_id: str
    number: int
    person_id: str
    amount: int
    standing: Standing
    their_number: str = ""
    """What the provider called it when it was paid."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One attempt, one row of theirs, or both together, in its bucket."""

    bucket: Bucket
    ours: Ours | None = None
    """Whom it is about."""
    row: Row | None = None
    counts: bool = False
    """Whether this is the verdict about ``ours`` itself; a further row about it has one of its own."""
    note: str = ""
    loose: bool = False
    """Money left the source account without an order of ours, and has not come back."""
    undone: bool = False
    """The same, but it came back."""
    line: int = 0
    """Of a row that cannot be read."""

    @property
    def reference(self) -> str:
        """Our reference, if either side names one."""
        return self.ours.reference if self.ours else self.row.reference if self.row else ""


def compare(ours: Ours | None, rows: Sequence[Row]) -> list[Verdict]:
    """All verdicts about one reference; ``rows`` are those of theirs that name it."""
    verdicts: list[Verdict] = []
    distinct: dict[tuple[Kind, str, int], Row] = {}
    for row in rows:
        # without a number of theirs two equal rows cannot be told apart: then each counts
        mark = (row.kind, row.transaction_id or f"{row.from_day}:{row.line}", row.amount)
        if row.kind not in (Kind.PAYOUT, Kind.RETURN):
            again = LISTED_AGAIN if mark in distinct else ""
            verdicts.append(Verdict(Bucket.NOT_A_PAYOUT, row=row, note=again))
        elif mark in distinct:
            verdicts.append(Verdict(Bucket.TWICE_AT_THEIRS, ours, row, note=f"the same transaction is {LISTED_AGAIN}"))
        distinct.setdefault(mark, row)
    paid = [row for row in distinct.values() if row.kind is Kind.PAYOUT]
    back = [row for row in distinct.values() if row.kind is Kind.RETURN]
    return verdicts + (_unknown_to_us(paid, back) if ours is None else _about(ours, paid, back))


def merge(
    ours: Iterable[tuple[str, Ours]], theirs: Iterable[tuple[str, Row]]
) -> Iterator[tuple[Ours | None, list[Row]]]:
    """Join two streams of (order, value) in ascending order: each attempt with the rows of its order."""
    groups = ((order, [row for _, row in group]) for order, group in groupby(theirs, key=lambda pair: pair[0]))
    order, rows = next(groups, (None, []))
    for wanted, attempt in ours:
        while order is not None and order < wanted:
            yield None, rows
            order, rows = next(groups, (None, []))
        if order == wanted:
            yield attempt, rows
            order, rows = next(groups, (None, []))
        else:
            yield attempt, []
    while order is not None:
        yield None, rows
        order, rows = next(groups, (None, []))


def _unknown_to_us(paid: list[Row], back: list[Row]) -> list[Verdict]:
    covered, rest = _covered(paid, back)
    return [
        *(Verdict(Bucket.THEIRS_NOT_OURS, row=row, loose=row not in covered, undone=row in covered) for row in paid),
        *(Verdict(Bucket.THEIRS_NOT_OURS, row=row, note=BACK if row not in rest else IN) for row in back),
    ]


def _about(ours: Ours, paid: list[Row], back: list[Row]) -> list[Verdict]:
    chosen = next((row for row in paid if row.amount == ours.amount), paid[0] if paid else None)
    extras = [row for row in paid if row is not chosen]
    covered, rest = _covered(extras, back)  # what comes back undoes first what should not have left
    verdicts = [
        Verdict(
            Bucket.TWICE_AT_THEIRS,
            ours,
            row,
            note="another transaction, same reference",
            loose=row not in covered,
            undone=row in covered,
        )
        for row in extras
    ]
    verdicts += [Verdict(Bucket.MATCHED, ours, row, note=BACK) for row in back if row not in rest]
    verdicts += _itself(ours, chosen, rest[0] if rest else None)
    return verdicts + [Verdict(Bucket.THEIRS_NOT_OURS, ours, row, note=IN) for row in rest[1:]]


def _covered(paid: list[Row], back: list[Row]) -> tuple[list[Row], list[Row]]:
    """Which payments came back with the same amount, and which returns are left."""
    covered: list[Row] = []
    rest: list[Row] = []
    for row in back:
        undone = next((one for one in paid if one.amount == row.amount and one not in covered), None)
        (rest if undone is None else covered).append(row if undone is None else undone)
    return covered, rest


def _itself(ours: Ours, paid: Row | None, returned: Row | None) -> list[Verdict]:
    """The attempt with the one row that paid it and the one that took it back."""
    late = (
        [Verdict(Bucket.RETURNED_LATER, ours, returned)]
        if returned and ours.standing in (Standing.PAID, Standing.OPEN)
        else [Verdict(Bucket.MATCHED, ours, returned, note="return")]
        if returned
        else []
    )
    if paid is None:
        bucket = {
            Standing.PAID: Bucket.OURS_NOT_THEIRS,
            Standing.OPEN: Bucket.STILL_UNKNOWN,
        }.get(ours.standing, Bucket.UNPAID)
        return [Verdict(bucket, ours, counts=True), *late]
    if paid.amount != ours.amount:
        # what is paid or in flight is booked by our own amount; of what is proven unpaid nothing is
        unbooked = ours.standing in (Standing.FAILED, Standing.RETURNED)
        back = returned is not None and returned.amount >= paid.amount
        loose, undone, note = unbooked and not back, unbooked and back, NOT_PAID if unbooked else ""
        differs = Verdict(Bucket.AMOUNT_DIFFERS, ours, paid, counts=True, note=note, loose=loose, undone=undone)
        return [differs, *late]
    if ours.standing is Standing.OPEN:
        return [Verdict(Bucket.STILL_UNKNOWN, ours, paid, counts=True, note="theirs says paid"), *late]
    if ours.standing is Standing.PAID or returned is not None:
        undone = ours.standing is Standing.FAILED  # we had proof that it was not paid, and it was, and came back
        return [Verdict(Bucket.MATCHED, ours, paid, counts=True, undone=undone), *late]
    if ours.standing is Standing.RETURNED:
        return [Verdict(Bucket.AWAITED, ours, paid, counts=True, note="its return is not in the statement yet")]
    return [Verdict(Bucket.THEIRS_NOT_OURS, ours, paid, counts=True, note=NOT_PAID, loose=True)]
