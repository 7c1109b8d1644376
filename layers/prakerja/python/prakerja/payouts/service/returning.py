"""A payment came back after it had been paid: who gets what of it.

As long as nothing was claimed from its member, it fails as any other and may be paid again. What was claimed back is
settled by it: the member never kept it. What they had repaid of it is theirs, and a person gets a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prakerja.balance import payout_part
from prakerja.incentives import (
    IncentiveState,
    came_back,
    change_claim,
    claim_from_item,
    claim_key,
    clawed_back,
    incentive_from_item,
    incentive_key,
    moved,
    settled,
    unclaimed,
)
from prakerja.membership import MembershipState, look_again_part, membership_from_item
from prakerja.payouts.bookings import moves_between, moves_of_claimed
from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.reasons import REVOKED
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.platform.problems import NotFound
from prakerja.registration import NoticeKind, notice


@dataclass(frozen=True)
class CameBack:
    """What follows from a return, for the transaction that stores it."""

    reason: str | None
    """For the member."""
    parts: tuple[Part, ...]
    messages: tuple[Message, ...]


def came_back_after_payment(
    p: Platform, payout: Payout, attempt: Attempt, reason: str | None, at: datetime
) -> CameBack:
    """What follows when a PAID payout is RETURNED. Its parts fail with ClaimMoved or IncentiveMoved: look again."""
    # load
    who = payout.person_id, payout.incentive_kind, payout.incentive_number
    claim_item, incentive_item, member = p.table.batch_get(
        claim_key(*who), incentive_key(*who), (MEMBERSHIP, {"person_id": payout.person_id})
    )
    claim = claim_from_item(claim_item)
    if incentive_item is None:
        raise NotFound
    # decide
    if claim is None:
        moves = [(move, payout.amount) for move in moves_between(PayoutState.PAID, PayoutState.RETURNED)]
        revoked = member is not None and membership_from_item(member).state is MembershipState.REVOKED
        parts = (
            unclaimed(*who),
            settled(*who, payout.payout_id, IncentiveState.PAYOUT_FAILED, reason),
            *((look_again_part(payout.person_id, p.clock.wall()),) if revoked else ()),
        )
        failed = notice(payout.person_id, NoticeKind.PAYOUT_FAILED, f"{payout.payout_id}:{payout.attempt}")
        messages: tuple[Message, ...] = (failed,)
    else:
        reason = REVOKED
        after, in_vain = came_back(claim, payout.amount)
        moves = list(moves_of_claimed(payout.amount, in_vain))
        incentive = incentive_from_item(incentive_item)
        parts = change_claim(claim, after), moved(incentive, clawed_back(incentive))
        told = notice(payout.person_id, NoticeKind.CLAIM_SETTLED, payout.payout_id)
        facts: dict[str, str | int | None] = {"provider": payout.provider, "reference": attempt.reference}
        owed = finding(FindingKind.CLAIM_OVERPAID, payout.payout_id, payout.person_id, amount=in_vain, **facts)
        messages = (*((told,) if claim.left else ()), *((owed,) if in_vain else ()))
    booked = (payout_part(move, payout.provider, amount, attempt.reference, at) for move, amount in moves)
    return CameBack(reason, (*parts, *booked), messages)
