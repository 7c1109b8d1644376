"""Linking an account wakes whoever waits for it, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prakerja.membership import change_membership, load_membership, membership_from_item
from prakerja.membership.store import link_account_part
from prakerja.payouts.service import link_account
from prakerja.payouts.store import load_account
from prakerja.platform.access_patterns import MEMBERSHIP
from prakerja.platform.problems import Unavailable
from sandbox.world.snap.books import Account
from tests.contract.snap.standin import Bank
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World

PROVIDER = "LINKAJA"
DOUBT = "cases.needed.v1"
"""The stand-in's wallet knows no identity numbers: a case, whoever links it."""


@pytest.fixture
def who(world: World) -> Someone:
    return plant_member(world, someone(1))


def link(world: World, who: Someone) -> None:
    bank = Bank.open(PROVIDER, 1_000_000)
    bank.clock.now = world.clock.now
    bank.engine.add_accounts(Account(PROVIDER.lower(), who.phone.lstrip("+"), who.full_name.upper()))
    providers = {PROVIDER: bank.provider}
    link_account(world.platform, providers, person_id=who.person_id, provider=PROVIDER, number=who.phone.lstrip("+"))


@pytest.mark.parametrize(("completed", "announced"), [(0, []), (1, ["payouts.account_linked.v1"])])
def test_only_who_has_completed_a_course_can_have_waited(
    world: World, who: Someone, completed: int, announced: list[str]
) -> None:
    world.table.commit(change_membership(who.person_id, set={"completed_count": completed}))
    link(world, who)
    assert load_account(world.table, who.person_id) is not None
    assert [message.topic for message in world.take() if message.topic != DOUBT] == announced
    membership = load_membership(world.table, who.person_id)
    assert membership is not None
    assert membership.account_linked


def test_a_course_that_is_completed_in_this_very_moment_is_not_missed(world: World, who: Someone) -> None:
    """Or nobody would look at the incentive: its review came before the account, and the account said nothing."""
    item = world.table.get(MEMBERSHIP, person_id=who.person_id)
    assert item is not None
    before = replace(membership_from_item(item), completed_count=1)
    with pytest.raises(Unavailable):
        world.table.commit(link_account_part(before, world.clock.programme()))
