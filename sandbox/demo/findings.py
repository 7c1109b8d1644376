"""One comparison of the judgement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is compared, what we say, what the outside world says."""

    what: str
    ours: str
    theirs: str
    agrees: bool


def rupiah(amount: int) -> str:
    """``Rp1.234.000``."""
    return f"Rp{amount:,}".replace(",", ".")
