"""What a provider says afterwards that it did: rows of the source account, as statement and as a daily file.

Rows come from the true ledger and are then spoiled as the faults in force say; balances stay true, so that a tie-out
notices. Reading the same period twice gives the same rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .books import Books, reference_no, stored
from .faults import Faults
from .menu import Place


class Kind(StrEnum):
    """What a row is about."""

    PAYOUT = "PAYOUT"
    FEE = "FEE"
    RETURN = "RETURN"
    FUNDING = "FUNDING"


_KINDS = {"CREDIT": Kind.PAYOUT, "FEE": Kind.FEE, "REFUND": Kind.RETURN, "FUND": Kind.FUNDING}
_WORDS = {Kind.FEE: "BIAYA ", Kind.RETURN: "RETUR "}
_ENDINGS = {Kind.FEE: "F", Kind.RETURN: "R"}


@dataclass(frozen=True, slots=True)
class Row:
    """One movement of the source account, rupiah. ``reference``: the partner's, "" for funding."""

    at: datetime
    kind: Kind
    number: str
    """The provider's own, different for each row."""
    reference: str
    service: str
    account: str
    amount: int
    fee: int
    remark: str
    status: str = "SUCCESS"

    @property
    def incoming(self) -> bool:
        """Whether the source account got the money."""
        return self.kind in (Kind.RETURN, Kind.FUNDING)


@dataclass(frozen=True, slots=True)
class Reader:
    """The rows of one source account as the faults let them be seen. ``role``: statement or file."""

    books: Books
    faults: Faults
    provider: str
    source: str
    role: str
    now: datetime

    def rows(self, start: datetime, end: datetime) -> list[Row]:
        """Rows of a period (the end excluded), oldest first."""
        earlier = timedelta(seconds=self._longest_delay())
        seen = [one for row in self._true(start - earlier, end) for one in self._spoiled(row)]
        until = min(end, self.now + timedelta(microseconds=1))
        return sorted((row for row in seen if start <= row.at < until), key=lambda row: row.at)

    def unsettled(self, start: datetime, end: datetime) -> list[Row]:
        """What was taken in during a period and is pending or failed: nothing of it is in the ledger."""
        found = self.books.run(
            "SELECT * FROM transfers WHERE provider = ? AND source = ? AND state IN ('PENDING', 'FAILED')"
            " AND accepted_at >= ? AND accepted_at < ?",
            *(self.provider, self.source, stored(start), stored(end)),
        )
        return [
            Row(
                at=datetime.fromisoformat(row["accepted_at"]),
                kind=Kind.PAYOUT,
                number=reference_no(self.provider, row["id"]),
                status="INIT" if row["state"] == "PENDING" else "CANCELLED",
                **{name: row[name] for name in ("reference", "service", "account", "amount", "fee", "remark")},
            )
            for row in found
        ]

    def balance(self, at: datetime) -> int:
        """The true balance just before a moment."""
        taken = "coalesce(sum(CASE WHEN credit = ?2 THEN amount ELSE -amount END), 0)"
        moved = self.books.run(
            f"SELECT {taken} AS n FROM ledger WHERE provider = ?1 AND (credit = ?2 OR debit = ?2) AND at < ?3",
            *(self.provider, self.source, stored(at)),
        )
        return int(moved[0]["n"])

    def _true(self, start: datetime, end: datetime) -> Iterator[Row]:
        found = self.books.run(
            "SELECT l.at, l.kind, l.amount, l.id, t.id AS transfer, t.reference, t.service, t.account, t.fee, t.remark"
            " FROM ledger l LEFT JOIN transfers t ON t.id = l.transfer"
            " WHERE l.provider = ?1 AND (l.credit = ?2 OR l.debit = ?2) AND l.at >= ?3 AND l.at < ?4 ORDER BY l.id",
            *(self.provider, self.source, stored(start), stored(end)),
        )
        for row in found:
            kind = _KINDS[row["kind"]]
            number = reference_no(self.provider, row["transfer"] or row["id"])
            yield Row(
                at=datetime.fromisoformat(row["at"]),
                kind=kind,
                number=number + _ENDINGS.get(kind, "") if row["transfer"] else f"{number}S",
                reference=row["reference"] or "",
                service=row["service"] or "",
                account=row["account"] or self.source,
                amount=row["amount"],
                fee=(row["fee"] or 0) if kind is Kind.PAYOUT else 0,
                remark=_WORDS.get(kind, "") + (row["remark"] or "SETORAN DANA"),
            )

    def _spoiled(self, row: Row) -> list[Row]:
        """What is shown in place of a row."""
        shown = [row]
        if row.kind is not Kind.PAYOUT:
            return shown
        for fault in self.faults.standing(Place.ROW, self.provider, self.role, row.reference, row.account, self.now):
            match fault.what:
                case "statement_missing":
                    shown = []
                case "statement_extra":
                    shown.append(_stranger(row))
                case "statement_double":
                    shown += [replace(one, number=f"{one.number}D") for one in shown]
                case "statement_wrong_amount":
                    shown = [replace(one, amount=max(1, one.amount // 10)) for one in shown]
                case "statement_late":
                    late = timedelta(seconds=fault.seconds or 86_400)
                    shown = [replace(one, at=one.at + late) for one in shown]
        return shown

    def _longest_delay(self) -> int:
        seconds = [rule["seconds"] for rule in self.faults.listed() if rule["what"] in ("statement_late", "F32")]
        return max((given or 86_400 for given in seconds), default=0)


def _stranger(row: Row) -> Row:
    """A payout that nobody ordered."""
    name = hashlib.sha256(row.number.encode()).hexdigest()[:12].upper()
    return replace(
        row, number=f"{row.number}X", reference=f"ASING{name}", account=row.account[::-1], remark=f"ASING {name}"
    )
