"""What membership publishes."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class RevocationApproved(Message):
    """Two operators agreed to end a membership."""

    topic = "membership.revocation_approved.v1"
    queue = "end_membership"

    person_id: str
    approval_id: str


class MembershipRevoked(Message):
    """A membership has ended before its time: money, courses and payouts follow, each in its own context."""

    topic = "membership.revoked.v1"
    queue = "end_membership"

    person_id: str
