"""PURCHASE, INVOICE, REDEEM_CODE, LEARNING and REVIEW items: one purchase as its member, platform and institution see it."""

from __future__ import annotations

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import INVOICE, LEARNING, PURCHASE, REDEEM_CODE, REVIEW
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.errors import (
    AlreadyReviewed,
    InvoiceUsed,
    PaymentUsed,
    TransactionVoid,
)
from prakerja.training.model.purchase import (
    Evidence,
    Invoice,
    InvoiceState,
    Purchase,
    PurchaseState,
    RedeemCode,
    Review,
)
from prakerja.training.store.moved import Moved

# reading ----------------------------------------------------------------------------------------------------------


def purchase_from_item(item: Item | None) -> Purchase | None:
    """A purchase from its stored item."""
    return record_of(Purchase, item) if item else None


def invoice_from_item(item: Item | None) -> Invoice | None:
    """A platform's transaction from its stored item."""
    return record_of(Invoice, item) if item else None


def code_from_item(item: Item | None) -> RedeemCode | None:
    """A redeem code from its stored item."""
    return record_of(RedeemCode, item) if item else None


def review_from_item(item: Item | None) -> Review | None:
    """A review from its stored item."""
    return record_of(Review, item) if item else None


def load_code(table: Table, redeem_code: str) -> RedeemCode | None:
    """One redeem code, or None."""
    return code_from_item(table.get(REDEEM_CODE, redeem_code=redeem_code))


def load_purchase(table: Table, person_id: str, purchase_id: str) -> Purchase | None:
    """One purchase of a person, or None."""
    return purchase_from_item(table.get(PURCHASE, person_id=person_id, purchase_id=purchase_id))


def purchases_of(table: Table, person_id: str) -> list[Purchase]:
    """All purchases of a person (one at a time is open, so they are few), oldest first."""
    page = table.query(PURCHASE, person_id=person_id)
    return sorted((record_of(Purchase, item) for item in page.items), key=lambda purchase: purchase.bought_at)


def first_completed(table: Table, person_id: str) -> Purchase | None:
    """The course that a person completed first, or None. It is the one that earns the incentive."""
    done = [purchase for purchase in purchases_of(table, person_id) if purchase.completion_number is not None]
    return min(done, key=lambda purchase: purchase.completion_number or 0, default=None)


def is_reviewed(table: Table, person_id: str, purchase_id: str) -> bool:
    """Has the person rated and reviewed this purchase?"""
    return table.get(REVIEW, person_id=person_id, purchase_id=purchase_id) is not None


# buying -----------------------------------------------------------------------------------------------------------


def new_purchase(purchase: Purchase, payment_id: str) -> Part:
    """Store a purchase. The same payment under the same invoice is a repeat; error otherwise: PaymentUsed."""
    return put_new(
        PURCHASE,
        item_of(purchase),
        error=PaymentUsed(),
        fingerprint=fingerprint([payment_id, purchase.client_code, purchase.invoice_code]),
        person_id=purchase.person_id,
        purchase_id=purchase.purchase_id,
    )


def new_invoice(invoice: Invoice) -> Part:
    """Store a platform's transaction. Error: InvoiceUsed."""
    return put_new(
        INVOICE,
        item_of(invoice),
        error=InvoiceUsed(),
        client_code=invoice.client_code,
        invoice_code=invoice.invoice_code,
    )


def new_code(code: RedeemCode) -> Part:
    """Store a redeem code; drawn again in the unlikely case that it exists."""
    return put_new(REDEEM_CODE, item_of(code), error=Moved(), redeem_code=code.redeem_code)


# cancelling, redeeming, learning ----------------------------------------------------------------------------------


def cancelled_parts(purchase: Purchase) -> tuple[Part, ...]:
    """Cancel a purchase that has not begun, in all three views of it."""
    return (
        update(
            INVOICE,
            set={"state": InvoiceState.CANCELLED},
            when=Attr("state").eq(InvoiceState.SUCCESS),
            error=TransactionVoid(),
            client_code=purchase.client_code,
            invoice_code=purchase.invoice_code,
        ),
        _purchase(purchase.person_id, purchase.purchase_id, {"state": PurchaseState.CANCELLED}),
        update(
            REDEEM_CODE,
            set={"state": PurchaseState.CANCELLED},
            when=Attr("state").eq(PurchaseState.AUTHORISED),
            error=Moved(),
            redeem_code=purchase.redeem_code,
        ),
    )


def redeem_parts(before: RedeemCode, after: RedeemCode) -> tuple[Part, ...]:
    """Redeem a code that nobody has redeemed or cancelled meanwhile."""
    changed = item_of(after, "state", "redeemed_at")
    return code_part(before, after), _purchase(before.person_id, before.purchase_id, changed)


def code_part(before: RedeemCode, after: RedeemCode) -> Part:
    """Write what changed on a code, if it is as it was read. Error: Moved."""
    return update(
        REDEEM_CODE,
        set=item_of(after, "state", "redeemed_at", "attended", "version"),
        when=Attr("version").eq(before.version) & Attr("state").eq(before.state),
        error=Moved(),
        redeem_code=before.redeem_code,
    )


def evidence_part(code: RedeemCode, evidence: Evidence) -> Part:
    """Record evidence; what was passed is never overwritten. Error: Moved."""
    not_passed_yet = Attr("passed").not_exists() | Attr("passed").eq(False)
    return put(
        LEARNING,
        item_of(evidence),
        when=not_passed_yet,
        error=Moved(),
        purchase_id=code.purchase_id,
        kind=evidence.kind,
        sequence=evidence.sequence,
    )


def completed_part(purchase: Purchase) -> Part:
    """The purchase is completed, as its fields say."""
    changed = item_of(purchase, "state", "completed_at", "completion_number")
    return _purchase(purchase.person_id, purchase.purchase_id, changed, before=PurchaseState.REDEEMED)


def _purchase(
    person_id: str, purchase_id: str, changed: Item, before: PurchaseState = PurchaseState.AUTHORISED
) -> Part:
    return update(
        PURCHASE,
        set=changed,
        when=Attr("state").eq(before),
        error=Moved(),
        person_id=person_id,
        purchase_id=purchase_id,
    )


# reviewing --------------------------------------------------------------------------------------------------------


def review_parts(person_id: str, review: Review, mark: str) -> tuple[Part, ...]:
    """Store a review, once; the same again is a repeat. Error: AlreadyReviewed."""
    return (
        put_new(
            REVIEW,
            item_of(review),
            error=AlreadyReviewed(),
            fingerprint=mark,
            person_id=person_id,
            purchase_id=review.purchase_id,
        ),
        update(PURCHASE, set=item_of(review, "reviewed_at"), person_id=person_id, purchase_id=review.purchase_id),
    )
