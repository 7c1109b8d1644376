"""What membership publishes."""

from __future__ import annotations

from datetime import date

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


class DeadlinesToSweep(Message):
    """Look at the members of one shard whose deadline a day (WIB) is about; ``kind``: revoke, or remind so many days before."""

    topic = "membership.deadlines_to_sweep.v1"
    queue = "sweep_deadlines"

    kind: str
    day: date
    shard: str


class ExtensionApproved(Message):
    """Two operators agreed to give a member more time for the first purchase."""

    topic = "membership.extension_approved.v1"
    queue = "sweep_deadlines"

    person_id: str
    approval_id: str
