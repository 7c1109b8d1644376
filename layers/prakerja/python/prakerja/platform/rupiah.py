"""Money: whole rupiah, always an int. Rp1 is the smallest unit; there are no sen and no floats."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

Rupiah = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000_000, description="whole rupiah", examples=[600000])]
"""A JSON integer at the edges. Strict, because pydantic would otherwise take "1_000", true and 1000.0."""


def rupiah_text(amount: int) -> str:
    """Write an amount as people in Indonesia do: ``rupiah_text(600000) == "Rp600.000"``."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")
