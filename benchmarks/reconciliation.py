"""How long reconciling a provider's day takes in one process, and how much memory: 100,000 rows by default.

The whole way of a worker but for the table and the bucket: read the settlement file piece by piece, sort it outside
memory, merge it with our attempts, judge, write both reports. ``python benchmarks/reconciliation.py [rows]``.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from prakerja.payouts.reconciling.comparing import Ours, Standing, compare, merge
from prakerja.payouts.reconciling.reading import read_rows
from prakerja.payouts.reconciling.report import Tally
from prakerja.payouts.reconciling.rows import Row
from prakerja.payouts.reconciling.sorting import sorted_rows
from prakerja.payouts.reconciling.writing import ReportFiles
from prakerja.payouts.store.sent import order_of

AMOUNT = 600_000
HEADER = "transaction_date,reference_no,partner_reference_no,type,account,amount,fee,status,remark\n"


def reference(number: int) -> str:
    """Spread like real ones: neighbours in time are not neighbours in order."""
    letters, number = "", number * 7_919_317 % 32**12
    for _ in range(12):
        number, place = divmod(number, 32)
        letters += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[place]
    return f"P26015{letters}01"


def settlement(rows: int) -> Iterator[bytes]:
    """A file in order of time; one in a thousand rows is missing, doubled, or wrong."""
    yield HEADER.encode()
    for number in range(rows):
        if number % 1000 == 1:
            continue
        amount = 60_000 if number % 1000 == 2 else AMOUNT
        line = f"2026-01-15T09:30:00+07:00,BNI{number:010d},{reference(number)},PAYOUT,1,{amount}.00,0.00,SUCCESS,Insentif\n"
        yield line.encode() * (2 if number % 1000 == 3 else 1)


def attempts(rows: int) -> Iterator[tuple[str, Ours]]:
    """Ours in the order of the table."""
    for order in sorted(order_of(reference(number)) for number in range(rows)):
        yield order, Ours(order.partition(":")[2], "payout", 1, "person", AMOUNT, Standing.PAID)


def reconcile(file: Path, rows: int, folder: Path) -> Tally:
    """What a worker does."""
    tally = Tally()
    with file.open("rb") as content, ReportFiles(folder) as report:
        theirs = (row for row in read_rows(iter(lambda: content.read(1 << 20), b"")) if isinstance(row, Row))
        for ours, group in merge(attempts(rows), sorted_rows(theirs, order_of, folder)):
            for verdict in compare(ours, group):
                tally.add(verdict)
                report.add(verdict)
    return tally


def main(rows: int) -> None:
    """Measure time and memory in two runs: tracing memory makes everything slower."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "settlement.csv"
        file.write_bytes(b"".join(settlement(rows)))
        ours = time.perf_counter()
        for _ in attempts(rows):
            pass
        start = time.perf_counter()
        tally = reconcile(file, rows, folder)
        seconds = time.perf_counter() - start - (start - ours)
        tracemalloc.start()
        reconcile(file, rows, folder)
        _, peak = tracemalloc.get_traced_memory()
        own = rows * (8 + sys.getsizeof(order_of(reference(1))))
        print(f"rows {rows:,}  file {file.stat().st_size / 1e6:.1f} MB")
        print(f"reconciled in {seconds:.1f} s: {rows / seconds:,.0f} rows a second")
        print(f"peak memory {peak / 1e6:.0f} MB, of which {own / 1e6:.0f} MB are the benchmark's own list of attempts")
        print({str(bucket): found.count for bucket, found in sorted(tally.sums.items())})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
