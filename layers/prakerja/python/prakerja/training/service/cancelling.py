"""A platform asks how its transaction stands, or cancels it before the course begins."""

from __future__ import annotations

from prakerja.balance import balance_from_item
from prakerja.membership import MembershipState, close_purchase_part, load_scheme, membership_from_item
from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PERSON_IDENTITY, PURCHASE, REDEEM_CODE
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import TransactionUnknown, TransactionVoid
from prakerja.training.model.purchase import Invoice, InvoiceState, require_not_begun, require_voidable
from prakerja.training.service.buyers import name_of
from prakerja.training.service.moving import again_if_moved, unless_moved
from prakerja.training.service.paying_back import pay_back
from prakerja.training.store.catalogue import seat_part, seats_from_item, seats_key
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import cancelled_parts, code_from_item, load_invoice, purchase_from_item


def transaction(p: Platform, *, platform: Partner, invoice: Invoice | None) -> tuple[Invoice, str]:
    """A platform's transaction and the member's name. Raises TransactionUnknown."""
    platform.require(PartnerKind.PLATFORM)
    # load (the invoice came with the partner)
    if invoice is None:
        raise TransactionUnknown
    identity = p.table.get(PERSON_IDENTITY, person_id=invoice.person_id)
    return invoice, name_of(p, invoice.person_id, identity)


def cancel(p: Platform, *, platform: Partner, invoice: Invoice | None, transaction_code: str, request: str) -> None:
    """Cancel a transaction whose course has not begun: the money, the seat and the member's freedom to buy come back.

    ``request`` names the signed request: the very same one again is answered as the first time. Raises
    TransactionUnknown, TransactionVoid (for another request to cancel it, as the contract wants), AlreadyRedeemed.
    """
    platform.require(PartnerKind.PLATFORM)

    def attempt(is_repeat: bool) -> None:
        # load (the first time, the invoice came with the partner)
        current = load_invoice(p.table, invoice) if is_repeat and invoice else invoice
        # decide
        voidable = require_voidable(current, transaction_code, request)
        if voidable.state is InvoiceState.CANCELLED:
            return
        try:
            _cancel(p, voidable, request)
        except TransactionVoid:
            if is_repeat:
                raise
            raise Moved from None  # was it this very request, sent twice at once?

    again_if_moved(attempt)


def _cancel(p: Platform, invoice: Invoice, request: str) -> None:
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
    now, membership = p.clock.programme(), membership_from_item(member_item)
    scheme = load_scheme(p.table, membership.scheme_name, membership.scheme_version)
    counts_again = purchase.is_first and membership.state is MembershipState.ACTIVE  # who was revoked stays so
    undo_first = (now, scheme.deadline_rule.days_after_void) if counts_again else None
    is_told = membership.state is not MembershipState.REVOKED  # who was, heard that, and gets nothing back
    # commit, announce
    unless_moved(
        p.table.commit(
            *cancelled_parts(purchase, code, now, request),
            *pay_back(balance_from_item(balance_item), purchase, now),
            close_purchase_part(membership, purchase.purchase_id, undo_first=undo_first),
            seat_part(purchase.course_code, purchase.schedule_code, seats, +1),
            evidence(purchase.person_id, "PURCHASE_CANCELLED", now, purchase_id=purchase.purchase_id),
            outbox=[notice(purchase.person_id, NoticeKind.PURCHASE_CANCELLED, purchase.purchase_id)] if is_told else [],
        )
    )
    count("PurchaseCancelled")
