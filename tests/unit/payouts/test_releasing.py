"""Before a run is released: our own accounts must cover it, its channels must not be stopped; it can be withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prakerja.incentives import IncentiveState, incentives_of
from prakerja.payouts.answers import BalanceAnswer, BalanceStatus
from prakerja.payouts.api import RunDetail
from prakerja.payouts.channels import EVERYBODY
from prakerja.payouts.errors import ChannelIsStopped, NotReleased, ProviderUnavailable, RunNotDeclared, SourceShort
from prakerja.payouts.model import PayoutState
from prakerja.payouts.runs import ProviderSum, RunState
from prakerja.payouts.service import (
    due_runs,
    prepare_run,
    release_run,
    start_run,
    stop_channel,
    withdraw_run,
    withdraw_shard,
)
from prakerja.payouts.store import load_run, progress_of, run_shards
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.clock import wib_date
from prakerja.platform.problems import Reaction
from tests.support.payments import AMOUNT, Payments
from tests.support.world import World


def says(payments: Payments, monkeypatch: pytest.MonkeyPatch, answer: BalanceAnswer) -> None:
    monkeypatch.setattr(type(payments.bank.provider), "balance", lambda *_: answer)


def facts(world: World, run_id: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in world.items("evidence") if one["pk"].endswith(run_id) and f"#{kind}#" in one["sk"]]


def test_a_run_declares_its_sums_by_provider(world: World) -> None:
    payments = Payments(world, people=3)
    run = load_run(world.table, payments.declare())
    assert run.sums == (ProviderSum("LINKAJA", 3, 3 * AMOUNT),)
    seen = RunDetail.made_of(run, progress_of(world.table, run))
    assert seen.progress == {PayoutState.DECLARED: 3}
    assert seen.providers[0].amount_text == "Rp1.800.000"
    payments.release(run.run_id)
    payments.play()
    assert progress_of(world.table, run) == {PayoutState.PAID: 3}
    assert progress_of(world.table, run, most=2) is None


def test_an_account_that_does_not_cover_the_run_releases_nothing(world: World) -> None:
    payments = Payments(world, people=2, funds=AMOUNT)
    run_id = payments.declare()
    with pytest.raises(SourceShort) as refused:
        payments.release(run_id)
    assert refused.value.reaction is Reaction.GIVE_UP
    assert load_run(world.table, run_id).state is RunState.DECLARED
    (fact,) = facts(world, run_id, "RUN_SHORT")
    assert (fact["amount"], fact["available"]) == (2 * AMOUNT, AMOUNT)
    assert payments.credits() == {}


def test_a_balance_that_nobody_can_tell_is_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = Payments(world, people=1)
    run_id = payments.declare()
    answer = payments.bank.provider.balance("1")
    says(payments, monkeypatch, replace(answer, status=BalanceStatus.NOT_SUPPORTED, available=None))
    payments.release(run_id)
    (fact,) = facts(world, run_id, "RUN_RELEASED")
    assert fact["balance_unknown"] == ["LINKAJA"]
    assert load_run(world.table, run_id).state is RunState.RELEASED


def test_a_provider_that_does_not_answer_is_asked_again_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = Payments(world, people=1)
    run_id = payments.declare()
    answer = payments.bank.provider.balance("1")
    with monkeypatch.context() as down:
        says(payments, down, replace(answer, status=BalanceStatus.UNAVAILABLE, available=None))
        with pytest.raises(ProviderUnavailable) as later:
            payments.release(run_id)
    assert later.value.reaction is Reaction.RETRY_LATER
    approval_id = next(one["pk"].partition("#")[2] for one in world.items("programme") if one["sk"] == "APPROVAL")
    released = release_run(payments.p, payments.providers, run_id=run_id, approval_id=approval_id)
    assert released.state is RunState.RELEASED


@pytest.mark.parametrize("stopped", [EVERYBODY, "LINKAJA"])
def test_nothing_is_released_to_a_stopped_channel(world: World, stopped: str) -> None:
    payments = Payments(world, people=1)
    run_id = payments.declare()
    stop_channel(payments.p, operator="op-3", provider=stopped, because="drill")
    with pytest.raises(ChannelIsStopped):
        payments.release(run_id)
    assert load_run(world.table, run_id).state is RunState.DECLARED


def test_a_withdrawn_run_pays_nobody_and_the_next_one_pays_all(world: World) -> None:
    payments = Payments(world, people=3)
    run_id = payments.declare()
    withdrawn = withdraw_run(payments.p, operator="op-1", run_id=run_id)
    assert withdraw_run(payments.p, operator="op-1", run_id=run_id) == withdrawn
    payments.collect()
    payments.drain()
    assert payments.states() == [PayoutState.CANCELLED] * 3
    for who in payments.people:
        (incentive,) = incentives_of(world.table, who.person_id)
        assert incentive.state is IncentiveState.SCHEDULED
    with pytest.raises((NotReleased, RunNotDeclared)):
        payments.release(run_id)
    again = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="again")
    payments.collect()
    payments.drain()
    payments.release(again.run_id)
    payments.play()
    assert set(payments.credits().values()) == {1}
    assert payments.states() == [PayoutState.PAID] * 3
    assert sum(withdraw_shard(payments.p, run_id=run_id, shard=shard) for shard in run_shards()) == 0


def test_a_withdrawal_goes_on_when_its_messages_are_lost(world: World) -> None:
    payments = Payments(world, people=2)
    run_id = payments.declare()
    withdraw_run(payments.p, operator="op-1", run_id=run_id)
    world.take()
    world.clock.move(minutes=11)
    lost = [one for shard in range(DUE_SHARDS) for one in due_runs(payments.p, f"RUN#{shard:02d}")]
    assert len(lost) == len(list(run_shards()))
    assert sum(withdraw_shard(payments.p, run_id=run_id, shard=one.model_dump()["shard"]) for one in lost) == 2
    assert [one for shard in range(DUE_SHARDS) for one in due_runs(payments.p, f"RUN#{shard:02d}")] == []


def test_only_a_declared_run_is_withdrawn(world: World) -> None:
    payments = Payments(world, people=1)
    early = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="early")
    with pytest.raises(RunNotDeclared):
        withdraw_run(payments.p, operator="op-1", run_id=early.run_id)
    with pytest.raises(RunNotDeclared):
        withdraw_shard(payments.p, run_id=early.run_id, shard="00")
    while prepare_run(payments.p, run_id=early.run_id).state is RunState.PREPARING:
        pass
    payments.release(early.run_id)
    with pytest.raises(RunNotDeclared):
        withdraw_run(payments.p, operator="op-1", run_id=early.run_id)
