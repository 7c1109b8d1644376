"""What incentives publish."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class ClaimDue(Message):
    """The time to pay an incentive back is over."""

    topic = "incentives.claim_due.v1"
    queue = "end_membership"

    person_id: str
    kind: str
    number: int
