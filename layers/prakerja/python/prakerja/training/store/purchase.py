"""PURCHASE, INVOICE and REDEEM_CODE items: one purchase as its member, platform and institution see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import INVOICE, PURCHASE, REDEEM_CODE, Pattern
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.errors import (
    InvoiceUsed,
    PaymentUsed,
)
from prakerja.training.model.learning import finish_by
from prakerja.training.model.purchase import (
    OPEN,
    Invoice,
    InvoiceState,
    Purchase,
    PurchaseState,
    RedeemCode,
    Review,
    begun,
)
from prakerja.training.store.moved import Moved

COURSE_DUE_KIND = "COURSE"

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


def code_key(redeem_code: str) -> tuple[Pattern, Mapping[str, str | int]]:
    """A redeem code, for reading it along with other items."""
    return REDEEM_CODE, {"redeem_code": redeem_code}


def load_code(table: Table, redeem_code: str) -> RedeemCode | None:
    """One redeem code, or None."""
    return code_from_item(table.get(REDEEM_CODE, redeem_code=redeem_code))


def load_invoice(table: Table, invoice: Invoice) -> Invoice | None:
    """A transaction as it stands now."""
    return invoice_from_item(table.get(INVOICE, client_code=invoice.client_code, invoice_code=invoice.invoice_code))


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


def load_with_code(table: Table, person_id: str, purchase_id: str) -> tuple[Purchase, RedeemCode] | None:
    """One purchase of a person, as it stands, and its redeem code; None if it is not theirs."""
    purchase = load_purchase(table, person_id, purchase_id)
    code = load_code(table, purchase.redeem_code) if purchase else None
    return (begun(purchase, code), code) if purchase and code else None


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
    item = {**item_of(code), **_due_when_over(code)}
    return put_new(REDEEM_CODE, item, error=Moved(), redeem_code=code.redeem_code)


def due_codes_of(table: Table, shard: str, before: datetime) -> list[str]:
    """The redeem codes of a due shard whose course was to be completed before a time (programme time)."""
    return [key["redeem_code"] for key in table.due(REDEEM_CODE, shard, to_text(before))]


def _due_when_over(code: RedeemCode) -> Item:
    return {} if code.is_test else due(COURSE_DUE_KIND, code.redeem_code, to_text(finish_by(code)))


# cancelling, redeeming, learning ----------------------------------------------------------------------------------


def cancelled_parts(purchase: Purchase, code: RedeemCode, at: datetime, request: str | None = None) -> tuple[Part, ...]:
    """Cancel an open purchase in all three views of it; ``request``: with which the platform did so. Error: Moved."""
    by = {"cancelled_by": request} if request else {}
    return (
        update(
            INVOICE,
            set={"state": InvoiceState.CANCELLED, **by},
            when=Attr("state").eq(InvoiceState.SUCCESS),
            error=Moved(),
            client_code=purchase.client_code,
            invoice_code=purchase.invoice_code,
        ),
        *ended_parts(purchase, code, at),
    )


def ended_parts(purchase: Purchase, code: RedeemCode, at: datetime) -> tuple[Part, ...]:
    """End an open purchase for its member and institution: nothing more can be learnt with its code. Error: Moved."""
    over = replace(code, state=PurchaseState.CANCELLED, version=code.version + 1)
    ended = {"state": PurchaseState.CANCELLED, "cancelled_at": to_text(at)}
    return code_part(code, over), _purchase(purchase, ended)


def code_part(before: RedeemCode, after: RedeemCode) -> Part:
    """Write what changed on a code, if it is as it was read; one that is over is not due any more. Error: Moved."""
    return update(
        REDEEM_CODE,
        set=item_of(after, "state", "redeemed_at", "attended", "attendances", "skill_shown", "version"),
        remove=() if after.state in OPEN else NOT_DUE,
        when=Attr("version").eq(before.version) & Attr("state").eq(before.state),
        error=Moved(),
        redeem_code=before.redeem_code,
    )


def not_completed_part(purchase: Purchase) -> Part:
    """The purchase ends without completion."""
    return _purchase(purchase, {"state": PurchaseState.NOT_COMPLETED})


def completed_part(purchase: Purchase) -> Part:
    """The purchase is completed, as its fields say."""
    return _purchase(purchase, item_of(purchase, "state", "redeemed_at", "completed_at", "completion_number"))


def _purchase(purchase: Purchase, changed: Item) -> Part:
    """Change a purchase that is open, which its earlier form told apart as REDEEMED if it had begun."""
    return update(
        PURCHASE,
        set=changed,
        when=Attr("state").is_in(list(OPEN)),
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
