"""What a member sees of their balance."""

from __future__ import annotations

from pydantic import Field

from prakerja.balance.model import Balance
from prakerja.platform.rupiah import Rupiah
from prakerja.platform.validation import View


class BalanceView(View):
    """The training balance, whole rupiah. ``granted`` is always the sum of the other four."""

    granted: Rupiah
    available: Rupiah = Field(description="can be spent on courses")
    reserved: Rupiah = Field(description="set aside for the course you are taking")
    spent: Rupiah
    forfeited: Rupiah = Field(description="lost: a course that was bought and not finished")

    @classmethod
    def of(cls, balance: Balance) -> BalanceView:
        """The view of a balance."""
        return cls(
            granted=balance.granted,
            available=balance.available,
            reserved=balance.reserved,
            spent=balance.spent,
            forfeited=balance.forfeited,
        )
