"""The moments at which money moves. A credit, its fee and its ledger entries are one step: "paid" is a provable fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .books import FEES, Books, Transfer
from .callbacks import Callbacks
from .profiles import Dedup, Profile


class Moves:
    """What becomes of transfers. Call inside a transaction of the books."""

    def __init__(self, books: Books, callbacks: Callbacks, profile: Callable[[str], Profile | None]) -> None:
        self._books = books
        self._callbacks = callbacks
        self._profile = profile

    def take_in(self, now: datetime, **terms: Any) -> Transfer:
        """Write a transfer down; if its state is SUCCESS it is paid at once."""
        transfer = self._books.add_transfer(now, **terms)
        self._callbacks.taken_in(transfer, now)
        if transfer.state == "SUCCESS":
            self._pay(transfer, now)
            self._callbacks.decided(transfer, now)
        return transfer

    def settle(self, transfer: Transfer, outcome: str, now: datetime) -> None:
        """Carry out what was taken in earlier. A late copy of a reference that was paid meanwhile is dropped."""
        if outcome == "REFUNDED":
            self.refund(transfer, now)
        elif outcome != "SUCCESS":
            self._end(transfer, "FAILED", now)
        elif transfer.state == "HIDDEN" and self._known(transfer):
            self._books.set_state(transfer, "DROPPED")
        elif not self.covered(transfer.provider, transfer.source, transfer.amount + transfer.fee):
            self._end(transfer, "FAILED", now, f"403{transfer.service}14")
        else:
            self._pay(transfer, now)
            self._end(transfer, "SUCCESS", now)

    def refund(self, transfer: Transfer, now: datetime) -> None:
        """The money comes back; the fee does not."""
        self._books.move(
            "REFUND", transfer.provider, transfer.id, transfer.account, transfer.source, transfer.amount, now
        )
        self._end(transfer, "REFUNDED", now)

    def covered(self, provider: str, source: str, amount: int) -> bool:
        """Whether a source account has that much."""
        account = self._books.account(provider, source)
        return account is not None and account.balance >= amount

    def _pay(self, transfer: Transfer, now: datetime) -> None:
        provider, source = transfer.provider, transfer.source
        self._books.move("CREDIT", provider, transfer.id, source, transfer.account, transfer.amount, now)
        if transfer.fee:
            self._books.move("FEE", provider, transfer.id, source, FEES, transfer.fee, now)

    def _end(self, transfer: Transfer, state: str, now: datetime, code: str = "") -> None:
        self._books.set_state(transfer, state, code)
        self._callbacks.decided(self._books.transfer(transfer.id), now)

    def _known(self, transfer: Transfer) -> bool:
        profile = self._profile(transfer.provider)
        asked = (transfer.provider, transfer.client_id, transfer.service, transfer.reference)
        return profile is not None and profile.dedup is not Dedup.OFF and bool(self._books.known(*asked))
