"""What training publishes. Ids only."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class PaymentCodeRequested(Message):
    """Send the ``resend``-th code (0 is the first) of a payment to the buyer's phone. The id alone buys nothing."""

    topic = "training.payment_code_requested.v1"
    queue = "notify"

    payment_id: str
    resend: int


class CourseReviewed(Message):
    """A member has rated and reviewed a completed course."""

    topic = "training.course_reviewed.v1"
    queue = "schedule_incentive"

    person_id: str
    purchase_id: str
