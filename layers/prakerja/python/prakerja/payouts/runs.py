"""A payout run: what two operators release. Its count and sum are declared before money moves, and recomputed after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RunState(StrEnum):
    """PREPARING collects what is due; DECLARED waits for two operators; RELEASED pays."""

    PREPARING = "PREPARING"
    DECLARED = "DECLARED"
    RELEASED = "RELEASED"


@dataclass(frozen=True)
class Totals:
    """What a run pays: how many payouts, how many rupiah, and a hash over (payout, amount) of all of them."""

    count: int = 0
    amount: int = 0
    content_hash: str = ""


@dataclass(frozen=True)
class PayoutRun:
    """All incentives scheduled up to a day (WIB, inclusive)."""

    run_id: str
    scheduled_until: date
    created_by: str
    created_at: datetime
    state: RunState = RunState.PREPARING
    count: int = 0
    amount: int = 0
    content_hash: str = ""
    approval_id: str | None = None


def totals_of(payouts: Iterable[tuple[str, int]]) -> Totals:
    """Totals over (payout id, rupiah), in any order."""
    digest, count, amount = hashlib.sha256(), 0, 0
    for payout_id, rupiah in sorted(payouts):
        digest.update(f"{payout_id}:{rupiah}\n".encode())
        count, amount = count + 1, amount + rupiah
    return Totals(count, amount, digest.hexdigest())
