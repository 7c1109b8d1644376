"""The books as JSON: what was really paid. This is what a test compares the system under test with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .books import FEES, balances_agree, reference_no
from .engine import Engine
from .profiles import PROFILES

_CREDITS = """
    SELECT t.reference, t.service, t.account, t.amount, t.state, t.id, count(l.id) AS credits, min(l.at) AS at
    FROM ledger l JOIN transfers t ON t.id = l.transfer
    WHERE l.provider = ? AND l.kind = 'CREDIT' GROUP BY t.id ORDER BY t.id
"""


def books(engine: Engine, provider: str = "") -> dict[str, Any]:
    """Per provider: every credit, credits per reference and per account, totals, source accounts, open transfers."""
    engine.settle_due()
    names = [name for name in PROFILES if provider.lower() in ("", name)]
    return {"agrees": balances_agree(engine.books), "providers": {name: _one(engine, name) for name in names}}


def _one(engine: Engine, name: str) -> dict[str, Any]:
    run = engine.books.run
    paid = [
        {
            "reference": row["reference"],
            "reference_no": reference_no(name, row["id"]),
            "service": row["service"],
            "account": row["account"],
            "amount": row["amount"],
            "at": row["at"],
            "refunded": row["state"] == "REFUNDED",
        }
        for row in run(_CREDITS, name)
    ]
    by_reference: dict[str, int] = {}
    by_account: dict[str, int] = {}
    for credit in paid:
        if not credit["refunded"]:
            by_reference[credit["reference"]] = by_reference.get(credit["reference"], 0) + 1
            by_account[credit["account"]] = by_account.get(credit["account"], 0) + credit["amount"]
    states = run("SELECT state, count(*) AS n FROM transfers WHERE provider = ? GROUP BY state", name)
    sources = run(
        "SELECT a.number, a.balance FROM accounts a JOIN clients c ON c.provider = a.provider"
        " AND c.source_account = a.number WHERE a.provider = ?",
        name,
    )
    kept = [credit for credit in paid if not credit["refunded"]]
    return {
        "credits": paid,
        "credits_by_reference": by_reference,
        "rupiah_by_account": by_account,
        "totals": {
            "credits": len(kept),
            "rupiah": sum(credit["amount"] for credit in kept),
            "refunds": len(paid) - len(kept),
        },
        "fees": fees(engine, name),
        "transfers": {row["state"]: row["n"] for row in states},
        "source_accounts": {row["number"]: row["balance"] for row in sources},
        "calls": calls_by_fault(engine, name),
    }


def calls_by_fault(engine: Engine, name: str) -> dict[str, int]:
    """How many calls were answered well ("") and how many with which fault."""
    rows = engine.books.run("SELECT fault, count(*) AS n FROM calls WHERE provider = ? GROUP BY fault", name)
    return {row["fault"] or "none": row["n"] for row in rows}


def calls(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """The latest calls, newest first."""
    return [dict(row) for row in engine.books.run("SELECT * FROM calls ORDER BY id DESC LIMIT ?", limit)]


@dataclass(frozen=True, slots=True)
class Net:
    """What a reference came to: credits, those of them that came back, and the rupiah that stayed."""

    credits: int
    refunds: int
    rupiah: int

    @property
    def kept(self) -> int:
        """Credits net of refunds; above 1 somebody was paid twice."""
        return self.credits - self.refunds


def net(engine: Engine, provider: str) -> dict[str, Net]:
    """Per reference that was ever credited, credits net of refunds."""
    engine.settle_due()
    rows = engine.books.run(
        "SELECT t.reference, sum(l.kind = 'CREDIT') AS credits, sum(l.kind = 'REFUND') AS refunds,"
        " sum(CASE l.kind WHEN 'CREDIT' THEN l.amount ELSE -l.amount END) AS rupiah"
        " FROM ledger l JOIN transfers t ON t.id = l.transfer WHERE l.provider = ? AND l.kind IN ('CREDIT', 'REFUND')"
        " GROUP BY t.reference ORDER BY min(l.id)",
        provider.lower(),
    )
    return {row["reference"]: Net(row["credits"], row["refunds"], row["rupiah"]) for row in rows}


@dataclass(frozen=True, slots=True)
class TieOut:
    """A source account over a period, rupiah: opening + funded - paid - fees + returned = closing."""

    opening: int
    funded: int
    paid: int
    fees: int
    returned: int
    closing: int

    @property
    def agrees(self) -> bool:
        """Whether the sum is the closing balance."""
        return self.opening + self.funded - self.paid - self.fees + self.returned == self.closing


def tie_out(engine: Engine, provider: str, start: datetime, end: datetime) -> TieOut:
    """The truth about the source account of the provider's first client; the end is excluded."""
    name = provider.lower()
    source = engine.reader(name, "statement")
    sums = dict.fromkeys(("FUND", "CREDIT", "FEE", "REFUND"), 0)
    for entry in ledger(engine, name):
        if start <= datetime.fromisoformat(entry["at"]) < end and source.source in (entry["debit"], entry["credit"]):
            sums[entry["kind"]] += entry["amount"]
    return TieOut(source.balance(start), sums["FUND"], sums["CREDIT"], sums["FEE"], sums["REFUND"], source.balance(end))


def ledger(engine: Engine, provider: str = "") -> list[dict[str, Any]]:
    """Every entry of the double-entry ledger, oldest first. OUTSIDE gives money at opening, FEES takes fees."""
    engine.settle_due()
    rows = engine.books.run(
        "SELECT l.*, t.reference FROM ledger l LEFT JOIN transfers t ON t.id = l.transfer"
        " WHERE ?1 IN ('', l.provider) ORDER BY l.id",
        provider.lower(),
    )
    return [dict(row) for row in rows]


def fees(engine: Engine, provider: str) -> int:
    """Fees taken so far, rupiah."""
    rows = engine.books.run(
        "SELECT coalesce(sum(amount), 0) AS n FROM ledger WHERE provider = ? AND credit = ?", provider.lower(), FEES
    )
    return int(rows[0]["n"])
