"""A provider says one thing and then another: what is not clear is not sent, and what nobody may be paid is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.identity.store import nik_guards
from prakerja.incentives import incentives_of
from prakerja.incentives.service import retry_incentive
from prakerja.membership import change_membership
from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.api import IncentiveView
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.errors import VerdictTooEarly
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import end_payments, propose_verdict, screen_member, send_payout, start_run
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.store import attempts_of, change_attempt, load_account, load_payout
from prakerja.platform.clock import wib_date
from prakerja.platform.problems import Conflict
from tests.support.payments import PROVIDER, Payments
from tests.support.world import World
from tests.unit.payouts.test_judging import Judged
from tests.unit.payouts.test_overtaken import queued
from tests.unit.payouts.test_screening import exclude

UNPAID_FOR_DAYS = "4030023"
"""The wallet's limit of this month is reached: not carried out, to be sent again after a day."""


@pytest.fixture
def payments(world: World) -> Payments:
    return Payments(world, people=1)


def sent_again(payments: Payments, fault: str, code: str, *, times: int = 1) -> str:
    """A payout that waits to be sent again after one answer."""
    payments.bank.engine.add_fault(fault, role="transfer", code=code, times=times)
    payout_id = queued(payments)
    payments.waiting.clear()
    assert send_payout(payments.p, payments.providers, payout_id=payout_id).state is PayoutState.RESEND
    payments.collect()
    return payout_id


def told(payments: Payments, reference: str, says: TransferStatus, *, heard: bool = True) -> None:
    """The provider calls back; ``heard``: and the message that makes us ask arrives."""
    take_callback(payments.p, Callback(PROVIDER, reference, says, says.ljust(64, "d")))
    payments.collect()
    if not heard:
        payments.waiting.clear()
    payments.drain()


def kinds(payments: Payments) -> list[str]:
    return [str(case.body["kind"]) for case in payments.cases]


# said paid, while it waits to be sent again -----------------------------------------------------------------------
@pytest.mark.parametrize("dedup", ["strict", "off"])
@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("inquiry", ["wrong_amount_at_inquiry", "inquiry_down", None])
def test_a_refusal_that_was_none_is_never_sent_again(
    payments: Payments, inquiry: str | None, heard: bool, dedup: str
) -> None:
    """It answers "too many requests" after it has paid, says so by a call-back, and its inquiries do not help."""
    payments.bank.engine.configure(PROVIDER.lower(), dedup=dedup)
    if inquiry:
        payments.bank.engine.add_fault(inquiry, role="status", times=3)
    payout_id = sent_again(payments, "error_after_commit", "4290000")
    (attempt,) = attempts_of(payments.world.table, payout_id)
    told(payments, attempt.reference, TransferStatus.PAID, heard=heard)
    payments.play(hours=30)
    assert set(payments.credits().values()) == {1}
    assert payments.states() == [PayoutState.HELD if inquiry == "wrong_amount_at_inquiry" else PayoutState.PAID]
    assert (inquiry == "wrong_amount_at_inquiry") == ("PAYOUT_HELD" in kinds(payments))


def test_what_is_said_to_be_under_way_is_asked_about_first(payments: Payments) -> None:
    payout_id = sent_again(payments, "error_before_commit", "4290000")
    (attempt,) = attempts_of(payments.world.table, payout_id)
    told(payments, attempt.reference, TransferStatus.PENDING, heard=False)
    assert load_payout(payments.world.table, payout_id).state is PayoutState.UNKNOWN
    payments.play(hours=30)
    assert (payments.states(), set(payments.credits().values())) == ([PayoutState.PAID], {1})


# said paid, while people have it ----------------------------------------------------------------------------------
def test_a_parked_payout_that_was_paid_becomes_paid_when_its_provider_says_so(payments: Payments) -> None:
    payments.bank.engine.add_fault("error_after_commit", role="transfer", code="4000001", times=1)
    payout_id = queued(payments)
    payments.waiting.clear()
    assert send_payout(payments.p, payments.providers, payout_id=payout_id).state is PayoutState.PARKED
    payments.collect()
    for verdict in (Verdict.PAID, Verdict.RETURNED):
        propose_verdict(payments.p, operator="op-1", payout_id=payout_id, verdict=verdict, evidence_reference="R-1")
    with pytest.raises(VerdictTooEarly):
        propose_verdict(
            payments.p, operator="op-1", payout_id=payout_id, verdict=Verdict.ABSENT, evidence_reference="R-1"
        )
    (attempt,) = attempts_of(payments.world.table, payout_id)
    told(payments, attempt.reference, TransferStatus.PAID)
    payments.play()
    assert (payments.states(), set(payments.credits().values())) == ([PayoutState.PAID], {1})


# said paid, after it was proven unpaid ----------------------------------------------------------------------------
def tried_again(world: World) -> tuple[Judged, str]:
    """The first attempt is judged absent; its member has asked again, and a second run has declared the payout."""
    judged = Judged(world, "pending_forever", PayoutState.UNKNOWN)
    payments = judged.payments
    judged.passed(judged.agreed(Verdict.ABSENT))
    payments.waiting.clear()
    payments.collect()
    payments.bank.engine.faults.clear()
    who = payments.people[0].person_id
    (incentive,) = incentives_of(world.table, who)
    world.table.commit(change_membership(who, set={"account_linked": True}))
    retry_incentive(payments.p, person_id=who, kind=incentive.kind, number=incentive.number, key="again")
    payments.move_to(world.clock.now + timedelta(days=5))
    run = start_run(payments.p, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="run-2")
    payments.collect()
    payments.drain()
    return judged, run.run_id


