"""What a member sees of their balance, and an operator of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from prakerja.balance.closing import LedgerClose
from prakerja.balance.model import Balance, LedgerTotals
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


class LedgerView(View):
    """A day's bookings (WIB) in rupiah by class of account."""

    day: date
    state: Literal["CLOSED", "PROVISIONAL"] = Field(
        description="CLOSED: added up after midnight, and never changed since. PROVISIONAL: added up just now"
    )
    transfers: int
    debits: Mapping[str, int] = Field(description="what left each account")
    credits: Mapping[str, int] = Field(description="what arrived")
    balances: Mapping[str, int] | None = Field(
        None,
        description="what each account holds at the end of a closed day; the fund's is what it has given, below zero",
    )
    digest: str | None = Field(None, description="SHA-256 over all transfers of a closed day")

    @classmethod
    def of(cls, day: LedgerClose | LedgerTotals) -> LedgerView:
        """The view of a day, closed or not."""
        closed = day if isinstance(day, LedgerClose) else None
        return cls(
            day=day.day,
            state="CLOSED" if closed else "PROVISIONAL",
            transfers=day.transfers,
            debits=day.debits,
            credits=day.credits,
            balances=closed.balances if closed else None,
            digest=closed.digest if closed else None,
        )
