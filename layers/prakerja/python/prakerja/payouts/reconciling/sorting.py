"""Their rows in the order of ours, sorted outside memory: chunks sorted and written to a folder, then merged."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from prakerja.payouts.reconciling.rows import KIND_ORDER, Row, numbered

CHUNK = 50_000
"""Rows held in memory at once, some 10 MB."""
_SEPARATOR = "\x1f"


def sorted_rows(
    rows: Iterable[Row],
    order: Callable[[str], str],
    folder: Path,
    chunk: int = CHUNK,
    last: Callable[[Iterator[Row]], Iterable[Row]] = lambda _: (),
) -> Iterator[tuple[str, Row]]:
    """(order, row) of all rows, ascending and ``numbered``; ``order`` places a reference. Rows without one come last, each
    alone, and beside those that say the same. ``last``: the few more that are known when all others, which it is given in
    any order, have been read."""
    runs: list[Path] = []
    _write((_line(row, order) for row in rows), folder, chunk, runs)
    others = (row for run in tuple(runs) for row in _rows(run))
    _write((_line(row, order) for row in last(others)), folder, chunk, runs)
    with ExitStack() as stack:
        files = [stack.enter_context(run.open(encoding="utf-8", newline="\n")) for run in runs]
        yield from _numbered(map(_row, heapq.merge(*files)))


def _write(lines: Iterator[str], folder: Path, chunk: int, runs: list[Path]) -> None:
    """Sorted chunks of the lines, as further files of ``runs``."""
    while part := sorted(islice(lines, chunk)):
        runs.append(folder / f"run-{len(runs)}")
        runs[-1].write_text("".join(part), encoding="utf-8")
        del part


def _rows(run: Path) -> Iterator[Row]:
    with run.open(encoding="utf-8", newline="\n") as lines:
        yield from (row for _, row in map(_row, lines))


def _numbered(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, Row]]:
    """Equal rows stand together, so that only those of one place are counted at a time."""
    place, seen = "", Counter[tuple[str, ...]]()
    for order, row in rows:
        here = place if row.transaction_id else order if row.reference else _alike(row)
        if here != place:
            place, seen = here, Counter()
        yield order, numbered(row, seen)


def _alike(row: Row) -> str:
    """Where rows without a reference or a number that say the same stand."""
    return f"~{row.kind}:{row.amount}:"


def _line(row: Row, order: Callable[[str], str]) -> str:
    """Text whose order is the order of the rows."""
    alone = f"~{row.transaction_id}" if row.transaction_id else f"{_alike(row)}{row.line}"
    parts = (
        order(row.reference) if row.reference else alone,
        str(KIND_ORDER.index(row.kind)),
        row.transaction_id,
        f"{row.line:012d}",
        str(row.amount),
        row.reference,
        row.at,
        row.from_day,
    )
    return _SEPARATOR.join(parts) + "\n"


def _row(line: str) -> tuple[str, Row]:
    order, kind, transaction_id, number, amount, reference, at, from_day = line.rstrip("\n").split(_SEPARATOR)
    return order, Row(int(number), KIND_ORDER[int(kind)], reference, transaction_id, int(amount), at, from_day)
