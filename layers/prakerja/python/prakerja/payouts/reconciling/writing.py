"""A report's rows as CSV, in a folder: all of them, and apart the differences."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from prakerja.payouts.reconciling.comparing import AGREED, Verdict

HEADER = (
    "bucket", "reference", "payout_id", "attempt", "our_amount", "their_type", "their_reference", "their_amount",
    "their_time", "line", "note",
)  # fmt: skip
ALL, DIFFERENCES = "rows.csv", "differences.csv"


class ReportFiles:
    """Writes both files; use as a context. ``digest`` (hex SHA-256 of all rows) is right once it is left."""

    def __init__(self, folder: Path) -> None:
        self.rows, self.differences = folder / ALL, folder / DIFFERENCES
        self._hash = hashlib.sha256()
        self._open = [path.open("w", encoding="utf-8", newline="") for path in (self.rows, self.differences)]
        self._all, self._differing = (csv.writer(file, lineterminator="\n") for file in self._open)
        for writer in (self._all, self._differing):
            writer.writerow(HEADER)

    def add(self, verdict: Verdict) -> None:
        """One row for one verdict."""
        fields = row_of(verdict)
        self._hash.update("\x1f".join(fields).encode() + b"\n")
        self._all.writerow(fields)
        if verdict.bucket not in AGREED:
            self._differing.writerow(fields)

    @property
    def digest(self) -> str:
        """Over all rows so far."""
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._open:
            file.close()


def row_of(verdict: Verdict) -> list[str]:
    """The fields of a verdict, as ``HEADER`` names them."""
    ours, row = verdict.ours, verdict.row
    return [
        str(verdict.bucket),
        harmless(verdict.reference),
        ours.payout_id if ours else "",
        str(ours.number) if ours else "",
        str(ours.amount) if ours and verdict.counts else "",
        str(row.kind) if row else "",
        harmless(row.transaction_id) if row else "",
        str(row.amount) if row else "",
        harmless(row.at) if row else "",
        str(row.line if row else verdict.line or ""),
        verdict.note,
    ]


def harmless(text: str) -> str:
    """Text of others that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
