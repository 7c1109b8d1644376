"""A bought course: paid, redeemed, completed by evidence, reviewed; or cancelled before it began. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.membership import DebitAt
from prakerja.training.errors import (
    AlreadyRedeemed,
    CodeCancelled,
    CodeUnknown,
    CompletedInFuture,
    EvidenceContradicts,
    NotCompleted,
    NotRedeemed,
    PurchaseUnknown,
    SequenceNotTaught,
    TransactionUnknown,
    TransactionVoid,
)
from prakerja.training.model.catalogue import POST_TEST, CourseType

CLOCK_SKEW = timedelta(minutes=5)
"""How far an institution's clock may be ahead of ours."""


class PurchaseState(StrEnum):
    """AUTHORISED (paid), REDEEMED (begun), COMPLETED (proven) or CANCELLED (before it began, or with its membership)."""

    AUTHORISED = "AUTHORISED"
    REDEEMED = "REDEEMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


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


@dataclass(frozen=True)
class Evidence:
    """What an institution reports about one session or the post-test."""

    sequence: int
    passed: bool
    score: int | None
    """0 to 100."""
    completed_at: datetime
    recorded_at: datetime


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
    """Sequences with evidence that counts; 999 is the passed post-test."""
    evidence: tuple[Evidence, ...] = ()
    """The last report of each sequence, by sequence."""
    version: int = 1

    @property
    def is_redeemed(self) -> bool:
        """Has the course begun?"""
        return self.state in (PurchaseState.REDEEMED, PurchaseState.COMPLETED)


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


def redeemed(code: RedeemCode, now: datetime) -> RedeemCode:
    """The code after its first use."""
    return replace(code, state=PurchaseState.REDEEMED, redeemed_at=now, version=code.version + 1)


def require_voidable(invoice: Invoice | None, transaction_code: str) -> Invoice:
    """The platform's own transaction, not cancelled yet. Raises TransactionUnknown, TransactionVoid."""
    if invoice is None or invoice.transaction_code != transaction_code:
        raise TransactionUnknown
    if invoice.state is InvoiceState.CANCELLED:
        raise TransactionVoid
    return invoice


def require_not_begun(code: RedeemCode) -> None:
    """Raises AlreadyRedeemed, TransactionVoid if it is too late to cancel."""
    if code.state is PurchaseState.CANCELLED:
        raise TransactionVoid
    if code.is_redeemed:
        raise AlreadyRedeemed


def begun(purchase: Purchase, code: RedeemCode | None) -> Purchase:
    """An open purchase as it stands: only its code is told that the course has begun."""
    if code is None or code.state is not PurchaseState.REDEEMED:
        return purchase
    return replace(purchase, state=PurchaseState.REDEEMED, redeemed_at=code.redeemed_at)


def decide_evidence(code: RedeemCode, evidence: Evidence) -> RedeemCode | None:
    """The code with this evidence, counted if it was passed; None if it was counted before.

    Raises NotRedeemed, SequenceNotTaught, CompletedInFuture, EvidenceContradicts.
    """
    if not code.is_redeemed:
        raise NotRedeemed
    if evidence.sequence != POST_TEST and not 1 <= evidence.sequence <= code.sessions:
        raise SequenceNotTaught(sessions=code.sessions)
    if evidence.completed_at > evidence.recorded_at + CLOCK_SKEW:
        raise CompletedInFuture
    if evidence.sequence in code.attended:
        if not evidence.passed:
            raise EvidenceContradicts
        return None
    others = [before for before in code.evidence if before.sequence != evidence.sequence]
    reported = tuple(sorted([*others, evidence], key=lambda each: each.sequence))
    counted = (*code.attended, evidence.sequence) if evidence.passed else code.attended
    return replace(code, attended=tuple(sorted(counted)), evidence=reported, version=code.version + 1)


def decide_completion(code: RedeemCode) -> bool:
    """Does the evidence prove the course: every session of the schedule and the post-test? True once only."""
    required = {*range(1, code.sessions + 1), POST_TEST}
    return code.state is PurchaseState.REDEEMED and required <= set(code.attended)


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
