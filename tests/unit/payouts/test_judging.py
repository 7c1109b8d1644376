"""How an attempt ended where no inquiry can say: two operators, with evidence, about exactly what they saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prakerja.balance.store import ledger_totals
from prakerja.incentives import IncentiveState, incentives_of
from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.errors import NotAgreed, VerdictNotPossible
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import VERDICT, inquire_payout, pass_verdict, propose_verdict, send_payout
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.store import Ruling, attempts_of, list_payouts, load_payout, new_ruling
from prakerja.platform.approvals import Approval, approved_parts, load_approval, propose, refuse
from prakerja.platform.auth import Operator
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.evidence import evidence_of
from prakerja.platform.ids import fingerprint
from tests.support.payments import AMOUNT, PROVIDER, Payments
from tests.support.world import World
from tests.unit.payouts.test_overtaken import queued


class Judged:
    """One payout that a person has to decide about."""

    def __init__(self, world: World, fault: str, state: PayoutState) -> None:
        self.payments = Payments(world, people=1)
        self.world, self.p = world, world.platform
        if not fault:
            self.payout_id = queued(self.payments)
            send_payout(self.p, self.payments.providers, payout_id=self.payout_id)
            self.later(hours=36)
            return
        role = "status" if fault.endswith("_at_inquiry") else "transfer"
        if role == "status":
            self.payments.bank.engine.add_fault("lost_after_commit", role="transfer", times=1)
        self.payments.bank.engine.add_fault(fault, role=role)
        self.payout_id = queued(self.payments)
        send_payout(self.p, self.payments.providers, payout_id=self.payout_id)
        self.later(hours=36)
        self.ask()
        assert self.state is state

    @property
    def state(self) -> PayoutState:
        return load_payout(self.world.table, self.payout_id).state

    def later(self, **span: float) -> None:
        self.world.clock.move(**span)
        self.payments.bank.clock.now = self.world.clock.now

    def ask(self) -> None:
        inquire_payout(self.p, self.payments.providers, payout_id=self.payout_id)

    def proposed(self, verdict: Verdict, operator: str = "op-1") -> Approval:
        return propose_verdict(
            self.p, operator=operator, payout_id=self.payout_id, verdict=verdict, evidence_reference="report 12"
        )

    def agreed(self, verdict: Verdict) -> str:
        approval = self.proposed(verdict)
        both = replace(approval, approved_by="op-2", approved_at=to_text(self.world.clock.wall()))
        self.world.table.commit(*approved_parts(both))
        return approval.approval_id

    def passed(self, approval_id: str) -> PayoutState:
        return pass_verdict(self.p, payout_id=self.payout_id, approval_id=approval_id).state

    def net(self, account: str) -> int:
        return ledger_totals(self.world.table, wib_date(self.world.clock.programme())).net(account)


@pytest.fixture
def unknown(world: World) -> Judged:
    return Judged(world, "pending_forever", PayoutState.UNKNOWN)


@pytest.fixture
def held(world: World) -> Judged:
    return Judged(world, "wrong_amount_at_inquiry", PayoutState.HELD)


def test_absent_fails_the_attempt_and_only_then_the_money_is_free(unknown: Judged) -> None:
    (listed,), _ = list_payouts(unknown.world.table, PayoutState.UNKNOWN, after=None, limit=10)
    assert listed.payout_id == unknown.payout_id
    approval_id = unknown.agreed(Verdict.ABSENT)
    assert unknown.passed(approval_id) is PayoutState.FAILED
    assert unknown.net(f"IN_FLIGHT:{PROVIDER}") == -AMOUNT  # of today; it was reserved on the day before yesterday
    (attempt,) = attempts_of(unknown.world.table, unknown.payout_id)
    assert attempt.result is PayoutState.FAILED
    assert list_payouts(unknown.world.table, PayoutState.UNKNOWN, after=None, limit=10)[0] == []
    (fact,) = [fact for fact in evidence_of(unknown.world.table, unknown.payout_id) if fact.kind == "PAYOUT_FAILED"]
    assert (fact.facts["proposed_by"], fact.facts["approved_by"]) == ("op-1", "op-2")
    assert (fact.facts["verdict"], fact.facts["evidence_reference"]) == ("ABSENT", "report 12")
    assert unknown.passed(approval_id) is PayoutState.FAILED  # the message came twice


@pytest.mark.parametrize(
    ("verdict", "state", "account"),
    [(Verdict.PAID, "PAID", "PAID"), (Verdict.RETURNED, "RETURNED", "FUND"), (Verdict.ABSENT, "FAILED", "FUND")],
)
def test_a_held_payout_ends_as_two_people_say(held: Judged, verdict: Verdict, state: str, account: str) -> None:
    assert held.passed(held.agreed(verdict)) == state
    assert held.net(account if account == "FUND" else f"{account}:{PROVIDER}") == AMOUNT
    assert list_payouts(held.world.table, PayoutState.HELD, after=None, limit=10)[0] == []


def test_one_operator_decides_nothing(held: Judged) -> None:
    proposed = held.proposed(Verdict.PAID)
    with pytest.raises(NotAgreed):
        held.passed(proposed.approval_id)
    assert held.state is PayoutState.HELD


def test_proposing_again_is_the_same_proposal_and_another_operators_is_another(held: Judged) -> None:
    first = held.proposed(Verdict.PAID)
    assert held.proposed(Verdict.PAID) == first == load_approval(held.world.table, first.approval_id)
    assert held.proposed(Verdict.PAID, "op-3").approval_id != first.approval_id
    assert held.proposed(Verdict.RETURNED).approval_id != first.approval_id


def test_a_refused_verdict_may_be_proposed_again(held: Judged) -> None:
    first = held.proposed(Verdict.PAID)
    other = Operator("op-2", frozenset(), held.world.clock.wall())
    refuse(held.p, operator=other, approval_id=first.approval_id)
    with pytest.raises(NotAgreed):
        held.passed(first.approval_id)
    assert held.passed(held.agreed(Verdict.PAID)) is PayoutState.PAID


def test_an_agreement_about_one_verdict_is_none_about_another(held: Judged) -> None:
    paid, returned = held.agreed(Verdict.PAID), held.proposed(Verdict.RETURNED)
    with pytest.raises(NotAgreed):
        held.passed(returned.approval_id)
    assert held.passed(paid) is PayoutState.PAID


def test_what_an_inquiry_found_meanwhile_counts(unknown: Judged) -> None:
    approval_id = unknown.agreed(Verdict.ABSENT)
    (attempt,) = attempts_of(unknown.world.table, unknown.payout_id)
    unknown.payments.bank.engine.settle(PROVIDER.lower(), attempt.reference, "SUCCESS")
    unknown.ask()
    assert unknown.state is PayoutState.PAID
    assert unknown.passed(approval_id) is PayoutState.PAID
    assert set(unknown.payments.credits().values()) == {1}


def sent_again(judged: Judged) -> None:
    """The provider turns out not to know it, so the same reference is sent once more; that answer gets lost, too."""
    judged.payments.bank.engine.faults.clear()
    for _ in range(3):
        judged.later(hours=7)
        judged.ask()
    assert judged.state is PayoutState.RESEND
    judged.payments.bank.engine.add_fault("lost_after_commit", role="transfer", times=1)
    sent = send_payout(judged.p, judged.payments.providers, payout_id=judged.payout_id)
    assert (sent.state, sent.attempt) == (PayoutState.UNKNOWN, 1)


@pytest.fixture
def vanished(world: World) -> Judged:
    return Judged(world, "lost_before_commit", PayoutState.UNKNOWN)


def test_evidence_about_one_sending_is_none_about_a_later_one(vanished: Judged) -> None:
    approval_id = vanished.agreed(Verdict.ABSENT)
    sent_again(vanished)
    vanished.later(hours=36)
    assert vanished.passed(approval_id) is PayoutState.UNKNOWN, "the second sending may have paid"
    assert vanished.proposed(Verdict.ABSENT).approval_id != approval_id, "of what shows both, another proposal"
    vanished.ask()
    assert vanished.state is PayoutState.PAID
    assert set(vanished.payments.credits().values()) == {1}


@pytest.mark.parametrize(("again", "state"), [(False, PayoutState.FAILED), (True, PayoutState.UNKNOWN)])
def test_a_proposal_from_before_sendings_were_counted_is_about_the_first(
    vanished: Judged, again: bool, state: PayoutState
) -> None:
    old = Ruling(vanished.payout_id, 1, PayoutState.UNKNOWN, Verdict.ABSENT, "report 12")
    at = to_text(vanished.world.clock.wall())
    agreed = Approval("old", VERDICT, vanished.payout_id, old.content_hash, "op-1", at, "op-2", at, content={})
    stored = {"payout_id": vanished.payout_id, "attempt": 1, "state": "UNKNOWN", "verdict": "ABSENT"}
    assert old.content_hash == fingerprint(stored | {"evidence_reference": "report 12"})
    vanished.world.table.commit(*propose(agreed), new_ruling(old, "old"))
    vanished.world.table.commit(*approved_parts(agreed))
    if again:
        sent_again(vanished)
        vanished.later(hours=36)
    assert vanished.passed("old") is state


@pytest.fixture
def paid(world: World) -> Judged:
    return Judged(world, "", PayoutState.PAID)


def test_what_is_paid_is_taken_back_only_if_its_provider_said_so_and_two_people_agree(paid: Judged) -> None:
    with pytest.raises(VerdictNotPossible):
        paid.proposed(Verdict.RETURNED)
    (attempt,) = attempts_of(paid.world.table, paid.payout_id)
    take_callback(paid.p, Callback(PROVIDER, attempt.reference, TransferStatus.RETURNED, "d" * 64))
    for verdict in (Verdict.PAID, Verdict.ABSENT):
        with pytest.raises(VerdictNotPossible):
            paid.proposed(verdict)
    before = paid.net("FUND")
    assert paid.passed(paid.agreed(Verdict.RETURNED)) is PayoutState.RETURNED
    assert (paid.net("FUND") - before, paid.net(f"PAID:{PROVIDER}")) == (AMOUNT, -AMOUNT)  # both of today
    (incentive,) = incentives_of(paid.world.table, paid.payments.people[0].person_id)
    assert incentive.state is IncentiveState.PAYOUT_FAILED
    (attempt,) = attempts_of(paid.world.table, paid.payout_id)
    assert attempt.result is PayoutState.RETURNED, "so another attempt may follow"
    paid.payments.collect()
    assert "due_at" not in paid.payments.stored[paid.payout_id], "nothing is asked any more"


@pytest.mark.parametrize("verdict", [Verdict.PAID, Verdict.RETURNED])
def test_what_may_still_be_asked_about_is_not_decided_by_people(unknown: Judged, verdict: Verdict) -> None:
    with pytest.raises(VerdictNotPossible):
        unknown.proposed(verdict)
    assert unknown.state is PayoutState.UNKNOWN
