"""At most one attempt that has not failed is a condition of the database, whoever asks for another one and why."""

from __future__ import annotations

import pytest

from prakerja.payouts.errors import AttemptNotEnded
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import send_payout
from prakerja.payouts.store import attempts_of, change_payout, load_payout
from tests.support.payments import Payments
from tests.support.world import World
from tests.unit.payouts.test_overtaken import queued


@pytest.mark.parametrize("fault", ["lost_after_commit", "lost_before_commit", None])
def test_no_other_attempt_before_the_last_is_proven_unpaid(world: World, fault: str | None) -> None:
    payments = Payments(world, people=1)
    payout_id = queued(payments)
    if fault:
        payments.bank.engine.add_fault(fault, role="transfer")
    sent = send_payout(payments.p, payments.providers, payout_id=payout_id)
    assert sent.state is (PayoutState.UNKNOWN if fault else PayoutState.PAID)
    wrongly = sent.to(PayoutState.QUEUED, world.clock.programme())  # as a mistake elsewhere would leave it
    world.table.commit(change_payout(sent, wrongly))
    with pytest.raises(AttemptNotEnded):
        send_payout(payments.p, payments.providers, payout_id=payout_id)
    assert len(attempts_of(world.table, payout_id)) == 1
    assert load_payout(world.table, payout_id).attempt == 1
    assert len([path for path, *_ in payments.bank.transport.sent if path.endswith("/topup")]) == 1
