"""A payout run: what two operators release. Its count and sum are declared before money moves, and recomputed after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class RunState(StrEnum):
    """PREPARING collects what is due; DECLARED waits for two operators; RELEASED pays. WITHDRAWN: nothing was sent."""

    PREPARING = "PREPARING"
    DECLARED = "DECLARED"
    RELEASED = "RELEASED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, order=True)
class ProviderSum:
    """What a run pays through one provider, as declared."""

    provider: str
    count: int = 0
    amount: int = 0


class RunRow(NamedTuple):
    """A payout of a run. ``amount`` in rupiah; ``provider``: where its member was paid when the run took it."""

    payout_id: str
    amount: int
    provider: str


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
    sums: tuple[ProviderSum, ...] = ()


def sums_of(rows: Iterable[RunRow]) -> tuple[ProviderSum, ...]:
    """The sums by provider, in the order of their names."""
    sums: dict[str, ProviderSum] = {}
    for row in rows:
        before = sums.get(row.provider, ProviderSum(row.provider))
        sums[row.provider] = replace(before, count=before.count + 1, amount=before.amount + row.amount)
    return tuple(sorted(sums.values()))


def totals_of(rows: Iterable[RunRow]) -> Totals:
    """Totals over the payouts of a run, in any order."""
    digest, count, amount = hashlib.sha256(), 0, 0
    for payout_id, rupiah, _ in sorted(rows):
        digest.update(f"{payout_id}:{rupiah}\n".encode())
        count, amount = count + 1, amount + rupiah
    return Totals(count, amount, digest.hexdigest())
