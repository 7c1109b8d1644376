"""The books as JSON: what was really paid. This is what a test compares the system under test with."""

from __future__ import annotations

from typing import Any

from .books import balances_agree, reference_no
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
    names = [name for name in PROFILES if provider in ("", name)]
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
