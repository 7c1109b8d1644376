"""Whatever the provider does and whoever dies: never two credits, never a lie, nothing unresolved without a person.

Each example is one seed: it draws faults, duplicate and shuffled deliveries and workers that die at an AWS or HTTP call.
The provider's own books judge.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from prakerja.balance import ledger_totals
from prakerja.payouts.model import PayoutState
from prakerja.platform.clock import wib_date
from tests.support.effort import effort
from tests.support.payments import AMOUNT, PROVIDER, Payments, WorkerDied
from tests.support.world import new_world

PEOPLE = 4
EXAMPLES = int(os.environ.get("PAYOUT_EXAMPLES", effort(3)))

FAULTS = [
    "lost_before_commit", "lost_after_commit", "late_commit", "error_before_commit", "error_after_commit",
    "pending_then_success", "pending_then_fail", "wrong_echo_reference", "wrong_echo_amount", "missing_reference_no",
    "html_body", "truncated_json", "invalid_utf8", "huge_body", "unknown_code", "code_contradicts_http",
    "rate_limited", "token_expired", "signature_refused", "insufficient_funds", "account_invalid", "account_frozen",
    "inquiry_down", "not_found_at_inquiry", "unknown_status_at_inquiry", "down",
]  # fmt: skip


class Chaos:
    """Kills a worker at some of its calls."""

    def __init__(self, payments: Payments, permille: int) -> None:
        self.payments, self.permille, self.armed = payments, permille, False
        events = payments.world.client.meta.events
        events.register("before-call.dynamodb", self._maybe)
        events.register("after-call.dynamodb", self._maybe)
        transport = payments.bank.transport
        post = transport.post

        def dying_post(*arguments: Any) -> tuple[int, bytes]:
            self._maybe()
            answer = post(*arguments)
            self._maybe()
            return answer

        transport.post = dying_post  # type: ignore[method-assign,assignment]

    def _maybe(self, **_: Any) -> None:
        if self.armed and self.payments.working and self.payments.random.randrange(1000) < self.permille:
            raise WorkerDied

    def before_step(self) -> None:
        waiting, rng = self.payments.waiting, self.payments.random
        rng.shuffle(waiting)
        if waiting and rng.randrange(3) == 0:
            waiting.append(rng.choice(waiting))


@pytest.mark.timeout(600)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    seed=st.integers(0, 2**32),
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(100, 700)), max_size=4),
    dedup=st.sampled_from(["strict", "dana", "off"]),
    deaths=st.sampled_from([0, 20, 60]),
)
@example(seed=1, faults=[("lost_after_commit", 500), ("not_found_at_inquiry", 500)], dedup="off", deaths=20)
def test_nobody_is_paid_twice_and_nobody_is_told_a_lie(
    seed: int, faults: list[tuple[str, int]], dedup: str, deaths: int
) -> None:
    with mock_aws():
        payments = Payments(new_world(), people=PEOPLE, seed=seed)
        payments.bank.engine.configure(PROVIDER.lower(), dedup=dedup)
        run_id = payments.declare()
        payments.release(run_id)
        for what, permille in faults:
            payments.bank.engine.add_fault(what, permille=permille, for_seconds=6 * 3600)
        chaos = Chaos(payments, deaths)
        chaos.armed = True
        payments.play(hours=6, chaos=chaos.before_step)
        chaos.armed = False
        payments.play(hours=48)
        _judge(payments)


def _judge(payments: Payments) -> None:
    credited = payments.credits()
    for payout in payments.payouts():
        paid = credited.get(payments.account_of(payout), 0)
        seen = payments.history[payout.payout_id]
        assert paid <= 1, f"P1 paid {paid} times: {seen}"
        if payout.state is PayoutState.PAID:
            assert paid == 1, f"P2 told paid and was not: {seen}"
        if PayoutState.FAILED in seen:
            assert paid == 0, f"P3 told failed and was paid: {seen}"
        assert payout.state in (
            PayoutState.PAID,
            PayoutState.FAILED,
            PayoutState.HELD,
            PayoutState.PARKED,
        ), f"P5 not resolved: {seen}"
    totals = ledger_totals_of_all_days(payments)
    by_state = {state: sum(p.state is state for p in payments.payouts()) for state in PayoutState}
    held = by_state[PayoutState.HELD] + by_state[PayoutState.PARKED]
    assert totals == (by_state[PayoutState.PAID] * AMOUNT, held * AMOUNT), "P4 the ledger agrees with the payouts"
    references = {item["reference"] for item in payments.world.items("programme") if item["sk"].startswith("ATTEMPT#")}
    assert len(references) == len(payments.payouts()), "P6 one reference per payout: none was proven failed and repaid"


def ledger_totals_of_all_days(payments: Payments) -> tuple[int, int]:
    """(paid, in flight) over all booking days."""
    first = wib_date(payments.world.clock.programme()) - timedelta(days=10)
    totals = [ledger_totals(payments.world.table, first + timedelta(days=n)) for n in range(11)]
    return sum(t.net(f"PAID:{PROVIDER}") for t in totals), sum(t.net(f"IN_FLIGHT:{PROVIDER}") for t in totals)
