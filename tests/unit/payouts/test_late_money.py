"""Money of an earlier attempt that arrives late and is accepted: that attempt has paid, and is the one that is asked about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from prakerja.balance import PayoutMove
from prakerja.incentives import incentives_of
from prakerja.incentives.service import retry_incentive
from prakerja.membership import change_membership
from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.reconciling.comparing import Standing
from prakerja.payouts.service import start_run
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.store import attempts_of, load_payout
from prakerja.payouts.store.reconciliations import attempts_on, booked_once
from prakerja.payouts.store.suspense import load_suspended, paid_by_it
from prakerja.platform.clock import wib_date
from tests.support.payments import AMOUNT, PROVIDER
from tests.support.world import World
from tests.unit.payouts.test_judging import Judged


class Late(Judged):
    """Two attempts, both proven unpaid; then the first one's money arrives."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "pending_forever", PayoutState.UNKNOWN)
        self.passed(self.agreed(Verdict.ABSENT))
        self.payments.waiting.clear()
        self.payments.collect()
        self.payments.bank.engine.faults.clear()
        self.payments.bank.engine.add_fault("account_invalid", role="transfer", times=1)
        self.once_more("run-2")
        first, _ = self.attempts
        self.payments.bank.engine.settle(PROVIDER.lower(), first.reference, "SUCCESS")

    def once_more(self, key: str) -> None:
        """The member acts, and another run is played to its end."""
        (incentive,) = incentives_of(self.world.table, self.payout.person_id)
        self.world.table.commit(change_membership(self.payout.person_id, set={"account_linked": True}))
        retry_incentive(self.p, person_id=self.payout.person_id, kind=incentive.kind, number=incentive.number, key=key)
        self.payments.move_to(self.world.clock.now + timedelta(days=5))
        until = wib_date(self.world.clock.programme())
        run = start_run(self.p, operator="op-1", scheduled_until=until, key=key)
        self.payments.collect()
        self.payments.drain()
        self.payments.release(run.run_id)
        self.payments.play()

    def accepted(self, reference: str) -> None:
        """A row of theirs under this reference lay in suspense; people agreed that it paid the payout."""
        now = self.world.clock.programme()
        place: tuple[str, date, str] = (PROVIDER, wib_date(now), "row")
        self.world.table.commit(*booked_once(PayoutMove.SUSPEND, *place, AMOUNT, now))
        found = load_suspended(self.world.table, *place, reference)
        assert found is not None
        self.world.table.commit(*paid_by_it(self.world.table, found, self.payout_id, now, self.world.clock.wall()))

    @property
    def payout(self) -> Payout:
        return load_payout(self.world.table, self.payout_id)

    @property
    def attempts(self) -> list[Attempt]:
        return attempts_of(self.world.table, self.payout_id)

    @property
    def results(self) -> list[PayoutState | None]:
        return [attempt.result for attempt in self.attempts]

    @property
    def standings(self) -> list[Standing]:
        """As a reconciliation of their days sees them."""
        days = [wib_date(attempt.prepared_at) for attempt in self.attempts]
        return [one.standing for day in days for _, one in attempts_on(self.world.table, PROVIDER, day)]


@pytest.fixture
def late(world: World) -> Late:
    return Late(world)


def test_the_attempt_that_paid_is_the_one_that_is_marked(late: Late) -> None:
    assert (late.state, late.results) == (PayoutState.FAILED, [PayoutState.FAILED, PayoutState.FAILED])
    late.accepted(late.attempts[0].reference)
    assert (late.payout.state, late.payout.attempt) == (PayoutState.PAID, 1)
    assert late.results == [PayoutState.PAID, PayoutState.FAILED]
    assert late.standings == [Standing.PAID, Standing.FAILED]


def test_what_it_says_later_is_asked_about_and_the_next_attempt_has_a_number_of_its_own(late: Late) -> None:
    first, second = late.attempts
    late.accepted(first.reference)
    told = Callback(PROVIDER, second.reference, TransferStatus.FAILED, "1" * 64)
    take_callback(late.p, told)
    late.payments.collect()
    late.payments.play()
    assert late.state is PayoutState.PAID, "that the other one failed was known"
    late.payments.bank.engine.refund(PROVIDER.lower(), first.reference)
    take_callback(late.p, Callback(PROVIDER, first.reference, TransferStatus.RETURNED, "2" * 64))
    late.payments.collect()
    late.payments.play()
    assert (late.state, late.results) == (PayoutState.RETURNED, [PayoutState.RETURNED, PayoutState.FAILED])
    assert late.standings == [Standing.RETURNED, Standing.FAILED]
    late.once_more("run-3")
    assert (late.payout.state, late.payout.attempt) == (PayoutState.PAID, 3)
    assert late.results == [PayoutState.RETURNED, PayoutState.FAILED, PayoutState.PAID]
    assert list(late.payments.credits().values()) == [1]


def test_late_money_after_late_money(late: Late) -> None:
    """The first came back, and then the second arrives."""
    first, second = late.attempts
    late.accepted(first.reference)
    late.payments.bank.engine.refund(PROVIDER.lower(), first.reference)
    take_callback(late.p, Callback(PROVIDER, first.reference, TransferStatus.RETURNED, "3" * 64))
    late.payments.collect()
    late.payments.play()
    late.world.clock.travel(days=1)
    late.accepted(second.reference)
    assert (late.payout.state, late.payout.attempt) == (PayoutState.PAID, 2)
    assert late.results == [PayoutState.RETURNED, PayoutState.PAID]


@pytest.mark.parametrize("reference", ["", "GARBLED", "P26015ABCDEFGHIJKL01"])
def test_of_what_names_no_attempt_of_it_the_present_one_has_paid(late: Late, reference: str) -> None:
    late.accepted(reference)
    assert (late.payout.state, late.payout.attempt) == (PayoutState.PAID, 2)
    assert late.results == [PayoutState.FAILED, PayoutState.PAID]
