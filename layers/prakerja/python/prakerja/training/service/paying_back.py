"""The price of a cancelled course goes back to where it was taken from."""

from __future__ import annotations

from datetime import datetime

from prakerja.balance import Balance, refund_parts, void_parts
from prakerja.membership import DebitAt
from prakerja.platform.parts import Part
from prakerja.training.model.purchase import Purchase


def pay_back(balance: Balance, purchase: Purchase, now: datetime) -> tuple[Part, Part]:
    """Parts that make the price available again, reserved or spent as it was by the member's scheme."""
    if purchase.debit_at is DebitAt.PURCHASE:
        return refund_parts(balance, purchase.amount, purchase.purchase_id, now, purchase.institution)
    return void_parts(balance, purchase.amount, purchase.purchase_id, now)
