"""The ledger at every moment of a run, whatever the provider does and whoever dies: it balances, and what is in flight
is to the rupiah what attempts hold that are not settled. At the end every day closes, and comparing finds both books equal.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from prakerja.balance import LedgerClose, ShardToClose
from prakerja.balance.model import account_class
from prakerja.balance.service import begin_close, close_shard, read_day
from prakerja.payouts.model import IN_FLIGHT, PayoutState
from prakerja.payouts.reconciling.comparing import AGREED, Bucket
from prakerja.payouts.service.reconciling import reconcile_day
from prakerja.platform.clock import wib_date
from tests.properties.test_payouts import FAULTS, Chaos
from tests.support.effort import effort
from tests.support.payments import AMOUNT, PROVIDER, Payments
from tests.support.statements import MemoryFiles
from tests.support.world import new_world


def booked(items: list[dict[str, Any]]) -> Counter[str]:
    """What each class of account holds, by all transfers that are stored."""
    held: Counter[str] = Counter()
    for item in items:
        if item["sk"].startswith("TRANSFER#"):
            held[account_class(item["credit"])] += item["amount"]
            held[account_class(item["debit"])] -= item["amount"]
    return held


def check(payments: Payments) -> None:
    """The invariants of the ledger, now."""
    items = payments.world.items("programme")
    held = booked(items)
    assert held.total() == 0, "debits are credits"
    states = Counter(PayoutState(item["state"]) for item in items if item["sk"] == "PAYOUT" and item["attempt"])
    assert held[f"IN_FLIGHT:{PROVIDER}"] == AMOUNT * sum(states[state] for state in IN_FLIGHT), states
    assert held[f"PAID:{PROVIDER}"] == AMOUNT * states[PayoutState.PAID], states
    assert held[f"RETURNED:{PROVIDER}"] == 0


@pytest.mark.timeout(600)
@settings(max_examples=effort(2), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(100, 700)), min_size=1, max_size=3),
    deaths=st.sampled_from([0, 40]),
)
def test_the_ledger_says_at_every_moment_where_the_money_is(
    seed: int, faults: list[tuple[str, int]], deaths: int
) -> None:
    with mock_aws():
        payments = Payments(new_world(), people=4, seed=seed)
        first = wib_date(payments.world.clock.programme())
        payments.release(payments.declare())
        for what, permille in faults:
            payments.bank.engine.add_fault(what, permille=permille, for_seconds=6 * 3600)
        chaos = Chaos(payments, deaths)

        def step() -> None:
            chaos.armed = False
            check(payments)
            chaos.armed = True
            chaos.before_step()

        payments.play(hours=6, chaos=step)
        chaos.armed = False
        payments.play(hours=48, chaos=lambda: check(payments))
        check(payments)
        _days_close(payments, first)
        _both_books_agree(payments, first)


def _days_close(payments: Payments, first: date) -> None:
    payments.move_to(payments.world.clock.now + timedelta(days=1))
    payments.world.take()
    begin_close(payments.p)
    while messages := payments.world.take(ShardToClose.topic):
        for message in messages:
            asked = ShardToClose.model_validate(message.body)
            close_shard(payments.p, day=asked.day, shard=asked.shard)
    yesterday = wib_date(payments.world.clock.programme()) - timedelta(days=1)
    assert first <= yesterday
    close = read_day(payments.p, yesterday)
    assert isinstance(close, LedgerClose)
    assert dict(close.balances) == {
        name: amount for name, amount in booked(payments.world.items("programme")).items() if amount
    }


def _both_books_agree(payments: Payments, first: date) -> None:
    """The provider's statement against ours: no difference but of what is held or parked for a person."""
    report = reconcile_day(payments.p, payments.providers, MemoryFiles(), provider=PROVIDER, day=first)
    assert report is not None
    open_ = sum(payout.state in IN_FLIGHT for payout in payments.payouts())
    differences = {b: found["count"] for b, found in report.buckets.items() if Bucket(b) not in AGREED}
    assert differences == ({"STILL_UNKNOWN": open_} if open_ else {})
