"""A platform asks how its transaction stands, or cancels it before the course begins."""

from __future__ import annotations

from datetime import datetime

from prakerja.balance import Balance, balance_from_item, refund_parts, void_parts
from prakerja.membership import DebitAt, close_purchase_part, membership_from_item
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PERSON_IDENTITY, PURCHASE, REDEEM_CODE
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.parts import Part
from prakerja.training.errors import TransactionUnknown
from prakerja.training.model.purchase import Invoice, Purchase, require_not_begun, require_voidable
from prakerja.training.service.moving import again_if_moved
from prakerja.training.service.names import name_of
from prakerja.training.store.catalogue import seat_part, seats_from_item, seats_key
from prakerja.training.store.purchase import cancelled_parts, code_from_item, purchase_from_item


def transaction(p: Platform, *, platform: Partner, invoice: Invoice | None) -> tuple[Invoice, str]:
    """A platform's transaction and the member's name. Raises TransactionUnknown."""
    platform.require(PartnerKind.PLATFORM)
    # load (the invoice came with the partner)
    if invoice is None:
        raise TransactionUnknown
    identity = p.table.get(PERSON_IDENTITY, person_id=invoice.person_id)
    return invoice, name_of(p, invoice.person_id, identity)


def cancel(p: Platform, *, platform: Partner, invoice: Invoice | None, transaction_code: str) -> None:
    """Cancel a transaction whose course has not begun: the money, the seat and the member's freedom to buy come back.

    Raises TransactionUnknown, TransactionVoid (also for the second time, as the contract wants it), AlreadyRedeemed.
    """
    platform.require(PartnerKind.PLATFORM)
    voidable = require_voidable(invoice, transaction_code)
    again_if_moved(lambda _: _cancel(p, voidable))


def _cancel(p: Platform, invoice: Invoice) -> None:
    # load (the invoice came with the partner)
    person = {"person_id": invoice.person_id}
    purchase_item, code_item, balance_item, member_item, seats_item = p.table.batch_get(
        (PURCHASE, {**person, "purchase_id": invoice.purchase_id}),
        (REDEEM_CODE, {"redeem_code": invoice.redeem_code}),
        (BALANCE, person),
        (MEMBERSHIP, person),
        seats_key(invoice.course_code, invoice.schedule_code, invoice.pool),
    )
    purchase, code = purchase_from_item(purchase_item), code_from_item(code_item)
    if purchase is None or code is None or balance_item is None or member_item is None:
        raise TransactionUnknown
    seats = seats_from_item(seats_item, invoice.pool)
    # decide
    require_not_begun(code)
    now = p.clock.programme()
    # commit
    p.table.commit(
        *cancelled_parts(purchase),
        *_pay_back(balance_from_item(balance_item), purchase, now),
        close_purchase_part(membership_from_item(member_item), purchase.purchase_id, undo_first=purchase.is_first),
        seat_part(purchase.course_code, purchase.schedule_code, seats, +1),
        evidence(purchase.person_id, "PURCHASE_CANCELLED", now, purchase_id=purchase.purchase_id),
    )
    count("PurchaseCancelled")


def _pay_back(balance: Balance, purchase: Purchase, now: datetime) -> tuple[Part, Part]:
    if purchase.debit_at is DebitAt.PURCHASE:
        return refund_parts(balance, purchase.amount, purchase.purchase_id, now, purchase.institution)
    return void_parts(balance, purchase.amount, purchase.purchase_id, now)
