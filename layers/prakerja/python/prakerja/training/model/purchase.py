"""A bought course: paid, redeemed, completed by evidence, reviewed; or cancelled before it began. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from prakerja.membership import CompletionRule, DebitAt
from prakerja.training.errors import (
    AlreadyRedeemed,
    CodeCancelled,
    CodeUnknown,
    NotCompleted,
    PurchaseOver,
    PurchaseUnknown,
    TransactionUnknown,
    TransactionVoid,
)
from prakerja.training.model.catalogue import CourseType

TEST_PREFIX = "PRAT-"


class PurchaseState(StrEnum):
    """AUTHORISED (paid), REDEEMED (begun), COMPLETED (proven), NOT_COMPLETED (not proven in time) or CANCELLED (before it
    began, or with its membership)."""

    AUTHORISED = "AUTHORISED"
    REDEEMED = "REDEEMED"
    COMPLETED = "COMPLETED"
    NOT_COMPLETED = "NOT_COMPLETED"
    CANCELLED = "CANCELLED"


OPEN = (PurchaseState.AUTHORISED, PurchaseState.REDEEMED)
"""The states in which a purchase can still become something else."""


@dataclass(frozen=True)
class Purchase:
    """A course that a member bought. ``amount`` in rupiah, as agreed at the sale."""

    person_id: str
    purchase_id: str
    state: PurchaseState
    course_code: str
    schedule_code: str
    title: str
    institution: str
    institution_name: str
    client_code: str
    """The platform that sold it."""
    platform_name: str
    user_platform_id: str
    invoice_code: str
    transaction_code: str
    redeem_code: str
    amount: int
    commission_basis_points: int
    debit_at: DebitAt
    is_first: bool
    """The member's first: cancelling it makes the deadline for the first purchase count again."""
    bought_at: datetime
    redeemed_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    completion_number: int | None = None
    """1 for the member's first completed course."""
    rating: int | None = None
    review: str | None = None
    reviewed_at: datetime | None = None


class InvoiceState(StrEnum):
    """What a platform is told about its transaction."""

    SUCCESS = "SUCCESS"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Invoice:
    """A platform's transaction under its own invoice code."""

    client_code: str
    invoice_code: str
    invoice_url: str
    transaction_code: str
    person_id: str
    purchase_id: str
    redeem_code: str
    course_code: str
    schedule_code: str
    pool: int
    """The pool of seats that the seat was taken from."""
    amount: int
    state: InvoiceState
    created_at: datetime
    cancelled_by: str | None = None
    """The signed request with which the platform cancelled it."""


@dataclass(frozen=True)
class Attended:
    """One sequence, attended by the member in person. Programme time."""

    sequence: int
    at: datetime


@dataclass(frozen=True)
class RedeemCode:
    """All that an institution may see of a purchase. ``version`` counts its changes."""

    redeem_code: str
    person_id: str
    purchase_id: str
    institution: str
    platform_name: str
    course_code: str
    schedule_code: str
    invoice_code: str
    course_type: CourseType
    learning_method: str
    is_online_attendance: bool
    starts_at: datetime
    ends_at: datetime
    sessions: int
    state: PurchaseState = PurchaseState.AUTHORISED
    redeemed_at: datetime | None = None
    attended: tuple[int, ...] = ()
    """Sequences that count as attended; 999 is the post-test."""
    attendances: tuple[Attended, ...] = ()
    """When each was attended, in that order."""
    skill_shown: bool = False
    """The skill demonstration was handed in and got feedback."""
    session_starts: tuple[datetime, ...] = ()
    title: str = ""
    institution_name: str = ""
    rule: CompletionRule = field(default_factory=CompletionRule)
    """What proves the course, as it was at the sale."""
    reset_by: str | None = None
    """Of a test code: the request that put it back last."""
    version: int = 1

    @property
    def is_redeemed(self) -> bool:
        """Has the course begun?"""
        return self.redeemed_at is not None and self.state is not PurchaseState.CANCELLED

    @property
    def is_test(self) -> bool:
        """A code for trying an institution's software: nobody's, without money and without time."""
        return self.redeem_code.startswith(TEST_PREFIX)


@dataclass(frozen=True)
class Review:
    """A member's stars (1 to 5) and words about a completed course."""

    purchase_id: str
    course_code: str
    rating: int
    text: str
    reviewed_at: datetime


def require_code(code: RedeemCode | None, institution: str) -> RedeemCode:
    """The code, if this institution teaches its course. Raises CodeUnknown, CodeCancelled."""
    if code is None or code.institution != institution:
        raise CodeUnknown
    if code.state is PurchaseState.CANCELLED:
        raise CodeCancelled
    return code


def require_voidable(invoice: Invoice | None, transaction_code: str, request: str) -> Invoice:
    """The platform's own transaction, not cancelled yet unless by this very request.

    Raises TransactionUnknown, TransactionVoid.
    """
    if invoice is None or invoice.transaction_code != transaction_code:
        raise TransactionUnknown
    if invoice.state is InvoiceState.CANCELLED and invoice.cancelled_by != request:
        raise TransactionVoid
    return invoice


def require_not_begun(code: RedeemCode) -> None:
    """Raises AlreadyRedeemed, TransactionVoid, PurchaseOver if it is too late to cancel."""
    if code.state is PurchaseState.CANCELLED:
        raise TransactionVoid
    if code.state is PurchaseState.NOT_COMPLETED:
        raise PurchaseOver
    if code.is_redeemed:
        raise AlreadyRedeemed


def begun(purchase: Purchase, code: RedeemCode | None) -> Purchase:
    """An open purchase as it stands: only its code is told that the course has begun."""
    if code is None or code.state is not PurchaseState.REDEEMED:
        return purchase
    return replace(purchase, state=PurchaseState.REDEEMED, redeemed_at=code.redeemed_at)


def review_of(purchase: Purchase) -> Review | None:
    """The review that was given, or None."""
    if purchase.reviewed_at is None:
        return None
    return Review(
        purchase.purchase_id, purchase.course_code, purchase.rating or 0, purchase.review or "", purchase.reviewed_at
    )


def require_reviewable(purchase: Purchase | None) -> Purchase:
    """The member's own purchase, completed. Raises PurchaseUnknown, NotCompleted."""
    if purchase is None:
        raise PurchaseUnknown
    if purchase.state is not PurchaseState.COMPLETED:
        raise NotCompleted
    return purchase
