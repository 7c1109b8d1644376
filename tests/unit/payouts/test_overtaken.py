"""What a worker does when another one was faster, at the moments at which it hurts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prakerja.incentives import IncentiveState, incentives_of
from prakerja.payouts.model import PayoutState
from prakerja.payouts.ports import PaymentProvider
from prakerja.payouts.runs import RunState
from prakerja.payouts.service import prepare_run, send_payout, start_run
from prakerja.payouts.store import load_run, run_rows
from prakerja.platform.access_patterns import ACCOUNT
from prakerja.platform.clock import wib_date
from tests.support.payments import PROVIDER, Payments
from tests.support.world import World


class Overtaken:
    """A provider's adapter; before its first ``external_id`` is handed out, ``meanwhile`` happens once."""

    def __init__(self, provider: PaymentProvider, meanwhile: Callable[[], object]) -> None:
        self._provider, self._meanwhile = provider, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def external_id(self, *arguments: Any) -> str:
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._provider.external_id(*arguments)


def queued(payments: Payments) -> str:
    """A released run with one payout, which is queued; answers its id."""
    payments.release(payments.declare())
    for message in [m for m in payments.waiting if m.topic == "payouts.shard_released.v1"]:
        payments.waiting.remove(message)
        payments.deliver(message)
    (payout,) = payments.payouts()
    assert payout.state is PayoutState.QUEUED
    return payout.payout_id


def test_two_workers_with_one_message_send_once(world: World) -> None:
    payments = Payments(world, people=1)
    payout_id = queued(payments)
    other = dict(payments.providers)
    slow = Overtaken(payments.bank.provider, lambda: send_payout(payments.p, other, payout_id=payout_id))
    found = send_payout(payments.p, {PROVIDER: slow}, payout_id=payout_id)
    assert found.state is PayoutState.PAID
    assert len([path for path, *_ in payments.bank.transport.sent if path.endswith("/topup")]) == 1


def test_two_workers_send_again_once(world: World) -> None:
    payments = Payments(world, people=1)
    payments.bank.engine.add_fault("rate_limited", role="transfer", times=1)
    payout_id = queued(payments)
    assert send_payout(payments.p, payments.providers, payout_id=payout_id).state is PayoutState.RESEND
    slow = Overtaken(payments.bank.provider, lambda: send_payout(payments.p, payments.providers, payout_id=payout_id))
    assert send_payout(payments.p, {PROVIDER: slow}, payout_id=payout_id).state is PayoutState.PAID
    assert len([path for path, *_ in payments.bank.transport.sent if path.endswith("/topup")]) == 2


def test_a_worker_that_is_overtaken_adds_nothing_to_a_run_that_was_declared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one found nothing due any more: the index was behind."""
    payments = Payments(world, people=1)
    run = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="run-1")
    batch_get = world.table.batch_get

    def overtaken(*wanted: Any, **how: Any) -> Any:
        if wanted[0][0] is ACCOUNT:
            monkeypatch.undo()
            with monkeypatch.context() as behind:
                behind.setattr(world.table, "due", lambda *_, **__: [])
                assert prepare_run(payments.p, run_id=run.run_id).state is RunState.DECLARED
        return batch_get(*wanted, **how)

    monkeypatch.setattr(world.table, "batch_get", overtaken)
    prepare_run(payments.p, run_id=run.run_id)
    declared = load_run(world.table, run.run_id)
    assert (declared.count, list(run_rows(world.table, run.run_id))) == (0, [])
    (incentive,) = incentives_of(world.table, payments.people[0].person_id)
    assert incentive.state is IncentiveState.SCHEDULED, "the next run takes it"
