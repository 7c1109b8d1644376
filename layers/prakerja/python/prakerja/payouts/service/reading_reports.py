"""Reading a report's rows where they are: in a file, some lines at a time, whatever its size."""

from __future__ import annotations

import csv
from typing import Literal

from prakerja.payouts.ports import StatementFiles
from prakerja.payouts.reconciling.writing import ALL, DIFFERENCES, HEADER

PIECE = 64 * 1024
"""Bytes read for one page; a row has a few hundred."""
ROWS = 200

Only = Literal["differences", "all"]


def report_file(report_id: str, only: Only) -> str:
    """The name of a report's file."""
    return f"reports/{report_id}/{ALL if only == 'all' else DIFFERENCES}"


def report_rows(
    files: StatementFiles, report_id: str, only: Only, after: int
) -> tuple[list[dict[str, str]], int | None]:
    """Up to ``ROWS`` rows from byte ``after`` on (0: the first), and where the next begin. Raises KeyError."""
    piece = files.piece(report_file(report_id, only), after, PIECE)
    lines = piece[: piece.rfind(b"\n") + 1].splitlines(keepends=True)
    taken = lines[: ROWS + (after == 0)]
    read = sum(map(len, taken))
    wanted = taken[1:] if after == 0 else taken  # the first line names the columns
    rows = csv.reader(line.decode() for line in wanted)
    further = after + read if read < len(piece) or len(piece) == PIECE else None
    return [dict(zip(HEADER, row, strict=True)) for row in rows], further
