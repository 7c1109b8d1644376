"""Another account in place of the first: the other channel agrees, 72 hours pass, and its owner can take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState, incentives_of
from prakerja.incentives.store import earned
from prakerja.membership import change_membership
from prakerja.payouts.answers import AccountStatus
from prakerja.payouts.destination import payable
from prakerja.payouts.errors import (
    AccountMoved,
    ConfirmationNeeded,
    NothingToCancel,
    ProviderUnavailable,
)
from prakerja.payouts.model import Payout, PayoutState, Waits
from prakerja.payouts.service import account_ready, cancel_change, unlink
from prakerja.payouts.store import new_payout
from prakerja.platform.clock import wib_date
from prakerja.platform.working_days import next_working_day
from prakerja.registration.errors import ConfirmationUnusable
from tests.support.accounts import (
    FIRST,
    SECOND,
    THIRD,
    Desks,
    account_of,
    everything,
    holders,
    is_linked,
    plant_confirmation,
    told,
    woken,
)
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World

COOLING = timedelta(hours=72)


@pytest.fixture
def ani(world: World) -> Someone:
    return plant_member(world, someone(1))


@pytest.fixture
def desks(world: World, ani: Someone) -> Desks:
    made = Desks(world, ani)
    world.take()
    return made


# another account ------------------------------------------------------------------------------------------------------
def test_a_change_needs_the_other_channel(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    before = everything(world)
    with pytest.raises(ConfirmationNeeded):
        desks.link(SECOND)
    for wrong in (
        "00000000-0000-0000-0000-000000000000",
        plant_confirmation(world, "somebody-else", "a" * 36),
        plant_confirmation(world, ani.person_id, "b" * 36, "another session"),
    ):
        with pytest.raises(ConfirmationUnusable):
            desks.link(SECOND, confirmation=wrong)
    assert everything(world)[1:] == before[1:]
    assert len(desks["BNI"].questions) == 1


def test_a_changed_account_is_paid_after_72_hours_and_both_channels_are_told(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    world.take()
    now = world.clock.wall()
    account = desks.change(SECOND)
    assert payable(account, now) is Waits.COOLING
    assert payable(account, now + COOLING - timedelta(microseconds=1)) is Waits.COOLING
    assert payable(account, now + COOLING) is None
    assert told(world) == ["ACCOUNT_CHANGED", "ACCOUNT_CHANGED_BY_SMS"]
    assert holders(world, FIRST) == holders(world, SECOND) == [ani.person_id]
    assert account_of(world, ani) == account


def test_one_confirmation_is_for_one_change(desks: Desks) -> None:
    desks.link(FIRST)
    confirmation = desks.confirmed()
    account = desks.link(SECOND, confirmation=confirmation)
    assert desks.link(SECOND, confirmation=confirmation) == account  # the answer was lost
    with pytest.raises(ConfirmationUnusable):
        desks.link(THIRD, confirmation=confirmation)


def test_a_refused_change_leaves_all_as_it_was_and_the_confirmation_good(desks: Desks, world: World) -> None:
    desks.link(FIRST)
    confirmation = desks.confirmed()
    before = everything(world)
    desks.answers(status=AccountStatus.UNAVAILABLE)
    with pytest.raises(ProviderUnavailable):
        desks.link(SECOND, confirmation=confirmation)
    assert everything(world) == before
    desks.answers()
    assert desks.link(SECOND, confirmation=confirmation).masked.endswith("2222")


def test_this_was_not_me(world: World, desks: Desks, ani: Someone) -> None:
    first = desks.link(FIRST)
    desks.change(SECOND)
    world.take()
    world.clock.move(hours=71)
    for _ in range(2):
        account = cancel_change(world.platform, person_id=ani.person_id, key="k1")
        assert (account.digest, account.linked_at) == (first.digest, first.linked_at)
    assert payable(account, world.clock.wall()) is None
    assert (account.former, account.payable_from) == (None, None)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([ani.person_id], [])
    assert sorted(sent.topic for sent in world.take()) == [
        "payouts.account_ready.v1",
        "registration.notice_requested.v1",
    ]
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k2")


def test_it_is_too_late_after_72_hours_also_while_nobody_swept(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    world.clock.move(hours=72)
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k1")


def test_two_changes_in_a_row_come_back_to_what_was_paid_last(world: World, desks: Desks, ani: Someone) -> None:
    """A thief who changes twice does not bury the true account."""
    first = desks.link(FIRST)
    desks.change(SECOND)
    world.clock.move(hours=1)
    desks.change(THIRD)
    assert holders(world, SECOND) == []
    assert cancel_change(world.platform, person_id=ani.person_id, key="k").digest == first.digest
    assert (holders(world, FIRST), holders(world, THIRD)) == ([ani.person_id], [])


def test_a_second_change_after_the_72_hours_comes_back_to_the_first_ones_account(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    second = desks.change(SECOND)
    world.clock.move(hours=73)  # nobody swept
    desks.change(THIRD)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([], [ani.person_id])
    assert cancel_change(world.platform, person_id=ani.person_id, key="k").digest == second.digest


def test_changing_back_within_the_72_hours(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    account = desks.change(FIRST)
    assert payable(account, world.clock.wall()) is Waits.COOLING
    assert (holders(world, FIRST), holders(world, SECOND)) == ([ani.person_id], [])
    world.clock.move(hours=72)
    account_ready(world.platform, person_id=ani.person_id)
    assert holders(world, FIRST) == [ani.person_id]


# giving it up ---------------------------------------------------------------------------------------------------------
def test_unlinking_gives_up_everything_and_the_next_account_is_a_change(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    world.take()
    for _ in range(2):
        unlink(world.platform, person_id=ani.person_id)
    assert (account_of(world, ani), is_linked(world, ani)) == (None, False)
    assert holders(world, FIRST) == holders(world, SECOND) == []
    assert told(world) == ["ACCOUNT_UNLINKED"]
    with pytest.raises(ConfirmationNeeded):
        desks.link(FIRST)
    account = desks.change(FIRST)
    assert payable(account, world.clock.wall()) is Waits.COOLING
    assert is_linked(world, ani)
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k")


def test_unlinking_what_was_changed_in_this_moment(
    world: World, desks: Desks, ani: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = desks.link(FIRST)
    desks.change(SECOND)
    monkeypatch.setattr("prakerja.payouts.service.changing.load_account", lambda *_: stale)
    with pytest.raises(AccountMoved):
        unlink(world.platform, person_id=ani.person_id)


# when the hours are over ----------------------------------------------------------------------------------------------
def plant_queued(world: World, who: Someone) -> Payout:
    now = world.clock.programme()
    payout = Payout("payout-1", "run-1", who.person_id, JOB_SEARCH, 1, "BNI", 600_000, PayoutState.QUEUED)
    incentive = Incentive(who.person_id, JOB_SEARCH, 1, 600_000, IncentiveState.IN_RUN, wib_date(now), now)
    world.table.commit(earned(replace(incentive, payout_id=payout.payout_id)), *new_payout(payout))
    return payout


def test_what_waited_goes_on_by_itself(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    payout = plant_queued(world, ani)
    world.take()
    assert woken(world) == []
    account_ready(world.platform, person_id=ani.person_id)  # too early
    assert world.take() == []
    world.clock.move(hours=72, seconds=1)
    assert woken(world) == [ani.person_id]
    account_ready(world.platform, person_id=ani.person_id)
    assert woken(world) == []
    sent = {message.topic: message.body for message in world.take()}
    assert sent["payouts.queued.v1"] == {"payout_id": payout.payout_id, "provider": "BNI"}
    assert sent["payouts.account_linked.v1"] == {"person_id": ani.person_id}
    account = account_of(world, ani)
    assert account is not None
    assert (account.former, account.payable_from) == (None, None)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([], [ani.person_id])


def test_an_account_of_nobody_is_not_ready(world: World) -> None:
    account_ready(world.platform, person_id="nobody")
    assert world.messages() == []


# incentives -----------------------------------------------------------------------------------------------------------
def test_a_changed_account_schedules_failed_incentives_again(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    world.table.commit(change_membership(ani.person_id, set={"completed_count": 1}))
    now = world.clock.programme()
    failed = Incentive(ani.person_id, JOB_SEARCH, 1, 600_000, IncentiveState.PAYOUT_FAILED, wib_date(now), now)
    paid = replace(failed, number=2, state=IncentiveState.PAID)
    world.table.commit(earned(replace(failed, reason="PSP_KYC_REQUIRED")), earned(paid))
    world.clock.move(days=4)  # a Monday
    desks.change(SECOND)
    after = {one.number: one for one in incentives_of(world.table, ani.person_id)}
    assert after[1].state is IncentiveState.SCHEDULED
    today = wib_date(world.clock.programme())
    assert (after[1].scheduled_on, after[1].reason) == (next_working_day(today), None)
    assert after[2].state is IncentiveState.PAID
