"""PURCHASE, INVOICE and REDEEM_CODE items: one purchase as its member, platform and institution see it."""

from __future__ import annotations

from dataclasses import replace

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import INVOICE, PURCHASE, REDEEM_CODE
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.errors import (
    InvoiceUsed,
    PaymentUsed,
    TransactionVoid,
)
from prakerja.training.model.purchase import (
    Invoice,
    InvoiceState,
    Purchase,
    PurchaseState,
    RedeemCode,
    Review,
    begun,
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


def load_code(table: Table, redeem_code: str) -> RedeemCode | None:
    """One redeem code, or None."""
    return code_from_item(table.get(REDEEM_CODE, redeem_code=redeem_code))


def load_purchase(table: Table, person_id: str, purchase_id: str) -> Purchase | None:
    """One purchase of a person, or None."""
    return purchase_from_item(table.get(PURCHASE, person_id=person_id, purchase_id=purchase_id))


def purchases_of(table: Table, person_id: str) -> list[Purchase]:
    """All purchases of a person (one at a time is open, so they are few), oldest first."""
    found = _purchases(table, person_id)
    keys = [{"redeem_code": purchase.redeem_code} for purchase in found if purchase.state is PurchaseState.AUTHORISED]
    codes = map(code_from_item, table.batch_get(*((REDEEM_CODE, key) for key in keys)) if keys else [])
    by_purchase = {code.purchase_id: code for code in codes if code}
    return [begun(purchase, by_purchase.get(purchase.purchase_id)) for purchase in found]


def first_completed(table: Table, person_id: str) -> Purchase | None:
    """The course that a person completed first, or None. It is the one that earns the incentive."""
    done = [purchase for purchase in _purchases(table, person_id) if purchase.completion_number is not None]
    return min(done, key=lambda purchase: purchase.completion_number or 0, default=None)


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
        _purchase(purchase, {"state": PurchaseState.CANCELLED}),
        update(
            REDEEM_CODE,
            set={"state": PurchaseState.CANCELLED},
            when=Attr("state").eq(PurchaseState.AUTHORISED),
            error=Moved(),
            redeem_code=purchase.redeem_code,
        ),
    )


def ended_parts(purchase: Purchase, code: RedeemCode) -> tuple[Part, ...]:
    """End a purchase whose course has begun, with the membership: nothing more can be learnt with its code."""
    over = replace(code, state=PurchaseState.CANCELLED, version=code.version + 1)
    return code_part(code, over), _purchase(purchase, {"state": PurchaseState.CANCELLED})


def code_part(before: RedeemCode, after: RedeemCode) -> Part:
    """Write what changed on a code, if it is as it was read. Error: Moved."""
    return update(
        REDEEM_CODE,
        set=item_of(after, "state", "redeemed_at", "attended", "evidence", "version"),
        when=Attr("version").eq(before.version) & Attr("state").eq(before.state),
        error=Moved(),
        redeem_code=before.redeem_code,
    )


def completed_part(purchase: Purchase) -> Part:
    """The purchase is completed, as its fields say."""
    return _purchase(purchase, item_of(purchase, "state", "redeemed_at", "completed_at", "completion_number"))


def _purchase(purchase: Purchase, changed: Item) -> Part:
    """Change a purchase that is open, which its earlier form told apart as REDEEMED if it had begun."""
    return update(
        PURCHASE,
        set=changed,
        when=Attr("state").is_in([PurchaseState.AUTHORISED, PurchaseState.REDEEMED]),
        error=Moved(),
        person_id=purchase.person_id,
        purchase_id=purchase.purchase_id,
    )


def _purchases(table: Table, person_id: str) -> list[Purchase]:
    page = table.query(PURCHASE, person_id=person_id)
    return sorted((record_of(Purchase, item) for item in page.items), key=lambda purchase: purchase.bought_at)


# reviewing --------------------------------------------------------------------------------------------------------


def review_part(person_id: str, review: Review) -> Part:
    """Keep a review on its purchase, once. Error: Moved."""
    return update(
        PURCHASE,
        set={"rating": review.rating, "review": review.text, **item_of(review, "reviewed_at")},
        when=Attr("reviewed_at").not_exists(),
        error=Moved(),
        person_id=person_id,
        purchase_id=review.purchase_id,
    )
