"""Claims: write down what is repaid; tell people of what is not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from prakerja.balance import PayoutMove, payout_part
from prakerja.incentives.errors import ClaimMoved
from prakerja.incentives.messages import ClaimDue
from prakerja.incentives.model import Claim, IncentiveState, clawed_back, repaid
from prakerja.incentives.store import (
    change_claim,
    claim_from_item,
    claim_key,
    due_claims_of,
    incentive_from_item,
    incentive_key,
    moved,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY
from prakerja.platform.clock import end_of_wib_day
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.idempotency import command_id, remember, was_done
from prakerja.platform.ids import derived
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.problems import NotFound
from prakerja.registration import NoticeKind, notice


def record_repayment(
    p: Platform, *, operator: str, person_id: str, kind: str, number: int, amount: int, reference: str, key: str
) -> Claim:
    """Write down that ``amount`` rupiah (> 0) of a claim came back; ``reference``: the bank's. Repeating the ``key`` is safe.

    Raises NotFound, MoreThanClaimed, ClaimMoved, IdempotencyKeyReused.
    """
    command = command_id("operator", operator, "record_repayment", key)
    intent = {"claim": [person_id, kind, number], "amount": amount, "reference": reference}
    # load
    row, claim_item, incentive_item = p.table.batch_get(
        (IDEMPOTENCY, {"command_id": command}),
        claim_key(person_id, kind, number),
        incentive_key(person_id, kind, number),
    )
    claim = claim_from_item(claim_item)
    if claim is None or incentive_item is None:
        raise NotFound
    if was_done(row, intent):
        return claim
    incentive = incentive_from_item(incentive_item)
    # decide
    after, now = repaid(claim, amount), p.clock.programme()
    settled = after.left == 0 and incentive.state is IncentiveState.PAID
    # commit, announce
    p.table.commit(
        remember(command, intent, p.clock.wall()),
        change_claim(claim, after),
        payout_part(PayoutMove.REPAY, claim.provider, amount, command, now),
        *((moved(incentive, clawed_back(incentive)),) if settled else ()),
        evidence(person_id, "CLAIM_REPAID", now, by=operator, amount=amount, left=after.left, reference=reference),
        outbox=[notice(person_id, NoticeKind.CLAIM_SETTLED, claim.payout_id)] if after.left == 0 else [],
    )
    count("ClaimRepaid")
    return after


def look_at_claim(p: Platform, *, person_id: str, kind: str, number: int) -> None:
    """A claim's time may be over: if it is, a person gets a case. Twice is once."""
    # load
    (item,) = p.table.batch_get(claim_key(person_id, kind, number))
    claim = claim_from_item(item)
    # decide
    if claim is None or claim.left == 0 or claim.overdue:
        return
    if p.clock.programme() < end_of_wib_day(claim.due_on):
        return
    late = replace(claim, overdue=True, version=claim.version + 1)
    subject = derived("claim", person_id, kind, str(number))
    facts = {"payout_id": claim.payout_id, "due_on": claim.due_on.isoformat()}
    # commit, announce
    with suppress(ClaimMoved):  # repaid in this moment: it is due until a look finds it repaid or late
        p.table.commit(
            change_claim(claim, late),
            outbox=[finding(FindingKind.CLAIM_OVERDUE, subject, person_id, left=claim.left, **facts)],
        )
        count("ClaimOverdue")


def due_claims(p: Platform, shard: str) -> list[Message]:
    """Claims of a due shard whose time is over."""
    keys = due_claims_of(p.table, shard, p.clock.programme())
    return [ClaimDue(person_id=key["person_id"], kind=key["kind"], number=int(key["number"])) for key in keys]
