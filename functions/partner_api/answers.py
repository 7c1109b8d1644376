"""What partners get: the ``data`` of each envelope, with the names and JSON types that existing clients read."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from prakerja.training.model.catalogue import CourseType
from prakerja.training.model.purchase import Invoice, Purchase, PurchaseState, RedeemCode

LABELS = {CourseType.SELF_PACED: "Pembelajaran Mandiri", CourseType.WEBINAR: "Webinar"}


def wire_time(moment: datetime) -> str:
    """``2023-10-24T10:54:45Z``: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class CodeData(BaseModel):
    """A redeem code, at one sequence."""

    redeem_code: str
    course_code: str
    invoice_code: str
    schedule_code: str
    status: int
    """1: redeemed; 0: not yet."""
    attendance_status: int
    """1: this sequence counts as attended (999: passed); 0: not yet."""
    redeem_at: str | None
    dp_platform: str
    schedule_start_end: str
    """Start and end as an ISO 8601 interval, UTC."""
    course_type: int
    course_type_label: str
    course_learning_method: str
    is_online_attendance: bool
    sequence: int

    @classmethod
    def of(cls, code: RedeemCode, sequence: int = 1) -> CodeData:
        """A code as an institution reads it."""
        return cls(
            redeem_code=code.redeem_code,
            course_code=code.course_code,
            invoice_code=code.invoice_code,
            schedule_code=code.schedule_code,
            status=int(code.is_redeemed),
            attendance_status=int(sequence in code.attended),
            redeem_at=wire_time(code.redeemed_at) if code.redeemed_at else None,
            dp_platform=code.platform_name,
            schedule_start_end=f"{wire_time(code.starts_at)}/{wire_time(code.ends_at)}",
            course_type=code.course_type.value,
            course_type_label=LABELS[code.course_type],
            course_learning_method=code.learning_method,
            is_online_attendance=code.is_online_attendance,
            sequence=sequence,
        )


class EvidenceData(BaseModel):
    """What is known of a sequence after a report, and whether the course is completed now."""

    redeem_code: str
    sequence: int
    passed: bool
    attendance_status: int
    completed: bool

    @classmethod
    def of(cls, code: RedeemCode, sequence: int) -> EvidenceData:
        """The evidence as it counts."""
        counted = sequence in code.attended
        return cls(
            redeem_code=code.redeem_code,
            sequence=sequence,
            passed=counted,
            attendance_status=int(counted),
            completed=code.state is PurchaseState.COMPLETED,
        )


class QuotaData(BaseModel):
    """How many seats can still be sold."""

    schedule_code: str
    course_code: str
    quota: int


class TokenData(BaseModel):
    """What ``authorize`` needs."""

    payment_token: str


class TransactionData(BaseModel):
    """A platform's transaction. ``redeem_code`` is what the member takes to the institution."""

    created_at: str
    invoice_code: str
    transaction_code: str
    amount: int
    status: str
    prakerja_name: str
    redeem_code: str

    @classmethod
    def of_purchase(cls, purchase: Purchase, name: str) -> TransactionData:
        """As ``authorize`` answers."""
        return cls(
            created_at=wire_time(purchase.bought_at),
            invoice_code=purchase.invoice_code,
            transaction_code=purchase.transaction_code,
            amount=purchase.amount,
            status="SUCCESS",
            prakerja_name=name,
            redeem_code=purchase.redeem_code,
        )

    @classmethod
    def of_invoice(cls, invoice: Invoice, name: str) -> TransactionData:
        """As ``payment/status`` answers."""
        return cls(
            created_at=wire_time(invoice.created_at),
            invoice_code=invoice.invoice_code,
            transaction_code=invoice.transaction_code,
            amount=invoice.amount,
            status=invoice.state.value,
            prakerja_name=name,
            redeem_code=invoice.redeem_code,
        )
