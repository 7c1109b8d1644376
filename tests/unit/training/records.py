"""A purchase as a store gets it: the purchase, its invoice, its redeem code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prakerja.membership import DebitAt
from prakerja.training.model.catalogue import CourseType
from prakerja.training.model.purchase import Invoice, InvoiceState, Purchase, PurchaseState, RedeemCode
from tests.support.world import World

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
"""10:00 WIB."""
CODE = RedeemCode(
    redeem_code="ABC",
    person_id="person",
    purchase_id="c-1",
    institution="lpk",
    platform_name="Toko",
    course_code="C1",
    schedule_code="S1",
    invoice_code="INV-1",
    course_type=CourseType.WEBINAR,
    learning_method="WEBINAR",
    is_online_attendance=True,
    starts_at=NOW,
    ends_at=NOW + timedelta(days=5),
    sessions=3,
    state=PurchaseState.REDEEMED,
    redeemed_at=NOW,
)
"""Redeemed: a webinar of three sessions, daily at the same hour."""


def bought(world: World) -> tuple[Purchase, Invoice, RedeemCode]:
    """Bought now, nothing else has happened."""
    now = world.clock.programme()
    purchase = Purchase(
        person_id="person",
        purchase_id="c-1",
        state=PurchaseState.AUTHORISED,
        course_code="C1",
        schedule_code="S1",
        title="Dasar",
        institution="lpk",
        institution_name="Lpk",
        client_code="toko",
        platform_name="Toko",
        user_platform_id="u",
        invoice_code="INV-1",
        transaction_code="T1",
        redeem_code="ABC",
        amount=500_000,
        commission_basis_points=1500,
        debit_at=DebitAt.COMPLETION,
        is_first=True,
        bought_at=now,
    )
    invoice = Invoice(
        client_code="toko",
        invoice_code="INV-1",
        invoice_url="https://toko.example.test",
        transaction_code="T1",
        person_id="person",
        purchase_id="c-1",
        redeem_code="ABC",
        course_code="C1",
        schedule_code="S1",
        pool=0,
        amount=500_000,
        state=InvoiceState.SUCCESS,
        created_at=now,
    )
    code = RedeemCode(
        redeem_code="ABC",
        person_id="person",
        purchase_id="c-1",
        institution="lpk",
        platform_name="Toko",
        course_code="C1",
        schedule_code="S1",
        invoice_code="INV-1",
        course_type=CourseType.SELF_PACED,
        learning_method="SPL",
        is_online_attendance=True,
        starts_at=now,
        ends_at=now + timedelta(days=5),
        sessions=1,
    )
    return purchase, invoice, code
