"""A membership was revoked: what was not sent is never sent, what is under way runs to its proven end, what was paid
without a right to it is claimed back."""

from __future__ import annotations

from datetime import timedelta

from prakerja.balance import PayoutMove, payout_part
from prakerja.incentives import (
    Incentive,
    IncentiveMoved,
    IncentiveState,
    claim_key,
    claim_of,
    forfeited,
    incentives_of,
    moved,
    new_claim,
    stands,
)
from prakerja.membership import (
    Membership,
    MembershipState,
    RevocationReason,
    load_membership,
    look_again_part,
)
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.reasons import REVOKED
from prakerja.payouts.service.screening import NOT_SENT
from prakerja.payouts.service.stopping import stop_resending
from prakerja.payouts.store import change_payout, payout_from_item, payout_key
from prakerja.platform import Platform
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.parts import Part
from prakerja.platform.problems import Unavailable
from prakerja.registration import NoticeKind, notice

OPEN = (IncentiveState.SCHEDULED, IncentiveState.PAYOUT_FAILED, IncentiveState.WITHHELD)
OWED_AFTER = (RevocationReason.FRAUD, RevocationReason.INELIGIBLE)
"""Who must pay back what was paid: not the dead, and nobody who lost the card by a deadline."""
LOOK_AGAIN = timedelta(hours=1)
"""Between two looks at a payout that is under way."""
TRIES = 5


def end_payments(p: Platform, *, person_id: str) -> None:
    """Do what follows from a revocation, and look again as long as a payout is under way. Twice is once.

    Raises Unavailable if it cannot keep up with what moves.
    """
    for _ in range(TRIES):
        try:
            return _end_payments(p, person_id)
        except (IncentiveMoved, PayoutMoved):
            continue
    raise Unavailable(retry_after=1)


def _end_payments(p: Platform, person_id: str) -> None:
    # load
    membership = load_membership(p.table, person_id)
    if membership is None or membership.state is not MembershipState.REVOKED:
        return
    incentives = incentives_of(p.table, person_id)
    keys = [payout_key(one.payout_id) for one in incentives if one.payout_id]
    payouts = {one.payout_id: one for one in map(payout_from_item, p.table.batch_get(*keys) if keys else [])}
    # decide, commit
    under_way = [
        incentive
        for incentive in incentives
        if not _ended(p, membership, incentive, payouts.get(incentive.payout_id or ""))
    ]
    p.table.commit(look_again_part(person_id, p.clock.wall() + LOOK_AGAIN if under_way else None))


def _ended(p: Platform, membership: Membership, incentive: Incentive, payout: Payout | None) -> bool:
    """Do what is to be done about one incentive; False as long as its payout is under way."""
    owes = membership.revoked_for in OWED_AFTER
    if incentive.state in OPEN:
        _forfeit(p, incentive)
    elif payout is not None and incentive.state is IncentiveState.IN_RUN:
        if payout.state is PayoutState.RESEND:
            stop_resending(p, payout, REVOKED)
            return False
        if payout.state not in NOT_SENT:
            return False
        now = p.clock.programme()
        _forfeit(
            p, incentive, change_payout(payout, payout.to(PayoutState.CANCELLED, now, reason=REVOKED, ended_at=now))
        )
    elif payout is not None and incentive.state is IncentiveState.PAID and owes:
        _claim_back(p, incentive, payout)
    return True


def _forfeit(p: Platform, incentive: Incentive, *cancelled: Part) -> None:
    p.table.commit(
        *cancelled,
        moved(incentive, forfeited(incentive, REVOKED)),
        evidence(
            incentive.person_id,
            "INCENTIVE_FORFEITED",
            p.clock.programme(),
            kind=incentive.kind,
            number=incentive.number,
            amount=incentive.amount,
        ),
    )
    count("IncentiveForfeited")


def _claim_back(p: Platform, incentive: Incentive, payout: Payout) -> None:
    """Claim a paid incentive, once: the ledger moves it from what was paid to what is owed."""
    # load
    (item,) = p.table.batch_get(claim_key(incentive.person_id, incentive.kind, incentive.number))
    if item is not None:
        return
    # decide
    now = p.clock.programme()
    claim = claim_of(incentive, payout.provider, now, wib_date(now))
    # commit, announce
    p.table.commit(
        new_claim(claim),
        stands(incentive),  # else it came back in this moment, and there is nothing to claim
        payout_part(PayoutMove.CLAIM, claim.provider, claim.amount, claim.payout_id, now),
        evidence(claim.person_id, "INCENTIVE_CLAIMED", now, payout_id=claim.payout_id, amount=claim.amount),
        outbox=[notice(claim.person_id, NoticeKind.INCENTIVE_CLAIMED, claim.payout_id)],
    )
    count("IncentiveClaimed")
