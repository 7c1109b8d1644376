"""Nobody who is on a list is paid: looked up when a run takes them, when it is queued, and when the list changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from prakerja.exclusions import Source
from prakerja.exclusions.api import NewRow
from prakerja.exclusions.service import add_list
from prakerja.identity.store import nik_guards
from prakerja.incentives import WITHHELD_DUE_KIND, IncentiveState, incentives_of
from prakerja.payouts.destination import COOLING, linked
from prakerja.payouts.model import PayoutState, Waits
from prakerja.payouts.service import due_withheld, screen_member, start_run
from prakerja.payouts.store import change_account, load_account, load_run
from prakerja.payouts.timeline import following, stands
from prakerja.platform.access_patterns import DUE_SHARDS, EXCLUSION
from prakerja.platform.clock import WIB, wib_date
from prakerja.platform.parts import delete
from prakerja.platform.problems import Conflict
from tests.support.payments import AMOUNT, Payments
from tests.support.people import Someone
from tests.support.world import World


@pytest.fixture
def payments(world: World) -> Payments:
    made = Payments(world, people=3)
    for who in made.people:
        world.table.commit(*nik_guards(world.platform, who.person_id, who.nik, Conflict()))
    return made


def exclude(payments: Payments, who: Someone, reason: str = "ASN", until: str | None = None) -> None:
    row = NewRow(nik=who.nik, reason=reason, valid_from="2026-01-01", valid_until=until)
    add_list(payments.p, operator="op-1", source=Source.BKN, rows=[row], key=f"{who.nik}{reason}")
    payments.collect()


def take_off(payments: Payments, who: Someone) -> None:
    payments.world.table.commit(delete(EXCLUSION, digest=payments.world.guards.digest("NIK", who.nik)))
    screen_member(payments.p, person_id=who.person_id)
    payments.collect()


def unheard(payments: Payments) -> None:
    """The message about the list is slow: only the screening of the run itself can help."""
    payments.waiting = [one for one in payments.waiting if one.topic != "exclusions.changed.v1"]


def wake(payments: Payments) -> int:
    """What ``sweep_due`` does for what is withheld; answers how many were woken."""
    shards = [f"{WITHHELD_DUE_KIND}#{number:02d}" for number in range(DUE_SHARDS)]
    woken = [message for shard in shards for message in due_withheld(payments.p, shard)]
    for message in woken:
        screen_member(payments.p, **message.model_dump())
    return len(woken)


def state(payments: Payments, who: Someone) -> Any:
    (incentive,) = incentives_of(payments.world.table, who.person_id)
    return incentive


def test_a_run_does_not_take_who_is_listed(payments: Payments) -> None:
    who = payments.people[0]
    exclude(payments, who)
    unheard(payments)
    payments.pay()
    assert len(payments.credits()) == 2
    incentive = state(payments, who)
    assert (incentive.state, incentive.reason) == (IncentiveState.WITHHELD, "EXCLUDED:BKN:ASN")
    assert "BKN" in stands(incentive, None).en
    assert following(incentive, None, None) is not None
    assert {payout.screened_by for payout in payments.payouts()} != {None}


def test_who_is_listed_after_the_run_was_declared_is_not_queued(payments: Payments) -> None:
    who = payments.people[1]
    run_id = payments.declare()
    exclude(payments, who)
    unheard(payments)
    payments.release(run_id)
    payments.play()
    assert sorted(payments.states()) == [PayoutState.CANCELLED, PayoutState.PAID, PayoutState.PAID]
    assert who.phone.lstrip("+") not in payments.credits()
    assert state(payments, who).state is IncentiveState.WITHHELD
    assert load_run(payments.world.table, run_id).count == 3


def test_who_is_listed_while_queued_is_cancelled_and_paid_once_after_all(payments: Payments) -> None:
    who = payments.people[0]
    payments.release(payments.declare())
    queued = [one for one in payments.waiting if one.topic == "payouts.shard_released.v1"]
    for message in queued:
        payments.waiting.remove(message)
        payments._handle(message)
    exclude(payments, who)
    screen_member(payments.p, person_id=who.person_id)
    screen_member(payments.p, person_id=who.person_id)
    payments.play()
    assert who.phone.lstrip("+") not in payments.credits()
    take_off(payments, who)
    assert state(payments, who).state is IncentiveState.SCHEDULED
    payments.world.clock.move(days=6)
    payments.bank.clock.now = payments.world.clock.now
    until = wib_date(payments.world.clock.programme())
    run = start_run(payments.p, operator="op-1", scheduled_until=until, key="again")
    payments.collect()
    payments.drain()
    payments.release(run.run_id)
    payments.play()
    assert payments.credits()[who.phone.lstrip("+")] == 1
    assert state(payments, who).state is IncentiveState.PAID


def test_who_is_listed_after_payment_becomes_a_case(payments: Payments) -> None:
    who = payments.people[0]
    payments.pay()
    exclude(payments, who)
    payments.waiting.clear()
    screen_member(payments.p, person_id=who.person_id)
    (found,) = payments.world.take("cases.needed.v1")
    assert (found.body["kind"], found.body["facts"]["source"]) == ("EXCLUDED_AFTER_PAYMENT", "BKN")
    assert state(payments, who).state is IncentiveState.PAID


def test_what_is_withheld_until_a_day_goes_on_by_itself_when_it_is_over(payments: Payments) -> None:
    who = payments.people[0]
    exclude(payments, who, until="2026-01-20")
    unheard(payments)
    payments.pay()
    assert state(payments, who).state is IncentiveState.WITHHELD
    payments.move_to(datetime(2026, 1, 20, 23, 59, tzinfo=WIB))
    assert (wake(payments), state(payments, who).state) == (0, IncentiveState.WITHHELD)
    payments.move_to(datetime(2026, 1, 21, 0, 1, tzinfo=WIB))
    payments.world.take()
    assert (wake(payments), wake(payments)) == (1, 0)
    incentive = state(payments, who)
    assert (incentive.state, incentive.scheduled_on) == (IncentiveState.SCHEDULED, date(2026, 1, 21))
    (told,) = payments.world.take("registration.notice_requested.v1")
    assert told.body["kind"] == "INCENTIVE_SCHEDULED"
    start_run(payments.p, operator="op-1", scheduled_until=date(2026, 1, 21), key="again")
    payments.collect()
    payments.drain()
    assert payments.states().count(PayoutState.DECLARED) == 1


def test_whom_a_second_list_bars_longer_waits_for_that_one(payments: Payments) -> None:
    who = payments.people[0]
    exclude(payments, who, until="2026-01-20")
    exclude(payments, who, "STUDENT", until="2026-01-25")
    payments.drain()
    assert state(payments, who).reason == "EXCLUDED:BKN:ASN"
    payments.move_to(datetime(2026, 1, 21, 0, 1, tzinfo=WIB))
    assert (wake(payments), wake(payments)) == (1, 0)
    assert state(payments, who).reason == "EXCLUDED:BKN:STUDENT"
    payments.move_to(datetime(2026, 1, 26, 0, 1, tzinfo=WIB))
    assert (wake(payments), state(payments, who).state) == (1, IncentiveState.SCHEDULED)


def test_whose_end_an_agency_moves_or_takes_back_is_looked_at_when_it_says_so(payments: Payments) -> None:
    who = payments.people[0]
    exclude(payments, who, until="2026-01-20")
    payments.drain()
    row = NewRow(nik=who.nik, reason="ASN", valid_from="2026-01-01")
    add_list(payments.p, operator="op-1", source=Source.BKN, rows=[row], key="for good")
    payments.collect()
    payments.drain()
    payments.move_to(datetime(2026, 2, 20, tzinfo=WIB))
    assert (wake(payments), state(payments, who).state) == (0, IncentiveState.WITHHELD)
    add_list(
        payments.p,
        operator="op-1",
        source=Source.BKN,
        rows=[row.model_copy(update={"valid_until": "2026-02-28"})],
        key="after all",
    )
    payments.collect()
    payments.drain()
    payments.move_to(datetime(2026, 3, 1, 0, 1, tzinfo=WIB))
    assert (wake(payments), state(payments, who).state) == (1, IncentiveState.SCHEDULED)


def test_social_aid_does_not_exclude_under_this_scheme(payments: Payments) -> None:
    exclude(payments, payments.people[0], reason="SOCIAL_AID")
    payments.pay()
    assert payments.states() == [PayoutState.PAID] * 3


def test_who_is_not_excluded_is_not_touched(payments: Payments) -> None:
    before = payments.world.items("programme")
    screen_member(payments.p, person_id=payments.people[0].person_id)
    screen_member(payments.p, person_id="nobody")
    assert payments.world.items("programme") == before


@pytest.mark.parametrize("waits", Waits)
def test_a_destination_that_may_not_be_paid_yet_waits_for_a_later_run(payments: Payments, waits: Waits) -> None:
    who, table = payments.people[0], payments.world.table
    before = load_account(table, who.person_id)
    assert before is not None
    after = linked(before, before, confirmation_id="c", now=payments.world.clock.wall())
    if waits is Waits.SHARED:
        after = replace(before, waits_for=waits, version=before.version + 1)
    table.commit(change_account(before, after))
    run_id = payments.declare()
    assert load_run(table, run_id).amount == 2 * AMOUNT
    assert state(payments, who).state is IncentiveState.SCHEDULED
    if waits is Waits.COOLING:
        payments.world.clock.move(days=4)
        assert COOLING.days <= 4
        until = wib_date(payments.world.clock.programme())
        run = start_run(payments.p, operator="op-1", scheduled_until=until, key="again")
        payments.collect()
        payments.drain()
        assert load_run(table, run.run_id).count == 1
