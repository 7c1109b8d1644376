"""A membership is revoked with four eyes; money, courses, payouts and claims follow, once, and no rupiah is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from prakerja.balance import ledger_totals, load_balance
from prakerja.incentives import IncentiveState, claims_of, incentives_of
from prakerja.incentives.errors import MoreThanClaimed
from prakerja.incentives.service import due_claims, look_at_claim, record_repayment
from prakerja.membership import MembershipEnded, MembershipState, NotAMember, RevocationReason, load_membership
from prakerja.membership.service import due_revocations, propose_revocation, revocation_approved, revoke
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import end_payments
from prakerja.platform.access_patterns import CARD, DUE_SHARDS, PAYOUT
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.parts import update
from prakerja.platform.problems import IdempotencyKeyReused, NotAllowed, NotFound
from prakerja.training.service.ending import end_learning
from tests.support.payments import AMOUNT, Payments
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World

FRAUD, DECEASED = RevocationReason.FRAUD, RevocationReason.DECEASED


def propose(world: World, who: Someone, reason: RevocationReason = FRAUD) -> Approval:
    return propose_revocation(
        world.platform, operator="op-1", person_id=who.person_id, reason=reason, evidence_reference="audit 7"
    )


def agreed(world: World, approval: Approval, by: str = "op-2") -> Approval:
    world.table.commit(*approved_parts(replace(approval, approved_by=by, approved_at=to_text(world.clock.wall()))))
    return approval


def end(world: World, who: Someone, reason: RevocationReason = FRAUD) -> None:
    """The whole of it, each step twice."""
    approval = agreed(world, propose(world, who, reason))
    message = revocation_approved(approval)
    for _ in range(2):
        revoke(world.platform, person_id=message.person_id, approval_id=message.approval_id)
        follow(world, who)


def follow(world: World, who: Someone) -> None:
    end_learning(world.platform, person_id=who.person_id)
    end_payments(world.platform, person_id=who.person_id)


def due(world: World) -> list[Any]:
    return [one for shard in range(DUE_SHARDS) for one in due_revocations(world.platform, f"REVOKED#{shard:02d}")]


def state(world: World, who: Someone) -> IncentiveState:
    (incentive,) = incentives_of(world.table, who.person_id)
    return incentive.state


@pytest.fixture
def who(world: World) -> Someone:
    return plant_member(world, someone(1))


def test_nobody_revokes_alone(world: World, who: Someone) -> None:
    approval = propose(world, who)
    with pytest.raises(NotAllowed):
        revoke(world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    agreed(world, approval, by="op-1")
    with pytest.raises(NotAllowed):
        revoke(world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    membership = load_membership(world.table, who.person_id)
    assert membership is not None
    assert membership.state is MembershipState.ACTIVE_UNPURCHASED


def test_who_is_no_member_and_who_is_revoked_already(world: World, who: Someone) -> None:
    with pytest.raises(NotAMember):
        propose(world, someone(2))
    with pytest.raises(NotAMember):
        revoke(world.platform, person_id=who.person_id, approval_id="none")
    end(world, who)
    with pytest.raises(MembershipEnded):
        propose(world, who)


def test_the_balance_is_forfeited_and_the_card_stays_taken(world: World, who: Someone) -> None:
    end(world, who)
    membership, balance = load_membership(world.table, who.person_id), load_balance(world.table, who.person_id)
    assert membership is not None
    assert balance is not None
    assert (membership.state, membership.revoked_for) == (MembershipState.REVOKED, FRAUD)
    assert (balance.available, balance.forfeited) == (0, balance.granted)
    assert ledger_totals(world.table, wib_date(world.clock.programme())).net("FORFEITED") == balance.granted
    assert world.table.get(CARD, card_number=membership.card_number) is not None
    assert [m.body["kind"] for m in world.take("registration.notice_requested.v1")] == ["MEMBERSHIP_REVOKED"]
    world.clock.move(days=1)
    assert due(world) == []


def test_a_lost_message_is_sent_again(world: World, who: Someone) -> None:
    approval = agreed(world, propose(world, who))
    revoke(world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    assert due(world) == []
    world.clock.move(minutes=11)
    assert [message.person_id for message in due(world)] == [who.person_id]


def test_what_is_not_sent_is_never_sent(world: World) -> None:
    payments = Payments(world, people=3)
    scheduled, declared, queued = payments.people
    run_id = payments.declare()
    end(world, declared)
    payments.release(run_id)
    for message in [one for one in payments.waiting if one.topic == "payouts.shard_released.v1"]:
        payments.waiting.remove(message)
        payments._handle(message)
    end(world, queued)
    payments.collect()
    payments.play()
    assert state(world, declared) is state(world, queued) is IncentiveState.FORFEITED
    assert set(payments.credits()) == {scheduled.phone.lstrip("+")}
    assert sorted(payments.states()) == [PayoutState.CANCELLED, PayoutState.CANCELLED, PayoutState.PAID]


@pytest.mark.parametrize(("reason", "claims"), [(FRAUD, 1), (RevocationReason.INELIGIBLE, 1), (DECEASED, 0)])
def test_what_was_paid_is_claimed_but_not_of_the_dead(world: World, reason: RevocationReason, claims: int) -> None:
    payments = Payments(world, people=1)
    payments.pay()
    (who,) = payments.people
    end(world, who, reason)
    assert len(claims_of(world.table, who.person_id)) == claims
    assert ledger_totals(world.table, wib_date(world.clock.programme())).net("CLAIMS") == claims * AMOUNT


def test_what_is_unknown_runs_to_its_proven_end_and_is_claimed_then(world: World) -> None:
    payments = Payments(world, people=1)
    (who,) = payments.people
    payments.bank.engine.add_fault("lost_after_commit", times=1)
    payments.release(payments.declare())
    payments.drain()
    (payout,) = payments.payouts()
    assert payout.state is PayoutState.UNKNOWN
    end(world, who)
    assert claims_of(world.table, who.person_id) == []
    assert state(world, who) is IncentiveState.IN_RUN
    payments.collect()
    payments.play()
    assert payments.states() == [PayoutState.PAID]
    world.clock.move(hours=2)
    assert [message.person_id for message in due(world)] == [who.person_id]
    follow(world, who)
    (claim,) = claims_of(world.table, who.person_id)
    assert claim.left == AMOUNT
    assert due(world) == []


def test_a_payout_that_moves_meanwhile_is_looked_at_again(world: World) -> None:
    payments = Payments(world, people=1)
    (who,) = payments.people
    payments.declare()
    (payout,) = payments.payouts()
    commit = world.table.commit

    def overtaken(*parts: Any, **how: Any) -> Any:
        if any(part.pattern is PAYOUT for part in parts):
            world.table.commit = commit  # type: ignore[method-assign]
            commit(update(PAYOUT, set={"state": "QUEUED"}, payout_id=payout.payout_id))
            raise PayoutMoved
        return commit(*parts, **how)

    approval = agreed(world, propose(world, who))
    revoke(world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    world.table.commit = overtaken  # type: ignore[method-assign]
    follow(world, who)
    assert state(world, who) is IncentiveState.FORFEITED


@pytest.fixture
def owing(world: World) -> Someone:
    payments = Payments(world, people=1)
    payments.pay()
    end(world, payments.people[0])
    world.take()
    return payments.people[0]


def repay(world: World, who: Someone, amount: int, key: str = "k", number: int = 1) -> int:
    return record_repayment(
        world.platform,
        operator="op-1",
        person_id=who.person_id,
        kind="JOB_SEARCH",
        number=number,
        amount=amount,
        reference="BNI 1",
        key=key,
    ).left


def test_it_is_paid_back_in_parts(world: World, owing: Someone) -> None:
    assert repay(world, owing, 200_000) == repay(world, owing, 200_000) == 400_000
    with pytest.raises(IdempotencyKeyReused):
        repay(world, owing, 100_000)
    with pytest.raises(MoreThanClaimed):
        repay(world, owing, 400_001, "more")
    with pytest.raises(NotFound):
        repay(world, owing, 1, "other", number=2)
    assert state(world, owing) is IncentiveState.PAID
    assert repay(world, owing, 400_000, "rest") == 0
    assert state(world, owing) is IncentiveState.CLAWED_BACK
    totals = ledger_totals(world.table, wib_date(world.clock.programme()))
    assert totals.net("CLAIMS") == 0
    assert totals.net("PAID:LINKAJA") == 0
    assert [m.body["kind"] for m in world.take("registration.notice_requested.v1")] == ["CLAIM_SETTLED"]


def test_what_is_late_becomes_a_case_once(world: World, owing: Someone) -> None:
    p = world.platform
    (claim,) = claims_of(world.table, owing.person_id)
    assert claim.due_on == wib_date(world.clock.programme()) + timedelta(days=60)
    repay(world, owing, 100_000)
    world.take()
    who: dict[str, Any] = {"person_id": owing.person_id, "kind": "JOB_SEARCH", "number": 1}
    look_at_claim(p, **who)
    world.clock.travel(days=60)
    assert [one for shard in range(DUE_SHARDS) for one in due_claims(p, f"CLAIM#{shard:02d}")] == []
    world.clock.travel(days=1)
    (message,) = [one for shard in range(DUE_SHARDS) for one in due_claims(p, f"CLAIM#{shard:02d}")]
    for _ in range(2):
        look_at_claim(p, **message.model_dump())
    (found,) = world.take("cases.needed.v1")
    assert (found.body["kind"], found.body["facts"]["left"]) == ("CLAIM_OVERDUE", 500_000)
    assert [one for shard in range(DUE_SHARDS) for one in due_claims(p, f"CLAIM#{shard:02d}")] == []
    assert repay(world, owing, 500_000, "late") == 0
