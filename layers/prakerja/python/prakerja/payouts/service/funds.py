"""Whether our own account at a provider holds enough: asked before a run is released, never instead of sending."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from prakerja.payouts.answers import BalanceStatus
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.platform import Platform
from prakerja.platform.observability import count, log


class Funds(StrEnum):
    """What the provider says of our source account."""

    ENOUGH = "ENOUGH"
    SHORT = "SHORT"
    UNKNOWN = "UNKNOWN"
    """The provider has no such service: no reason to stop, an empty account pauses the channel."""
    DOWN = "DOWN"
    """It did not answer."""


@dataclass(frozen=True)
class Cover:
    """The answer, and what is there (rupiah), if that is known."""

    status: Funds
    available: int | None = None


def funds_for(p: Platform, bank: PaymentProvider, amount: int) -> Cover:
    """Ask whether the source account covers ``amount`` rupiah."""
    answer = bank.balance(bank.external_id(p.clock.wall(), p.ids.digits(EXTERNAL_ID_DIGITS)))
    if answer.status is BalanceStatus.UNAVAILABLE:
        log.warning("source balance not told", provider=bank.name, code=answer.code)
        return Cover(Funds.DOWN)
    if answer.available is None:
        log.info("source balance unknown", provider=bank.name, status=str(answer.status), code=answer.code)
        return Cover(Funds.UNKNOWN)
    if answer.available >= amount:
        return Cover(Funds.ENOUGH, answer.available)
    log.warning("source account short", provider=bank.name, missing=amount - answer.available)
    count("SourceFundsShort", provider=bank.name)
    return Cover(Funds.SHORT, answer.available)
