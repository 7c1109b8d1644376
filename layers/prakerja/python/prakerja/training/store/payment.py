"""PAYMENT items, and PAYMENT_OTP: how often a card was sent a code today."""

from __future__ import annotations

from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.platform.access_patterns import PAYMENT, PAYMENT_OTP
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.model.payment import CodesSent, Payment, PaymentState
from prakerja.training.store.moved import Moved

KEPT = timedelta(days=7)
"""How long a payment answers repeats."""


def payment_from_item(item: Item | None) -> Payment | None:
    """A payment from its stored item."""
    return record_of(Payment, item) if item else None


def load_payment(table: Table, payment_id: str) -> Payment | None:
    """One payment, or None."""
    return payment_from_item(table.get(PAYMENT, payment_id=payment_id))


def payment_code_target(table: Table, payment_id: str, now: datetime) -> tuple[str, int] | None:
    """Who is to get the code of a payment, and its resend number; None if no code is of use any more (wall time)."""
    payment = load_payment(table, payment_id)
    if payment is None or not payment.wants_code(now):
        return None
    return payment.person_id, payment.resend


def codes_sent_from_item(item: Item | None) -> CodesSent:
    """How often a card was sent a code (never, if there is no item)."""
    return record_of(CodesSent, item) if item else CodesSent()


def new_payment(payment: Payment) -> Part:
    """Store a payment that waits for its first code."""
    return put_new(PAYMENT, {**item_of(payment), **_expiry(payment)}, payment_id=payment.payment_id)


def resend_part(before: Payment, after: Payment) -> Part:
    """Begin the next code; the one before it is void."""
    return _change(before, {"resend": after.resend, "valid_until": to_text(after.valid_until), **_expiry(after)})


def wrong_part(payment: Payment, request: str) -> Part:
    """Count a wrong code, and remember the signed request that brought it."""
    return _change(payment, {"wrong": payment.wrong + 1, "wrong_requests": [*payment.wrong_requests, request]})


def used_part(payment: Payment, purchase_id: str, request: str) -> Part:
    """The right code was given, in this signed request. Nobody may have tried another one meanwhile."""
    return _change(payment, {"state": PaymentState.USED, "purchase_id": purchase_id, "used_by": request})


def codes_sent_part(person_id: str, before: CodesSent, after: CodesSent) -> Part:
    """Count a code, unless another one was counted meanwhile."""
    last = Attr("last_at")
    unchanged: ConditionBase = last.eq(to_text(before.last_at)) if before.last_at is not None else last.not_exists()
    expires = {"expires_at": int((after.last_at + timedelta(days=2)).timestamp())} if after.last_at else {}
    return put(PAYMENT_OTP, {**item_of(after), **expires}, when=unchanged, error=Moved(), person_id=person_id)


def _change(payment: Payment, changes: Item) -> Part:
    unchanged = (
        Attr("state").eq(PaymentState.WAITING) & Attr("wrong").eq(payment.wrong) & Attr("resend").eq(payment.resend)
    )
    return update(PAYMENT, set=changes, when=unchanged, error=Moved(), payment_id=payment.payment_id)


def _expiry(payment: Payment) -> Item:
    return {"expires_at": int((payment.valid_until + KEPT).timestamp())}
