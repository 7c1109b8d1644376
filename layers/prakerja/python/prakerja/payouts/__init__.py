"""Payouts: money from a released run to a member's account, proven. A case may let a shared account be paid,
and clear what lies in suspense."""

from prakerja.payouts.errors import BookedOtherwise, NotAcceptable
from prakerja.payouts.messages import AccountReady
from prakerja.payouts.store import load_payout
from prakerja.payouts.store.accounts import accept_sharing
from prakerja.payouts.store.suspense import (
    Suspended,
    back_to_the_fund,
    given_back,
    load_suspended,
    paid_by_it,
    was_given_back,
)

__all__ = [
    "AccountReady",
    "BookedOtherwise",
    "NotAcceptable",
    "Suspended",
    "accept_sharing",
    "back_to_the_fund",
    "given_back",
    "load_payout",
    "load_suspended",
    "paid_by_it",
    "was_given_back",
]
