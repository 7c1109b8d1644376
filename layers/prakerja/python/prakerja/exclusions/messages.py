"""What exclusions publish."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class ExclusionChanged(Message):
    """A person entered a list or left one, or their time on it is over: what is being paid to them is looked at again."""

    topic = "exclusions.changed.v1"
    queue = "prepare_payouts"

    person_id: str


class LiftApproved(Message):
    """Two operators agreed to take a NIK off a list. ``exclusion_id``: its digest."""

    topic = "exclusions.lift_approved.v1"
    queue = "prepare_payouts"

    exclusion_id: str
    approval_id: str
