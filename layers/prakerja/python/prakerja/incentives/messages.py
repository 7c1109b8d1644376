"""What incentives publish."""

from __future__ import annotations

from datetime import date

from prakerja.platform.outbox import Message


class ClaimDue(Message):
    """The time to pay an incentive back is over."""

    topic = "incentives.claim_due.v1"
    queue = "end_membership"

    person_id: str
    kind: str
    number: int


class SeasonToClose(Message):
    """Close the memberships of one shard of a season (``kind``) that is over, as far as they are not waited for."""

    topic = "incentives.season_to_close.v1"
    queue = "close_season"

    kind: str
    day: date
    shard: str
