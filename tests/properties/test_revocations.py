"""A membership is revoked at any moment of a run, whatever the provider does: no rupiah is lost, none is paid unclaimed.

What is scheduled is forfeited, what is queued is cancelled, what is in flight runs to its proven end, what was paid is
claimed (but not of the dead); the training balance is forfeited whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prakerja.balance import load_balance
from prakerja.incentives import IncentiveState, claims_of, incentives_of
from prakerja.membership import RevocationReason
from prakerja.membership.service import propose_revocation, revocation_approved, revoke
from prakerja.payouts.model import IN_FLIGHT, Payout
from prakerja.payouts.service import end_payments
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import to_text
from prakerja.training.service.ending import end_learning
from sandbox.world.snap import report
from tests.support.effort import effort
from tests.support.payout_office import Office, at_wib
from tests.support.payout_world import AMOUNT, PayoutWorld
from tests.support.people import someone

FAULTS = ("F04", "F05", "F07", "F09", "F10", "F12", "F15", "F25", "F31")
REASONS = st.sampled_from([RevocationReason.FRAUD, RevocationReason.INELIGIBLE, RevocationReason.DECEASED])
MINUTES = st.one_of(st.just(-1), st.integers(0, 2), st.integers(0, 600))
"""After the run's release; -1: before anything was collected."""


def end(world: PayoutWorld, person_id: str, reason: RevocationReason) -> None:
    """Two operators revoke; both followers of it do their work."""
    approval = propose_revocation(
        world.p, operator="op-1", person_id=person_id, reason=reason, evidence_reference="audit 7"
    )
    agreed = replace(approval, approved_by="op-2", approved_at=to_text(world.clock.wall()))
    world.p.table.commit(*approved_parts(agreed))
    message = revocation_approved(agreed)
    revoke(world.p, person_id=message.person_id, approval_id=message.approval_id)
    follow(world, person_id)


def follow(world: PayoutWorld, person_id: str) -> None:
    end_learning(world.p, person_id=person_id)
    end_payments(world.p, person_id=person_id)


def check(world: PayoutWorld, person_id: str, reason: RevocationReason, payout: Payout | None) -> int:
    """One member's end; answers what is claimed of them."""
    (incentive,) = incentives_of(world.p.table, person_id)
    claims = claims_of(world.p.table, person_id)
    balance = load_balance(world.p.table, person_id)
    assert balance is not None
    assert (balance.available, balance.reserved, balance.forfeited) == (0, 0, balance.granted)
    net = {reference: one for name in world.providers for reference, one in report.net(world.engine, name).items()}
    credited = sum(net[ref].kept for ref in net if payout and _is_of(world, ref, payout))
    if payout is not None and payout.state in IN_FLIGHT:
        assert (incentive.state, claims) == (IncentiveState.IN_RUN, [])
        return 0
    paid = incentive.state is IncentiveState.PAID
    assert credited == paid, (incentive.state, credited)
    owes = paid and reason is not RevocationReason.DECEASED
    assert [claim.left for claim in claims if claim.left] == ([AMOUNT] if owes else [])
    assert paid or incentive.state in (IncentiveState.FORFEITED, IncentiveState.CLAWED_BACK), incentive.state
    return AMOUNT if owes else 0


def _is_of(world: PayoutWorld, reference: str, payout: Payout) -> bool:
    items = world.memory.scan(TableName=world.world.names["programme"])["Items"]
    return any(
        item["sk"]["S"].startswith("ATTEMPT#")
        and item["reference"]["S"] == reference
        and item["payout_id"]["S"] == payout.payout_id
        for item in items
    )


@pytest.mark.timeout(600)
@settings(max_examples=effort(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from(FAULTS), max_size=2, unique=True),
    st.lists(st.tuples(MINUTES, REASONS), min_size=3, max_size=3),
)
def test_whenever_it_is_revoked(seed: int, faults: list[str], ends: list[tuple[int, RevocationReason]]) -> None:
    world = PayoutWorld(seed=seed, people=3, providers=("BNI", "LINKAJA"))
    people = [someone(number).person_id for number in (1, 2, 3)]
    for fault in faults:
        world.engine.add_fault(fault, permille=500, for_seconds=3600)
    planned = sorted(zip(people, ends, strict=True), key=lambda one: one[1][0])
    for person_id, (after, reason) in planned:
        if after < 0:
            end(world, person_id, reason)
    Office(world).run()
    begun = world.clock.now
    for person_id, (after, reason) in planned:
        if after >= 0:
            world.play(until=max(world.clock.now, begun + timedelta(minutes=after)))
            end(world, person_id, reason)
    world.play(until=at_wib(world.clock.now, 2, 9))
    for person_id in people:
        follow(world, person_id)  # as the sweep does
        follow(world, person_id)
    assert world.crashes == []
    payouts = {payout.person_id: payout for payout in world.watch.payouts.values()}
    claimed = sum(check(world, one, reason, payouts.get(one)) for one, (_, reason) in planned)
    held = world.watch.held
    assert held["CLAIMS"] == claimed
    assert sum(held.values()) == 0
    kept = [amount for name, amount in held.items() if name.startswith(("PAID", "IN_FLIGHT", "CLAIMS", "RETURNED"))]
    assert min(kept, default=0) >= 0
