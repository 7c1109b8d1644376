"""A run declares before money moves, two people release it, and what came of each payout is what the provider's books say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from prakerja.balance import ledger_totals
from prakerja.incentives import IncentiveState, incentives_of
from prakerja.payouts.api import IncentiveView
from prakerja.payouts.errors import NotReleased, RunEmpty, RunNotDeclared, TotalsDiffer
from prakerja.payouts.model import PayoutState
from prakerja.payouts.reasons import NOBODY_TO_PAY
from prakerja.payouts.runs import RunState
from prakerja.payouts.service import (
    due_runs,
    inquire_payout,
    prepare_run,
    propose_release,
    queue_shard,
    release_run,
    send_payout,
    start_run,
)
from prakerja.payouts.store import load_run, run_shards
from prakerja.platform.access_patterns import ACCOUNT, APPROVAL, DUE_SHARDS, PAYOUT, RUN_PAYOUT
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import delete, put, update
from prakerja.platform.problems import NotFound
from tests.support.payments import AMOUNT, Payments
from tests.support.world import World


def fault(payments: Payments, what: str, **conditions: Any) -> None:
    payments.bank.engine.add_fault(what, **conditions)


def test_everybody_is_paid_once_and_the_books_agree(world: World) -> None:
    payments = Payments(world, people=4)
    run_id = payments.declare()
    run = load_run(world.table, run_id)
    assert (run.state, run.count, run.amount) == (RunState.DECLARED, 4, 4 * AMOUNT)
    payments.release(run_id)
    payments.play()
    assert payments.states() == [PayoutState.PAID] * 4
    assert set(payments.credits().values()) == {1}
    for who in payments.people:
        (incentive,) = incentives_of(world.table, who.person_id)
        assert incentive.state is IncentiveState.PAID
    totals = ledger_totals(world.table, wib_date(world.clock.programme()))
    assert totals.net("PAID:LINKAJA") == 4 * AMOUNT
    assert totals.net("IN_FLIGHT:LINKAJA") == 0
    assert payments.bank.books()["totals"]["rupiah"] == totals.net("PAID:LINKAJA")


def test_a_happy_payout_is_two_writes_and_one_call(world: World) -> None:
    payments = Payments(world, people=2)
    payments.release(payments.declare())
    queued = [m for m in payments.waiting if m.topic == "payouts.shard_released.v1"]
    for message in queued:
        payments.waiting.remove(message)
        payments._handle(message)
    payments.collect()
    first, second = [m for m in payments.waiting if m.topic == "payouts.queued.v1"]
    payments.deliver(first)  # fetches the token and the data key
    calls: list[str] = []
    world.client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    sent = len(payments.bank.transport.sent)
    send_payout(payments.p, payments.providers, payout_id=second.body["payout_id"])
    assert calls == ["GetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    assert len(payments.bank.transport.sent) - sent == 1


def test_a_response_lost_after_commit_ends_paid_by_inquiry(world: World) -> None:
    payments = Payments(world, people=1)
    fault(payments, "lost_after_commit", times=1)
    payments.pay()
    (payout,) = payments.payouts()
    assert payments.history[payout.payout_id][-2:] == [PayoutState.UNKNOWN, PayoutState.PAID]
    assert payout.provider_reference
    assert list(payments.credits().values()) == [1]
    assert sum("topup" in path and "status" not in path for path, *_ in payments.bank.transport.sent) == 1


def test_a_request_lost_before_commit_is_sent_again_under_its_own_reference(world: World) -> None:
    payments = Payments(world, people=1)
    fault(payments, "lost_before_commit", times=1)
    payments.pay()
    assert payments.states() == [PayoutState.PAID]
    transfers = [body for path, _, body in payments.bank.transport.sent if path.endswith("/topup")]
    assert len(transfers) == 2
    assert transfers[0] == transfers[1]
    assert list(payments.credits().values()) == [1]


def test_a_late_commit_is_never_overtaken(world: World) -> None:
    payments = Payments(world, people=1)
    fault(payments, "late_commit", times=1, seconds=600)
    payments.pay()
    assert payments.states() == [PayoutState.PAID]
    assert list(payments.credits().values()) == [1]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("account_invalid", "PSP_ACCOUNT_INVALID"),
        ("account_inactive", "PSP_ACCOUNT_INACTIVE"),
        ("kyc_required", "PSP_KYC_REQUIRED"),
    ],
)
def test_a_refused_account_is_a_named_failure_and_the_money_is_back(world: World, what: str, reason: str) -> None:
    payments = Payments(world, people=2)
    refused = payments.people[0]
    fault(payments, what, account_suffix=refused.phone[-8:])
    payments.pay()
    assert payments.states() == [PayoutState.FAILED, PayoutState.PAID]
    (incentive,) = incentives_of(world.table, refused.person_id)
    assert (incentive.state, incentive.reason) == (IncentiveState.PAYOUT_FAILED, reason)
    totals = ledger_totals(world.table, wib_date(world.clock.programme()))
    assert (totals.net("PAID:LINKAJA"), totals.net("IN_FLIGHT:LINKAJA")) == (AMOUNT, 0)
    assert refused.phone.lstrip("+") not in payments.credits()


@pytest.mark.parametrize("what", ["insufficient_funds", "rate_limited", "signature_refused", "down"])
def test_what_is_nobodys_fault_fails_nobody(world: World, what: str) -> None:
    payments = Payments(world, people=3)
    payments.release(payments.declare())
    fault(payments, what, for_seconds=1800)
    payments.play()
    assert payments.states() == [PayoutState.PAID] * 3
    assert set(payments.credits().values()) == {1}
    for seen in payments.history.values():
        assert PayoutState.FAILED not in seen


@pytest.mark.parametrize("what", ["wrong_amount_at_inquiry", "wrong_account_at_inquiry"])
def test_a_contradiction_is_held_for_a_person(world: World, what: str) -> None:
    payments = Payments(world, people=1)
    fault(payments, "lost_after_commit", times=1)
    fault(payments, what)
    payments.pay()
    assert payments.states() == [PayoutState.HELD]


def test_unknown_for_long_is_on_a_persons_list(world: World) -> None:
    payments = Payments(world, people=1)
    fault(payments, "pending_forever")
    payments.release(payments.declare())
    payments.play(hours=40)
    assert payments.states() == [PayoutState.UNKNOWN]
    (attempt,) = [item for item in world.items("programme") if item["sk"].startswith("ATTEMPT#")]
    assert attempt["overdue"] is True


def test_messages_that_come_twice_change_nothing(world: World) -> None:
    payments = Payments(world, people=2)
    fault(payments, "lost_after_commit", nth=1)
    payments.pay()
    before = _meaning(world)
    for payout in payments.payouts():
        send_payout(payments.p, payments.providers, payout_id=payout.payout_id)
        inquire_payout(payments.p, payments.providers, payout_id=payout.payout_id)
    for shard in run_shards():
        assert queue_shard(payments.p, run_id=payments.payouts()[0].run_id, shard=shard) == 0
    prepare_run(payments.p, run_id=payments.payouts()[0].run_id)
    assert _meaning(world) == before


def _meaning(world: World) -> list[dict[str, Any]]:
    return [{name: value for name, value in item.items() if name != "commit_id"} for item in world.items("programme")]


def test_no_money_without_two_operators(world: World) -> None:
    payments = Payments(world, people=1)
    run_id = payments.declare()
    approval = propose_release(payments.p, operator="op-1", run_id=run_id)
    with pytest.raises(NotReleased):
        release_run(payments.p, payments.providers, run_id=run_id, approval_id=approval.approval_id)
    payments.release(run_id)
    world.table.commit(update(APPROVAL, set={"approved_by": "op-1"}, approval_id=approval.approval_id))
    (payout,) = payments.payouts()
    queued = {"state": "QUEUED", "approval_id": approval.approval_id}
    world.table.commit(update(PAYOUT, set=queued, payout_id=payout.payout_id))
    with pytest.raises(NotReleased):
        send_payout(payments.p, payments.providers, payout_id=payout.payout_id)
    assert payments.credits() == {}


def test_totals_are_counted_again_before_the_release(world: World) -> None:
    payments = Payments(world, people=1)
    run_id = payments.declare()
    world.table.commit(
        put(RUN_PAYOUT, {"amount": 1, "provider": "LINKAJA"}, run_id=run_id, shard="00", payout_id="smuggled")
    )
    with pytest.raises(TotalsDiffer):
        payments.release(run_id)
    assert payments.credits() == {}


def test_runs_that_cannot_be_released(world: World) -> None:
    payments = Payments(world, people=1)
    early = start_run(payments.p, operator="op-1", scheduled_until=date(2026, 1, 1), key="early")
    with pytest.raises(RunNotDeclared):
        propose_release(payments.p, operator="op-1", run_id=early.run_id)
    payments.collect()
    payments.drain()
    with pytest.raises(RunEmpty):
        propose_release(payments.p, operator="op-1", run_id=early.run_id)
    with pytest.raises(NotFound):
        propose_release(payments.p, operator="op-1", run_id="nowhere")


def test_two_runs_never_pay_one_incentive_twice(world: World) -> None:
    payments = Payments(world, people=2)
    first = payments.declare()
    tomorrow = wib_date(world.clock.programme()) + timedelta(days=1)
    second = start_run(payments.p, operator="op-1", scheduled_until=tomorrow, key="run-2")
    payments.collect()
    payments.drain()
    assert load_run(world.table, first).count == 2
    assert load_run(world.table, second.run_id).count == 0


def test_a_run_goes_on_when_its_messages_are_lost(world: World) -> None:
    payments = Payments(world, people=3)
    run = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="run-1")
    for _ in range(4):  # collect, collect the rest of the shards, declare
        world.take()
        assert _due_runs(payments) == []
        world.clock.move(minutes=11)
        for message in _due_runs(payments):
            assert message.topic == "payouts.run_started.v1"
            prepare_run(payments.p, run_id=run.run_id)
    assert load_run(world.table, run.run_id).state is RunState.DECLARED
    world.clock.move(days=3)
    assert _due_runs(payments) == []  # it waits for people

    payments.release(run.run_id)
    payments.waiting.clear()
    world.clock.move(minutes=11)
    lost = _due_runs(payments)
    assert len(lost) == len(list(run_shards()))
    queued = [queue_shard(payments.p, run_id=run.run_id, shard=message.shard) for message in lost[1:]]
    assert [message.shard for message in _due_runs(payments)] == ["00"]
    queued.append(queue_shard(payments.p, run_id=run.run_id, shard="00"))
    assert sum(queued) == 3
    assert _due_runs(payments) == []


def test_a_run_is_not_stopped_by_an_incentive_that_moves_meanwhile(world: World) -> None:
    payments = Payments(world, people=2)
    gone = payments.people[0]
    world.table.commit(delete(ACCOUNT, person_id=gone.person_id))
    run = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="run-1")
    batch_get = world.table.batch_get

    def overtaken(*wanted: Any, **how: Any) -> Any:
        found = batch_get(*wanted, **how)
        if wanted[0][0] is ACCOUNT:
            world.table.batch_get = batch_get  # type: ignore[method-assign]
            prepare_run(payments.p, run_id=run.run_id)
        return found

    world.table.batch_get = overtaken  # type: ignore[method-assign]
    while prepare_run(payments.p, run_id=run.run_id).state is RunState.PREPARING:
        pass
    (incentive,) = incentives_of(world.table, gone.person_id)
    assert (incentive.state, incentive.reason) == (IncentiveState.PAYOUT_FAILED, NOBODY_TO_PAY)
    assert "Penyedia" not in IncentiveView.of(incentive, None, None, world.clock.wall(), "id").explanation


def test_two_workers_with_one_shard_queue_all_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prakerja.payouts.service.releasing.QUEUED_AT_ONCE", 1)
    payments = Payments(world, people=12)
    run_id = payments.declare()
    payments.release(run_id)
    shards = [item["pk"].rpartition("#S")[2] for item in world.items("programme") if item["pk"].startswith("RUN#")]
    shard = max(set(shards), key=shards.count)
    assert shards.count(shard) > 1
    commit = world.table.commit

    def overtaken(*parts: Any, **how: Any) -> Any:
        world.table.commit = commit  # type: ignore[method-assign]
        commit(*parts, **how)  # the other worker, which dies after its first payouts
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    queue_shard(payments.p, run_id=run_id, shard=shard)
    payments.collect()
    assert payments.states().count(PayoutState.QUEUED) == shards.count(shard)


def _due_runs(payments: Payments) -> list[Any]:
    return [message for shard in range(DUE_SHARDS) for message in due_runs(payments.p, f"RUN#{shard:02d}")]
