"""More time for hardship: two operators, within the rules, once; who is too late stays as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from prakerja.membership import (
    ExtensionNotPossible,
    ExtensionOutOfBounds,
    HardshipReason,
    MembershipState,
    NotAMember,
)
from prakerja.membership.deadlines import Extension
from prakerja.membership.service import extend, extension_approved, propose_extension
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.problems import NotAllowed
from tests.support.members import NOTICE, at, buy, decree, member, remind_morning, revoke_night, set_time
from tests.support.memory_aws import memory_clients
from tests.support.world import World

DECREED, LAST = at(2026, 1, 15, 10), date(2026, 1, 29)
ILLNESS = HardshipReason.ILLNESS


@pytest.fixture
def world() -> World:
    _, dynamodb, kms = memory_clients()
    return World(dynamodb, kms)


@pytest.fixture
def who(world: World) -> str:
    return decree(world, 1, DECREED)


def propose(world: World, who: str, last_day: date) -> Approval:
    extension = Extension(who, ILLNESS, "hospital letter 12", last_day, world.clock.wall())
    return propose_extension(world.platform, operator="op-1", extension=extension)


def agreed(world: World, approval: Approval, by: str = "op-2") -> None:
    world.table.commit(*approved_parts(replace(approval, approved_by=by, approved_at=to_text(world.clock.wall()))))


def give(world: World, who: str, last_day: date) -> None:
    """Proposed, agreed on, applied twice."""
    approval = propose(world, who, last_day)
    agreed(world, approval)
    message = extension_approved(approval)
    for _ in range(2):
        extend(world.platform, person_id=message.person_id, approval_id=message.approval_id)


def test_the_deadline_is_moved_and_everything_with_it(world: World, who: str) -> None:
    give(world, who, date(2026, 2, 10))
    found = member(world, who)
    assert (found.last_purchase_day, found.extended_for) == (date(2026, 2, 10), ILLNESS)
    (told,) = world.take(NOTICE)
    assert (told.body["kind"], told.body["reference"][:10]) == ("DEADLINE_EXTENDED", "2026-02-10")
    set_time(world, at(2026, 1, 30, 0, 20))
    revoke_night(world)
    assert member(world, who).state is MembershipState.ACTIVE_UNPURCHASED
    set_time(world, at(2026, 2, 9, 9))
    assert remind_morning(world) == [(who, "2026-02-10:1")]
    set_time(world, at(2026, 2, 11, 0, 20))
    revoke_night(world)
    assert member(world, who).state is MembershipState.REVOKED


def test_nobody_gives_time_alone(world: World, who: str) -> None:
    approval = propose(world, who, date(2026, 2, 10))
    for decided in (False, True):
        if decided:
            agreed(world, approval, by="op-1")
        with pytest.raises(NotAllowed):
            extend(world.platform, person_id=who, approval_id=approval.approval_id)
    assert member(world, who).last_purchase_day == LAST


@pytest.mark.parametrize("days", [-20, 0, 31, 400])
def test_the_rules_bound_it(world: World, who: str, days: int) -> None:
    with pytest.raises(ExtensionOutOfBounds) as refused:
        propose(world, who, LAST + timedelta(days=days))
    assert refused.value.facts == {"first": "2026-01-30", "last": "2026-02-28"}


def test_further_time_counts_from_the_schemes_own_day(world: World, who: str) -> None:
    give(world, who, date(2026, 2, 10))
    give(world, who, date(2026, 2, 28))
    with pytest.raises(ExtensionOutOfBounds):
        propose(world, who, date(2026, 3, 1))


def test_no_time_is_given_beyond_the_season(world: World) -> None:
    who = decree(world, 1, at(2022, 10, 20, 10))
    set_time(world, at(2022, 11, 10))
    with pytest.raises(ExtensionOutOfBounds) as refused:
        propose(world, who, date(2022, 12, 1))
    assert refused.value.facts["last"] == "2022-11-30"
    give(world, who, date(2022, 11, 30))
    assert member(world, who).last_purchase_day == date(2022, 11, 30)


def test_who_cannot_be_given_time(world: World, who: str) -> None:
    with pytest.raises(NotAMember):
        propose(world, "nobody", date(2026, 2, 10))
    with pytest.raises(NotAMember):
        extend(world.platform, person_id=who, approval_id="none")
    buy(world, who)
    with pytest.raises(ExtensionNotPossible):
        propose(world, who, date(2026, 2, 10))


def test_who_was_revoked_or_bought_before_it_was_agreed_on_stays_so(world: World, who: str) -> None:
    buyer = decree(world, 2, DECREED)
    approvals = [propose(world, one, date(2026, 2, 10)) for one in (who, buyer)]
    buy(world, buyer)
    set_time(world, at(2026, 1, 30, 0, 20))
    revoke_night(world)
    world.take()
    for approval in approvals:
        agreed(world, approval)
        extend(world.platform, person_id=approval.subject_id, approval_id=approval.approval_id)
    assert member(world, who).state is MembershipState.REVOKED
    assert (member(world, buyer).state, member(world, buyer).extended_for) == (MembershipState.ACTIVE, None)
    assert world.messages() == []


def test_an_agreement_that_comes_after_the_new_day_changes_nothing(world: World, who: str) -> None:
    approval = propose(world, who, date(2026, 2, 10))
    set_time(world, at(2026, 2, 11))
    agreed(world, approval)
    extend(world.platform, person_id=who, approval_id=approval.approval_id)
    assert member(world, who).last_purchase_day == LAST


def test_proposing_the_same_again_is_the_same_proposal(world: World, who: str) -> None:
    assert propose(world, who, date(2026, 2, 10)) == propose(world, who, date(2026, 2, 10))
    assert propose(world, who, date(2026, 2, 11)) != propose(world, who, date(2026, 2, 10))
