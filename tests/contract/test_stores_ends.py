"""What ends a member's payments, on both engines: lists of exclusions, revocations, claims and suspense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from prakerja.balance import PayoutMove
from prakerja.exclusions import Source
from prakerja.exclusions.api import NewRow
from prakerja.exclusions.service import add_list
from prakerja.exclusions.store import latest_list, lists
from prakerja.incentives import JOB_SEARCH, ClaimMoved, Incentive, IncentiveState, came_back, change_claim, claims_of
from prakerja.incentives.model import claim_of, repaid
from prakerja.incentives.store import due_claims_of, new_claim, unclaimed
from prakerja.membership import MembershipEnded, MembershipState, RevocationReason, load_membership
from prakerja.membership.service import due_revocations, propose_revocation, revocation_approved, revoke
from prakerja.payouts.errors import AccountMoved, BookedOtherwise
from prakerja.payouts.store.reconciliations import booked_once, suspense_ended
from prakerja.payouts.store.refusals import one_more_refused, refused_on
from prakerja.payouts.store.suspense import load_suspended
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.problems import IdempotencyKeyReused
from tests.support.cloud import Cloud
from tests.support.moto_truth import truthful
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World, new_world

AMOUNT = 600_000


@pytest.fixture(scope="module")
def moto() -> Iterator[World]:
    with mock_aws(), truthful():
        yield new_world()


@pytest.fixture(scope="module")
def emulated(cloud: Cloud) -> World:
    return World(cloud.client("dynamodb"), cloud.client("kms"), prefix="ends-")


@pytest.fixture(params=["moto", pytest.param("emulated", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue(request.param)
    world.take()
    return world


@pytest.fixture
def who(engine: World, request: pytest.FixtureRequest) -> Someone:
    """A member whom no other test uses."""
    number = 100 + sum(request.node.name.encode()) % 8000
    return plant_member(engine, someone(number), card_number=f"6{number:015d}")


def test_a_list_is_stored_once_and_the_latest_is_known(engine: World, who: Someone) -> None:
    rows = [NewRow(nik=who.nik, reason="ASN", valid_from="2020-01-01")]
    added, results = add_list(engine.platform, operator="op-1", source=Source.BKN, rows=rows, key="list-1")
    again, same = add_list(engine.platform, operator="op-1", source=Source.BKN, rows=rows, key="list-1")
    assert (again, same) == (added, results)
    assert latest_list(engine.table) == added.list_id
    assert [one.list_id for one in lists(engine.table)].count(added.list_id) == 1
    with pytest.raises(IdempotencyKeyReused):
        add_list(engine.platform, operator="op-1", source=Source.BKN, rows=[*rows, *rows], key="list-1")


def test_a_membership_is_revoked_once(engine: World, who: Someone) -> None:
    p = engine.platform
    asked = {"operator": "op-1", "person_id": who.person_id, "evidence_reference": "audit 7"}
    approval = propose_revocation(p, reason=RevocationReason.FRAUD, **asked)
    assert propose_revocation(p, reason=RevocationReason.FRAUD, **asked) == approval
    agreed = replace(approval, approved_by="op-2", approved_at=to_text(engine.clock.wall()))
    engine.table.commit(*approved_parts(agreed))
    message = revocation_approved(agreed)
    for _ in range(2):
        revoke(p, person_id=message.person_id, approval_id=message.approval_id)
    found = load_membership(engine.table, who.person_id)
    assert found is not None
    assert (found.state, found.revoked_for) == (MembershipState.REVOKED, RevocationReason.FRAUD)
    with pytest.raises(MembershipEnded):
        propose_revocation(p, reason=RevocationReason.DECEASED, **asked)
    engine.clock.move(hours=2)
    due = [one for shard in range(DUE_SHARDS) for one in due_revocations(p, f"REVOKED#{shard:02d}")]
    assert who.person_id in [message.model_dump()["person_id"] for message in due]


def test_a_claim_changes_under_its_version_and_is_due_until_it_is_settled(engine: World, who: Someone) -> None:
    table, now = engine.table, engine.clock.programme()
    key = (who.person_id, JOB_SEARCH, 1)
    paid = Incentive(*key, AMOUNT, IncentiveState.PAID, wib_date(now), now, f"payout of {who.person_id}")
    claim = claim_of(paid, "BNI", now, wib_date(now))
    table.commit(unclaimed(*key))
    table.commit(new_claim(claim))
    assert table.commit(new_claim(claim)).repeated
    with pytest.raises(ClaimMoved):
        table.commit(unclaimed(*key))

    def due() -> list[str]:
        later = engine.clock.programme() + 2 * (claim.due_on - wib_date(now))
        found = [due_claims_of(table, f"CLAIM#{shard:02d}", later) for shard in range(DUE_SHARDS)]
        return [one["person_id"] for keys in found for one in keys]

    assert who.person_id in due()
    part = repaid(claim, 200_000)
    table.commit(change_claim(claim, part))
    with pytest.raises(ClaimMoved):
        table.commit(change_claim(claim, repaid(claim, 100_000)))
    settled, in_vain = came_back(part, AMOUNT)
    table.commit(change_claim(part, settled))
    assert claims_of(table, who.person_id) == [settled]
    assert (settled.left, in_vain, who.person_id in due()) == (0, 200_000, False)


def test_suspense_ends_once(engine: World, request: pytest.FixtureRequest) -> None:
    table, at, subject = engine.table, engine.clock.programme(), request.node.name
    place = ("BNI", wib_date(at), subject)
    assert load_suspended(table, *place) is None
    table.commit(*booked_once(PayoutMove.SUSPEND, *place, 5_000, at))
    assert table.commit(*booked_once(PayoutMove.SUSPEND, *place, 5_000, at)).repeated
    found = load_suspended(table, *place)
    assert found is not None
    assert found.amount == 5_000
    table.commit(*suspense_ended(PayoutMove.ACCEPT, *place, 5_000, at))
    assert table.commit(*suspense_ended(PayoutMove.ACCEPT, *place, 5_000, at)).repeated
    with pytest.raises(BookedOtherwise):
        table.commit(*suspense_ended(PayoutMove.UNSUSPEND, *place, 5_000, at))
    assert load_suspended(table, *place) is None


def test_refusals_are_counted_one_by_one(engine: World, who: Someone) -> None:
    now = engine.clock.wall()
    day = wib_date(now)
    assert refused_on(engine.table, who.person_id, day) == 0
    for before in (0, 1):
        engine.table.commit(one_more_refused(who.person_id, day, before, now))
        with pytest.raises(AccountMoved):
            engine.table.commit(one_more_refused(who.person_id, day, before, now))
    assert refused_on(engine.table, who.person_id, day) == 2
