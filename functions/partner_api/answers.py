"""What partners get: the ``data`` of each envelope, with the names and JSON types that existing clients read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from prakerja.platform.ids import derived
from prakerja.training.model.attendance import Visit
from prakerja.training.model.catalogue import CourseType
from prakerja.training.model.purchase import Invoice, Purchase, RedeemCode
from prakerja.training.model.task import Task, TaskStatus, statuses_of

LABELS = {
    CourseType.SELF_PACED: "Pembelajaran Mandiri",
    CourseType.WEBINAR: "Webinar",
    CourseType.OFFLINE: "Luring",
}
MAX_SAFE_INTEGER = 2**53 - 1
"""The largest whole number that JavaScript keeps."""


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
    """1: this sequence counts as attended (999: the post-test); 0: not yet."""
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


class CourseData(BaseModel):
    """How a course is taught."""

    type: int
    learning_method: str


class AttendanceData(BaseModel):
    """Where to send the participant's browser, and the state by which it comes back."""

    url: str
    state: str
    course: CourseData

    @classmethod
    def of(cls, visit: Visit, code: RedeemCode, site_url: str) -> AttendanceData:
        """The participant's way, on our own pages."""
        return cls(
            url=f"{site_url}/attendance/{visit.state}",
            state=visit.state,
            course=CourseData(type=code.course_type.value, learning_method=code.learning_method),
        )


class TaskData(BaseModel):
    """A task as it was handed in. ``id`` fits into a number of every client (53 bits)."""

    id: int
    redeem_code: str
    scope: str
    sequence: int
    status: int
    url_file: str

    @classmethod
    def of(cls, task: Task, url_file: str) -> TaskData:
        """As ``tpm/submission`` answers: what was handed in with this request, whatever came after it."""
        return cls(status=TaskStatus.SUCCESS, url_file=url_file, **_named(task))


class FeedbackData(TaskData):
    """The feedback to a task."""

    notes: str

    @classmethod
    def of_feedback(cls, task: Task, notes: str, url_file: str) -> FeedbackData:
        """As ``tpm/feedback/submission`` answers: what was given with this request, whatever came after it."""
        return cls(status=TaskStatus.SUCCESS, url_file=url_file, notes=notes, **_named(task))


class StandData(BaseModel):
    """0: not submitted, 1: pending, 2: success, 3: failed."""

    redeem_code: str
    scope: str
    sequence: int
    status: int


class TaskStatusData(BaseModel):
    """How a task and its feedback stand; both are always there."""

    assignment: StandData
    feedback: StandData

    @classmethod
    def of(cls, redeem_code: str, scope: str, sequence: int, task: Task | None) -> TaskStatusData:
        """As ``tpm/submission/status`` answers."""
        assignment, feedback = (
            StandData(redeem_code=redeem_code, scope=scope, sequence=sequence, status=status)
            for status in statuses_of(task)
        )
        return cls(assignment=assignment, feedback=feedback)


def _named(task: Task) -> dict[str, Any]:
    number = int(derived("task", task.redeem_code, task.scope, str(task.sequence)).replace("-", ""), 16)
    return {
        "id": number & MAX_SAFE_INTEGER,
        "redeem_code": task.redeem_code,
        "scope": task.scope.value,
        "sequence": task.sequence,
    }


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
