"""Why operators cancel purchases that no platform may cancel any more: one that has begun, or all of a schedule. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from prakerja.platform.ids import fingerprint
from prakerja.training.errors import PurchaseOver, PurchaseUnknown
from prakerja.training.model.purchase import OPEN, Purchase


class CancellationReason(StrEnum):
    """Never the member's own wish: that is not offered."""

    NOT_HELD = "NOT_HELD"
    """The institution does not hold the course, or stopped it."""
    NOT_AS_SOLD = "NOT_AS_SOLD"
    """The course is not what was sold."""
    MEMBER_PREVENTED = "MEMBER_PREVENTED"
    """Illness, disaster: the member cannot take part and is not to blame."""
    WRONG_SALE = "WRONG_SALE"
    """It should not have been sold, or not to this member."""


@dataclass(frozen=True)
class Cancellation:
    """What one operator proposes, with what shows it: the content of an approval."""

    person_id: str
    purchase_id: str
    reason: CancellationReason
    evidence_reference: str
    proposed_at: datetime

    @property
    def content_hash(self) -> str:
        """What two operators agree on."""
        return fingerprint([self.person_id, self.purchase_id, self.reason, self.evidence_reference])


@dataclass(frozen=True)
class ScheduleCancellation:
    """The same for a whole schedule: no more is sold of it, and all its open purchases are cancelled."""

    course_code: str
    schedule_code: str
    reason: CancellationReason
    evidence_reference: str
    proposed_at: datetime

    @property
    def content_hash(self) -> str:
        """What two operators agree on."""
        return fingerprint([self.course_code, self.schedule_code, self.reason, self.evidence_reference])


@dataclass(frozen=True)
class CancelledShard:
    """How far the cancelling of a schedule has come in one shard of its purchases."""

    shard: str
    cancelled: int = 0
    is_done: bool = False


def require_open(purchase: Purchase | None) -> Purchase:
    """A purchase that is neither finished nor cancelled. Raises PurchaseUnknown, PurchaseOver."""
    if purchase is None:
        raise PurchaseUnknown
    if purchase.state not in OPEN:
        raise PurchaseOver
    return purchase
