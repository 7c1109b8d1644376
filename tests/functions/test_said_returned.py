"""A provider says that a paid one came back: one answer, or none, ends nothing; it is asked for a day, then a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.decisions import DOUBTED_SECONDS
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.store import attempts_of
from tests.functions.test_payment_callback import Line
from tests.support.payments import PROVIDER
from tests.support.world import World


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


def says_it_came_back(line: Line, digest: str = "d", says: TransferStatus = TransferStatus.RETURNED) -> None:
    """The provider tells about Ani's paid attempt."""
    (attempt,) = attempts_of(line.world.table, line.payout_id)
    take_callback(line.world.platform, Callback(PROVIDER, attempt.reference, says, digest * 64))
    line.payments.collect()


def test_what_came_back_is_asked_about_until_the_provider_can_tell(line: Line) -> None:
    """Once it told us and could not be asked: nothing of that ends what it said."""
    assert line.sends() is PayoutState.PAID
    (attempt,) = attempts_of(line.world.table, line.payout_id)
    line.engine.refund(PROVIDER.lower(), attempt.reference)
    line.engine.add_fault("inquiry_down", role="status", for_seconds=7200)
    says_it_came_back(line)
    line.payments.waiting.clear()  # the message is lost, and what the provider repeats is a copy
    line.payments.play(hours=1)
    says_it_came_back(line)
    assert line.state() is PayoutState.PAID
    line.payments.play(hours=48)
    assert line.state() is PayoutState.RETURNED


@pytest.mark.parametrize("fault", ["inquiry_down", "not_found_at_inquiry", "unknown_status_at_inquiry"])
def test_a_return_that_nobody_can_tell_is_a_case_after_a_day(line: Line, fault: str) -> None:
    assert line.sends() is PayoutState.PAID
    line.payments.collect()
    line.payments.waiting.clear()
    line.engine.add_fault(fault, role="status")
    begin = line.world.clock.now
    says_it_came_back(line)
    line.payments.play(hours=72)
    assert line.state() is PayoutState.PAID, "nothing is proven"
    (case,) = line.payments.cases
    assert (case.body["kind"], case.body["subject_id"]) == ("RETURNED_LATER", line.payout_id)
    assert timedelta(hours=24) <= case.at - begin <= timedelta(hours=25)
    asked = [path for path, *_ in line.payments.bank.transport.sent if path.endswith("/topup-status")]
    assert len(asked) == 1 + len(DOUBTED_SECONDS)


def test_however_often_it_is_said_a_doubt_ends_and_said_later_again_it_is_another(line: Line) -> None:
    assert line.sends() is PayoutState.PAID
    line.payments.collect()
    line.payments.waiting.clear()
    line.engine.add_fault("not_found_at_inquiry", role="status")
    begin = line.world.clock.now
    for number in range(1, 5):  # each in other words, so that none is a copy
        says_it_came_back(line, digest=str(number))
        line.payments.play(hours=8)
        line.payments.move_to(begin + timedelta(hours=8 * number))
    line.payments.play(hours=72)
    (case,) = line.payments.cases
    assert timedelta(hours=24) <= case.at - begin <= timedelta(hours=25)
    line.payments.move_to(begin + timedelta(days=9))
    says_it_came_back(line, digest="9")
    line.payments.play(hours=72)
    _, other = line.payments.cases
    assert other.body["facts"]["said_at"] > case.body["facts"]["said_at"], "an answered case is asked once more"


def test_a_late_failed_about_a_paid_one_ends_with_the_provider_saying_paid(line: Line) -> None:
    assert line.sends() is PayoutState.PAID
    says_it_came_back(line, says=TransferStatus.FAILED)
    line.payments.play(hours=72)
    assert line.state() is PayoutState.PAID
    assert line.payments.cases == []
    assert line.payments._next_step() is None


def test_what_came_back_before_it_was_called_paid_is_not_forgotten(line: Line) -> None:
    """The call-back overtakes the inquiry, whose answer is still the old one."""
    assert line.sends("lost_after_commit") is PayoutState.UNKNOWN
    line.payments.collect()
    line.payments.waiting.clear()
    says_it_came_back(line)
    line.payments.drain()
    assert line.state() is PayoutState.PAID
    (attempt,) = attempts_of(line.world.table, line.payout_id)
    line.engine.refund(PROVIDER.lower(), attempt.reference)
    line.payments.play(hours=2)
    assert line.state() is PayoutState.RETURNED
