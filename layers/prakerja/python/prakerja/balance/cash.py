"""Cash on its way to members, in the ledger: the accounts, and the moves between them as data. Pure.

::

    FUND ──RESERVE──▶ IN_FLIGHT:{p} ──POST──▶ PAID:{p}
      ▲ ◀────VOID────────┘  │                    │
      │               RETURN_UNPOSTED         RETURN
      │                     ▼                    │
      └─RELEASE_RETURNED─ RETURNED:{p} ◀─────────┘
    PAID:{p} ──CLAIM──▶ CLAIMS ──REPAY──▶ FUND
                        CLAIMS ──RETURN_CLAIMED──▶ RETURNED:{p} ◀──RETURN_REPAID── OWED ◀──GIVE_BACK── FUND
    FUND ──FEE──▶ FEES:{p}      FUND ──SUSPEND──▶ SUSPENSE:{p} ──UNSUSPEND──▶ FUND
                                                  SUSPENSE:{p} ──ACCEPT──▶ PAID:{p}

A void says that the provider holds nothing: it may be booked only together with the proof of that. What is unknown
stays in flight.
"""

from __future__ import annotations

from enum import StrEnum

from prakerja.balance.model import FUND, in_flight_account, paid_account

CLAIMS = "CLAIMS"
"""What members were paid and owe back."""
OWED = "OWED"
"""What we owe members, below zero: they paid back what then came back by itself."""


class PayoutMove(StrEnum):
    """The ways in which cash moves; the value is the kind of the transfer."""

    RESERVE = "PAYOUT_RESERVE"
    """An attempt is about to be sent."""
    POST = "PAYOUT_POST"
    """The provider has paid it."""
    VOID = "PAYOUT_VOID"
    """The provider has proven that it was not carried out."""
    RETURN = "PAYOUT_RETURN"
    """It was paid, and the money came back."""
    RETURN_UNPOSTED = "PAYOUT_RETURN_UNPOSTED"
    """The first definite answer was that it had been paid and come back."""
    RELEASE_RETURNED = "PAYOUT_RELEASE_RETURNED"
    """What came back can be used again."""
    FEE = "PAYOUT_FEE"
    """The provider's charge."""
    SUSPEND = "PAYOUT_SUSPEND"
    """Money left the source account without an order of ours; it waits for a person."""
    UNSUSPEND = "PAYOUT_UNSUSPEND"
    """It came back."""
    ACCEPT = "PAYOUT_ACCEPT"
    """Two operators found out whose it was: it paid a payout that we thought unpaid."""
    CLAIM = "PAYOUT_CLAIM"
    """A member was paid without a right to it, and owes it."""
    REPAY = "PAYOUT_REPAY"
    """They paid it back, or part of it."""
    RETURN_CLAIMED = "PAYOUT_RETURN_CLAIMED"
    """What they owed came back by itself: it is claimed no more."""
    RETURN_REPAID = "PAYOUT_RETURN_REPAID"
    """What they had paid back came back by itself, too."""
    GIVE_BACK = "PAYOUT_GIVE_BACK"
    """They were given what we owed them."""


def fees_account(provider: str) -> str:
    """What a provider charged."""
    return f"FEES:{provider}"


def suspense_account(provider: str) -> str:
    """What left the source account without an order of ours."""
    return f"SUSPENSE:{provider}"


def returned_account(provider: str) -> str:
    """What came back after it had been paid, until it can be used again."""
    return f"RETURNED:{provider}"


def _fund(_: str) -> str:
    return FUND


def _claims(_: str) -> str:
    return CLAIMS


def _owed(_: str) -> str:
    return OWED


ACCOUNTS = {
    PayoutMove.RESERVE: (_fund, in_flight_account),
    PayoutMove.POST: (in_flight_account, paid_account),
    PayoutMove.VOID: (in_flight_account, _fund),
    PayoutMove.RETURN: (paid_account, returned_account),
    PayoutMove.RETURN_UNPOSTED: (in_flight_account, returned_account),
    PayoutMove.RELEASE_RETURNED: (returned_account, _fund),
    PayoutMove.FEE: (_fund, fees_account),
    PayoutMove.SUSPEND: (_fund, suspense_account),
    PayoutMove.UNSUSPEND: (suspense_account, _fund),
    PayoutMove.ACCEPT: (suspense_account, paid_account),
    PayoutMove.CLAIM: (paid_account, _claims),
    PayoutMove.REPAY: (_claims, _fund),
    PayoutMove.RETURN_CLAIMED: (_claims, returned_account),
    PayoutMove.RETURN_REPAID: (_owed, returned_account),
    PayoutMove.GIVE_BACK: (_fund, _owed),
}
"""Which account a move debits (money leaves it) and which it credits, given the provider."""


def accounts_of_move(move: PayoutMove, provider: str) -> tuple[str, str]:
    """Debit and credit account of a move at a provider."""
    debit, credit = ACCOUNTS[move]
    return debit(provider), credit(provider)
