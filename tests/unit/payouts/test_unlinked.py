"""A member gives their account up while a payout is on its way: what was not sent waits for another one, what is sent again
goes where its bytes say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.incentives import incentives_of
from prakerja.payouts.api import IncentiveView
from prakerja.payouts.channels import Cause, decide_open
from prakerja.payouts.model import PayoutState, Waits
from prakerja.payouts.office import PayoutDetail
from prakerja.payouts.service import account_ready, send_payout, unlink
from prakerja.payouts.store import attempts_of, change_channel, load_account, load_channel, load_payout
from tests.support.payments import PROVIDER, Payments
from tests.support.people import plant_account
from tests.support.world import World
from tests.unit.payouts.test_overtaken import queued


@pytest.fixture
def payments(world: World) -> Payments:
    return Payments(world, people=1)


def sends(payments: Payments, payout_id: str) -> PayoutState:
    return send_payout(payments.p, payments.providers, payout_id=payout_id).state


def gives_up(payments: Payments) -> None:
    unlink(payments.p, person_id=payments.people[0].person_id)


def test_what_was_not_sent_waits_for_another_account_and_everybody_sees_why(payments: Payments) -> None:
    (ani,), payout_id, table = payments.people, queued(payments), payments.world.table
    gives_up(payments)
    assert sends(payments, payout_id) is PayoutState.QUEUED
    payments.collect()
    assert attempts_of(table, payout_id) == []
    assert payments.stored[payout_id]["due_at"] > payments.stored[payout_id]["history"][-1]["at"], "looked at again"
    payout, now = load_payout(table, payout_id), payments.world.clock.wall()
    assert PayoutDetail.made_of(payout, None, [], [], now).waits_for is Waits.UNLINKED
    (incentive,) = incentives_of(table, ani.person_id)
    told = IncentiveView.of(incentive, payout, load_account(table, ani.person_id), now, "en").next
    assert told is not None
    assert "Link an account" in told.text
    payments.play(hours=48)
    assert (payments.states(), payments.credits()) == ([PayoutState.QUEUED], {})
    plant_account(payments.world, ani, provider=PROVIDER)
    account_ready(payments.p, person_id=ani.person_id)
    payments.collect()
    payments.play()
    assert (payments.states(), set(payments.credits().values())) == ([PayoutState.PAID], {1})


def test_what_is_sent_again_goes_where_it_was_sent_before(payments: Payments) -> None:
    payments.bank.engine.add_fault("rate_limited", role="transfer", times=1)
    payout_id = queued(payments)
    assert sends(payments, payout_id) is PayoutState.RESEND
    gives_up(payments)
    assert sends(payments, payout_id) is PayoutState.PAID
    assert payments.credits() == {payments.people[0].phone.lstrip("+"): 1}


def test_who_only_waits_takes_nobodys_probe(payments: Payments) -> None:
    payout_id, table = queued(payments), payments.world.table
    seen = load_channel(table, PROVIDER)
    opened = decide_open(seen, Cause.NO_ANSWERS, "", payments.world.clock.wall() - timedelta(minutes=5))
    table.commit(change_channel(seen, opened))
    payments.move_to(payments.world.clock.now + timedelta(seconds=6))  # so that everybody knows
    gives_up(payments)
    assert sends(payments, payout_id) is PayoutState.QUEUED
    assert load_channel(table, PROVIDER) == opened
    plant_account(payments.world, payments.people[0], provider=PROVIDER)
    assert sends(payments, payout_id) is PayoutState.PAID
    assert load_channel(table, PROVIDER).open_until is None