@pytest.mark.parametrize("when", ["declared", "queued"])
def test_a_credit_that_is_known_stops_the_next_attempt(world: World, when: str) -> None:
    judged, run_id = tried_again(world)
    payments = judged.payments
    (attempt,) = attempts_of(world.table, judged.payout_id)
    if when == "queued":
        payments.release(run_id)
        waiting = list(payments.waiting)
        payments.waiting.clear()
    payments.bank.engine.settle(PROVIDER.lower(), attempt.reference, "SUCCESS")
    told(payments, attempt.reference, TransferStatus.PAID)
    if when == "declared":
        payments.release(run_id)
    else:
        payments.waiting.extend(waiting)
    payments.play()
    assert (payments.states(), set(payments.credits().values())) == ([PayoutState.CANCELLED], {1})
    assert "THEIRS_NOT_OURS" in kinds(payments)
    (incentive,) = incentives_of(world.table, payments.people[0].person_id)
    assert str(incentive.state) == "SCHEDULED", "a later run asks again, until people have decided"


def test_a_credit_that_its_provider_takes_back_stops_nothing(world: World) -> None:
    """The call-back was wrong: asked, the provider says that the attempt failed."""
    judged, run_id = tried_again(world)
    payments = judged.payments
    (attempt,) = attempts_of(world.table, judged.payout_id)
    payments.bank.engine.settle(PROVIDER.lower(), attempt.reference, "FAILED")
    told(payments, attempt.reference, TransferStatus.PAID)
    payments.release(run_id)
    payments.play()
    assert (payments.states(), set(payments.credits().values())) == ([PayoutState.PAID], {1})
    assert load_payout(world.table, judged.payout_id).contradicted is None


# refused each day -------------------------------------------------------------------------------------------------
def test_who_is_refused_for_days_is_told_why_and_people_know(payments: Payments) -> None:
    payout_id = sent_again(payments, "error_before_commit", UNPAID_FOR_DAYS, times=9)
    table, who = payments.world.table, payments.people[0].person_id
    (incentive,) = incentives_of(table, who)
    view = IncentiveView.of(
        incentive, load_payout(table, payout_id), load_account(table, who), payments.world.clock.wall(), "en"
    )
    assert "This month's incoming limit is reached" in view.explanation
    payments.play(hours=60)
    assert payments.states() == [PayoutState.RESEND]
    assert kinds(payments).count("PAYOUT_OVERDUE") == 1
    approval = propose_verdict(
        payments.p, operator="op-1", payout_id=payout_id, verdict=Verdict.ABSENT, evidence_reference="R-1"
    )
    assert approval.kind == "PAYOUT_VERDICT"


# may not be paid any more -----------------------------------------------------------------------------------------
def revoke(payments: Payments) -> None:
    who = payments.people[0].person_id
    payments.world.table.commit(change_membership(who, set={"state": "REVOKED", "revoked_for": "DECEASED"}))


@pytest.mark.parametrize("sweep", ["first", "late"])
def test_what_was_refused_is_not_sent_again_once_its_membership_has_ended(payments: Payments, sweep: str) -> None:
    sent_again(payments, "error_before_commit", UNPAID_FOR_DAYS)
    who = payments.people[0].person_id
    revoke(payments)
    if sweep == "first":
        end_payments(payments.p, person_id=who)
    payments.collect()
    payments.play(hours=30)
    end_payments(payments.p, person_id=who)
    assert (payments.states(), payments.credits()) == ([PayoutState.FAILED], {})
    (incentive,) = incentives_of(payments.world.table, who)
    assert str(incentive.state) == "FORFEITED"


@pytest.mark.parametrize("stopped_by", ["the end", "the next sending"])
def test_what_may_have_been_carried_out_is_decided_by_people(payments: Payments, stopped_by: str) -> None:
    """An earlier sending was not clear: that its provider does not know it now is no proof for all times."""
    payout_id = sent_again(payments, "error_before_commit", UNPAID_FOR_DAYS)
    table = payments.world.table
    (attempt,) = attempts_of(table, payout_id)
    table.commit(change_attempt(attempt, replace(attempt, ambiguous=True)))
    revoke(payments)
    if stopped_by == "the end":
        end_payments(payments.p, person_id=payments.people[0].person_id)
    else:
        send_payout(payments.p, payments.providers, payout_id=payout_id)
    payments.collect()
    payments.play(hours=30)
    assert (payments.states(), payments.credits()) == ([PayoutState.HELD], {})
    assert "PAYOUT_HELD" in kinds(payments)


def test_what_was_refused_is_not_sent_again_to_who_is_excluded(payments: Payments) -> None:
    sent_again(payments, "error_before_commit", UNPAID_FOR_DAYS)
    ani = payments.people[0]
    table, guards = payments.world.table, nik_guards(payments.p, ani.person_id, ani.nik, Conflict())
    table.commit(*guards)
    exclude(payments, ani)
    screen_member(payments.p, person_id=ani.person_id)
    payments.collect()
    payments.play(hours=30)
    assert (payments.states(), payments.credits()) == ([PayoutState.FAILED], {})
    assert "EXCLUDED_AFTER_PAYMENT" not in kinds(payments)
