"""Payouts: money from a released run to a member's account, proven. A case may let a shared account be paid."""

from prakerja.payouts.messages import AccountReady
from prakerja.payouts.store.accounts import accept_sharing

__all__ = ["AccountReady", "accept_sharing"]
