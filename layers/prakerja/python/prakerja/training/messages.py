"""What training publishes. Ids only."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class PaymentCodeRequested(Message):
    """Send the ``resend``-th code (0 is the first) of a payment to the buyer's phone. The id alone buys nothing."""

    topic = "training.payment_code_requested.v1"
    queue = "notify_codes_phone"

    payment_id: str
    resend: int


class CancellationApproved(Message):
    """Two operators agreed to cancel a purchase."""

    topic = "training.cancellation_approved.v1"
    queue = "cancel_purchases"

    person_id: str
    approval_id: str


class ScheduleCancellationApproved(Message):
    """Two operators agreed to cancel a whole schedule."""

    topic = "training.schedule_cancellation_approved.v1"
    queue = "cancel_purchases"

    course_code: str
    approval_id: str


class SomeToCancel(Message):
    """Cancel the next purchases of one shard of a cancelled schedule: those after a redeem code, in the ``sequence``-th period of grace."""

    topic = "training.some_to_cancel.v1"
    queue = "cancel_purchases"

    course_code: str
    approval_id: str
    shard: str
    sequence: int = 0
    after_redeem_code: str | None = None


class CourseDue(Message):
    """The time of a course may be over: look whether it ends without completion."""

    topic = "training.course_due.v1"
    queue = "end_course"

    redeem_code: str


class CourseReviewed(Message):
    """A member has rated and reviewed a completed course."""

    topic = "training.course_reviewed.v1"
    queue = "schedule_incentive"

    person_id: str
    purchase_id: str
