"""Random books of ours and theirs with spoilers between: every attempt and every row ends in exactly one bucket, sums tie.

The model is simple on purpose: per reference, who says what. The comparison is streamed, sorted outside memory in tiny
chunks and merged, and must come to what the model says.
"""

from __future__ import annotations

import random  # noqa: TID251 - order of rows, from a drawn seed
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from prakerja.payouts.reconciling.comparing import AGREED, Bucket, Ours, Standing, Verdict, compare, merge
from prakerja.payouts.reconciling.report import Tally
from prakerja.payouts.reconciling.rows import Kind, Row
from prakerja.payouts.reconciling.sorting import sorted_rows
from prakerja.payouts.store.sent import order_of
from tests.support.effort import effort

AMOUNT = 600_000
SPOILERS = ("none", "missing", "twice", "listed again", "amount", "returned", "twice and back", "unknown to us")


@dataclass(frozen=True)
class Pair:
    """One reference: how it stands with us, and how their side is spoiled."""

    number: int
    standing: Standing
    spoiler: str

    @property
    def reference(self) -> str:
        return f"P26015{self.number:012d}01"

    @property
    def ours(self) -> Ours | None:
        if self.spoiler == "unknown to us":
            return None
        return Ours(self.reference, f"payout-{self.number}", 1, "person", AMOUNT, self.standing)

    @property
    def pays(self) -> bool:
        return self.standing in (Standing.PAID, Standing.RETURNED) or self.spoiler not in ("none", "missing")

    def rows(self) -> list[Row]:
        paid = Row(0, Kind.PAYOUT, self.reference, f"N{self.number}a", AMOUNT)
        other, back = (
            replace(paid, transaction_id=f"N{self.number}b"),
            replace(paid, kind=Kind.RETURN, transaction_id=f"N{self.number}r"),
        )
        returned = [back] if self.standing is Standing.RETURNED else []
        if not self.pays or self.spoiler == "missing":
            return []
        return {
            "none": [paid, *returned],
            "twice": [paid, other, *returned],
            "listed again": [paid, paid, *returned],
            "amount": [replace(paid, amount=60_000)],
            "returned": [paid, back],
            "twice and back": [paid, other, back],
            "unknown to us": [paid],
        }[self.spoiler]


pairs = st.lists(
    st.builds(Pair, st.integers(0, 10**6), st.sampled_from(Standing), st.sampled_from(SPOILERS)),
    max_size=40,
    unique_by=lambda pair: pair.number,
)
others = st.lists(st.tuples(st.sampled_from([Kind.FEE, Kind.FUNDING]), st.integers(1, 10**6)), max_size=5)


def reconcile(ours: list[Ours], rows: list[Row], chunk: int) -> list[Verdict]:
    with TemporaryDirectory() as folder:
        stream = sorted_rows(rows, order_of, Path(folder), chunk)
        mine = sorted((order_of(one.reference), one) for one in ours)
        return [verdict for one, group in merge(iter(mine), stream) for verdict in compare(one, group)]


def shuffled(pairs: list[Pair], others: list[tuple[Kind, int]], seed: int) -> list[Row]:
    rows = [row for pair in pairs for row in pair.rows()] + [
        Row(0, kind, "", f"X{n}", amount) for n, (kind, amount) in enumerate(others)
    ]
    random.Random(seed).shuffle(rows)
    return [replace(row, line=number) for number, row in enumerate(rows, 2)]


@settings(max_examples=effort(150))
@given(pairs, others, st.integers(0, 2**16), st.integers(1, 9))
def test_every_attempt_and_every_row_is_in_exactly_one_bucket_and_sums_tie(
    pairs: list[Pair], others: list[tuple[Kind, int]], seed: int, chunk: int
) -> None:
    rows = shuffled(pairs, others, seed)
    ours = [one for pair in pairs if (one := pair.ours)]
    verdicts = reconcile(ours, rows, chunk)
    assert sorted(v.row.line for v in verdicts if v.row) == sorted(row.line for row in rows)
    assert sorted(v.ours.reference for v in verdicts if v.counts and v.ours) == sorted(one.reference for one in ours)
    tally = Tally()
    for verdict in verdicts:
        tally.add(verdict)
    assert sum(found.ours for found in tally.sums.values()) == AMOUNT * len(ours)
    assert sum(found.paid for found in tally.sums.values()) == sum(r.amount for r in rows if r.kind is Kind.PAYOUT)
    assert sum(found.returned for found in tally.sums.values()) == sum(r.amount for r in rows if r.kind is Kind.RETURN)
    again = sum(pair.spoiler == "listed again" for pair in pairs) * AMOUNT
    moved = sum(r.amount for r in rows if r.kind is Kind.PAYOUT) - again
    assert tally.tie_out.paid == moved, "a transaction that is listed twice moved the balance once"
    assert tally.tie_out.fees + tally.tie_out.funded == sum(amount for _, amount in others)
    assert len({v.row.identity for v in verdicts if v.loose and v.row}) == sum(v.loose for v in verdicts)


@settings(max_examples=effort(150))
@given(pairs, st.integers(0, 2**16))
def test_each_spoiler_is_found_for_what_it_is(pairs: list[Pair], seed: int) -> None:
    verdicts = reconcile([one for pair in pairs if (one := pair.ours)], shuffled(pairs, [], seed), 7)
    for pair in pairs:
        found = Counter(v.bucket for v in verdicts if v.reference == pair.reference and v.bucket not in AGREED)
        assert found == Counter(expected(pair)), pair


def expected(pair: Pair) -> list[Bucket]:
    """The differences that a person must hear of."""
    standing, spoiler = pair.standing, pair.spoiler
    if spoiler == "unknown to us":
        return [Bucket.THEIRS_NOT_OURS]
    if spoiler == "amount":
        return [Bucket.AMOUNT_DIFFERS]
    unknown = [Bucket.STILL_UNKNOWN] if standing is Standing.OPEN else []
    if spoiler == "missing" or (spoiler == "none" and standing in (Standing.OPEN, Standing.FAILED)):
        return [Bucket.OURS_NOT_THEIRS] if standing is Standing.PAID else unknown
    twice = [Bucket.TWICE_AT_THEIRS] if spoiler in ("twice", "listed again", "twice and back") else []
    if spoiler == "returned":
        return unknown + ([Bucket.RETURNED_LATER] if standing in (Standing.PAID, Standing.OPEN) else [])
    if standing is Standing.FAILED:
        return [*twice, Bucket.THEIRS_NOT_OURS]
    return twice + unknown


@given(pairs, st.integers(0, 2**16), st.integers(0, 2**16))
def test_the_order_of_the_file_and_the_size_of_chunks_change_nothing(pairs: list[Pair], one: int, two: int) -> None:
    ours = [o for pair in pairs if (o := pair.ours)]

    def told(seed: int, chunk: int) -> Counter[tuple[str, str, str]]:
        verdicts = reconcile(ours, shuffled(pairs, [], seed), chunk)
        return Counter((str(v.bucket), v.reference, v.row.transaction_id if v.row else "") for v in verdicts)

    assert told(one, 3) == told(two, 50)
