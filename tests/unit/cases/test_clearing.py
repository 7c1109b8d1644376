"""Money that waits for a case leaves by the word of two operators, once, and every rupiah is somewhere at every moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.open_case.handler import work
from prakerja.balance import ledger_totals
from prakerja.balance.model import account_class
from prakerja.cases.errors import CaseNotTaken, CaseResolved, NotAgreedOn, NothingToClear
from prakerja.cases.model import Case, CaseState, Outcome, Verdict
from prakerja.cases.service import clear_case, clearing_approved, open_case, propose_clearing, take_case
from prakerja.cases.store import load_case
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState, incentives_of
from prakerja.payouts import NotAcceptable
from prakerja.payouts.model import PayoutState
from prakerja.payouts.store import attempts_of, load_payout
from prakerja.platform.access_patterns import INCENTIVE, MEMBERSHIP
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.parts import put
from prakerja.platform.problems import PreconditionFailed
from prakerja.platform.records import item_of
from prakerja.registration import NoticeKind
from tests.support.reconciled import AMOUNT, BANK, Day
from tests.support.statements import line
from tests.support.world import World

OFFICER, OTHER = "op-1", "op-2"


class Desk:
    """A day on which money left without an order of ours, and the people who clear it up."""

    def __init__(self, world: World) -> None:
        self.day, self.world, self.p = Day(world), world, world.platform
        self.failed = self.day.attempt(PayoutState.FAILED)
        self.payout_id = self._payout_of(self.failed)
        self.incentive(IncentiveState.PAYOUT_FAILED, self.payout_id)

    def _payout_of(self, reference: str) -> str:
        found = [item for item in self.world.items("programme") if item.get("reference") == reference]
        return str(found[0]["payout_id"])

    def incentive(self, state: IncentiveState, payout_id: str) -> None:
        """Have the incentive of a payout in a state."""
        payout = load_payout(self.world.table, payout_id)
        now = self.world.clock.programme()
        owed = Incentive(
            payout.person_id, JOB_SEARCH, 1, AMOUNT, state, wib_date(now), now, payout.payout_id, "PSP_KYC"
        )
        key: dict[str, Any] = {"person_id": payout.person_id, "kind": JOB_SEARCH, "number": 1}
        self.world.table.commit(put(INCENTIVE, item_of(owed), **key))

    def found(self, *lines: str) -> Case:
        """The day is compared; the one case about suspense, taken by an officer."""
        self.day.morning()
        self.day.hand_in(*lines)
        self.day.reconcile()
        kinds = ("THEIRS_NOT_OURS", "TWICE_AT_THEIRS", "AMOUNT_DIFFERS")
        (message,) = [body for kind, body in self.day.findings() if kind in kinds]
        self.world.take()
        case = open_case(self.p, CaseNeeded.model_validate(message))
        return take_case(self.p, operator=OFFICER, case_id=case.case_id, version=case.version)

    def propose(self, case: Case, outcome: Outcome, payout_id: str | None = None, **changes: Any) -> Approval:
        asked = {"operator": OFFICER, "case_id": case.case_id, "version": case.version, **changes}
        return propose_clearing(
            self.p, outcome=outcome, payout_id=payout_id, evidence_reference="letter BNI 12/2026", **asked
        )

    def agree(self, approval: Approval, by: str = OTHER) -> None:
        at = to_text(self.world.clock.wall())
        self.world.table.commit(*approved_parts(replace(approval, approved_by=by, approved_at=at)))

    def clear(self, case: Case, outcome: Outcome, payout_id: str | None = None) -> Case:
        approval = self.propose(case, outcome, payout_id)
        self.agree(approval)
        return clear_case(self.p, case_id=case.case_id, approval_id=approval.approval_id)

    def held(self) -> dict[str, int]:
        """What every account holds, by all bookings."""
        balances: Counter[str] = Counter()
        for item in self.world.items("programme"):
            if item["sk"].startswith("TRANSFER#"):
                balances[account_class(item["credit"])] += item["amount"]
                balances[account_class(item["debit"])] -= item["amount"]
        assert balances.total() == 0
        return {name: amount for name, amount in balances.items() if amount}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def stray(desk: Desk) -> Case:
    return desk.found(line("PAYOUT", 5_000, "SOMEBODY", "N1"))


def paid_after_all(desk: Desk) -> Case:
    return desk.found(line("PAYOUT", AMOUNT, desk.failed, "N1"))


def test_what_came_back_goes_to_the_fund_and_ends_the_case(desk: Desk) -> None:
    case = stray(desk)
    assert desk.held() == {"FUND": -5_000, "SUSPENSE:BNI": 5_000}
    after = desk.clear(case, Outcome.RETURNED)
    assert desk.held() == {}
    assert (after.state, after.verdict, after.resolved_by) == (CaseState.RESOLVED, Verdict.MENDED, OFFICER)
    assert load_case(desk.world.table, case.case_id) == after
    proofs = {item["sk"].split("#")[2]: item for item in desk.world.items("evidence") if case.case_id in item["pk"]}
    assert (proofs["CASE_CLEARED"]["proposed_by"], proofs["CASE_CLEARED"]["approved_by"]) == (OFFICER, OTHER)


def test_another_amount_on_a_failed_payout_can_come_back_and_pays_nothing(desk: Desk) -> None:
    case = desk.found(line("PAYOUT", 60_000, desk.failed, "N1"))
    assert desk.held() == {"FUND": -60_000, "SUSPENSE:BNI": 60_000}
    with pytest.raises(NothingToClear):
        desk.propose(case, Outcome.ACCEPTED, desk.payout_id)
    desk.clear(case, Outcome.RETURNED)
    assert desk.held() == {}


def test_what_paid_a_payout_is_paid_and_never_paid_again(desk: Desk) -> None:
    case = paid_after_all(desk)
    desk.clear(case, Outcome.ACCEPTED, desk.payout_id)
    assert desk.held() == {"FUND": -AMOUNT, "PAID:BNI": AMOUNT}
    payout = load_payout(desk.world.table, desk.payout_id)
    (attempt,) = attempts_of(desk.world.table, desk.payout_id)
    (incentive,) = incentives_of(desk.world.table, payout.person_id)
    assert (payout.state, payout.reason, attempt.result) == (PayoutState.PAID, None, PayoutState.PAID)
    assert (incentive.state, incentive.reason) == (IncentiveState.PAID, None)
    (told,) = desk.world.take("registration.notice_requested.v1")
    assert told.body["kind"] == NoticeKind.PAID
    report = desk.day.reconcile()
    assert report is not None
    assert report.differences == 0, "both books agree now"
    assert desk.held() == {"FUND": -AMOUNT, "PAID:BNI": AMOUNT}


def test_the_attempt_that_their_row_names_has_paid(desk: Desk) -> None:
    earlier = desk.day.attempt(PayoutState.FAILED, number=1, current=2)
    payout_id = desk._payout_of(earlier)
    desk.incentive(IncentiveState.PAYOUT_FAILED, payout_id)
    desk.clear(desk.found(line("PAYOUT", AMOUNT, earlier, "N1")), Outcome.ACCEPTED, payout_id)
    payout = load_payout(desk.world.table, payout_id)
    (attempt,) = attempts_of(desk.world.table, payout_id)
    assert (payout.state, payout.attempt, attempt.result) == (PayoutState.PAID, 1, PayoutState.PAID)
    report = desk.day.reconcile()
    assert report is not None
    assert report.differences == 0, "both books agree now"


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.ACCEPTED])
def test_twice_is_once(desk: Desk, outcome: Outcome) -> None:
    case = paid_after_all(desk)
    payout_id = desk.payout_id if outcome is Outcome.ACCEPTED else None
    approval = desk.propose(case, outcome, payout_id)
    assert desk.propose(case, outcome, payout_id) == approval
    desk.agree(approval)
    first = clear_case(desk.p, case_id=case.case_id, approval_id=approval.approval_id)
    before = desk.world.items("programme")
    assert clear_case(desk.p, case_id=case.case_id, approval_id=approval.approval_id) == first
    assert desk.world.items("programme") == before


@pytest.mark.parametrize(
    ("first", "second"), [(Outcome.RETURNED, Outcome.ACCEPTED), (Outcome.ACCEPTED, Outcome.RETURNED)]
)
def test_of_two_agreements_the_first_counts(desk: Desk, first: Outcome, second: Outcome) -> None:
    case = paid_after_all(desk)
    approvals = {}
    for outcome in (first, second):
        approvals[outcome] = desk.propose(case, outcome, desk.payout_id if outcome is Outcome.ACCEPTED else None)
        desk.agree(approvals[outcome])
    clear_case(desk.p, case_id=case.case_id, approval_id=approvals[first].approval_id)
    before = desk.held()
    clear_case(desk.p, case_id=case.case_id, approval_id=approvals[second].approval_id)
    assert desk.held() == before
    assert "SUSPENSE:BNI" not in before


def test_nobody_clears_alone(desk: Desk) -> None:
    case = stray(desk)
    approval = desk.propose(case, Outcome.RETURNED)
    for by in (None, OFFICER):
        if by:
            desk.agree(approval, by)
        with pytest.raises(NotAgreedOn):
            clear_case(desk.p, case_id=case.case_id, approval_id=approval.approval_id)
    assert desk.held() == {"FUND": -5_000, "SUSPENSE:BNI": 5_000}


def test_who_may_propose_what(desk: Desk) -> None:
    case = stray(desk)
    with pytest.raises(CaseNotTaken):
        desk.propose(case, Outcome.RETURNED, operator=OTHER)
    with pytest.raises(PreconditionFailed):
        desk.propose(case, Outcome.RETURNED, version=case.version - 1)
    with pytest.raises(NothingToClear):
        desk.propose(case, Outcome.GIVEN_BACK)
    with pytest.raises(NothingToClear):
        desk.propose(case, Outcome.ACCEPTED)
    with pytest.raises(NothingToClear):
        desk.propose(case, Outcome.RETURNED, desk.payout_id)
    with pytest.raises(NotAcceptable):
        desk.propose(case, Outcome.ACCEPTED, desk.payout_id)  # another amount
    desk.clear(case, Outcome.RETURNED)
    with pytest.raises(CaseResolved):
        desk.propose(case, Outcome.RETURNED)


@pytest.mark.parametrize("state", [PayoutState.PAID, PayoutState.UNKNOWN, PayoutState.DECLARED, PayoutState.HELD])
def test_only_what_is_not_paid_and_not_under_way_can_have_been_paid_by_it(desk: Desk, state: PayoutState) -> None:
    reference = desk.day.attempt(state)
    other = desk._payout_of(reference)
    desk.incentive(IncentiveState.PAYOUT_FAILED, other)
    its_own = [line("PAYOUT", AMOUNT, reference, "N1")] if state is PayoutState.PAID else []
    case = desk.found(line("PAYOUT", AMOUNT, "GARBLED", "N9"), *its_own)
    with pytest.raises(NotAcceptable):
        desk.propose(case, Outcome.ACCEPTED, other)


def test_what_moved_meanwhile_is_not_cleared(desk: Desk) -> None:
    """It came back under its own reference before the second operator agreed: the reconciliation has booked that."""
    case = stray(desk)
    approval = desk.propose(case, Outcome.RETURNED)
    desk.day.hand_in(line("PAYOUT", 5_000, "SOMEBODY", "N1"), line("RETURN", 5_000, "SOMEBODY", "N2"))
    desk.day.reconcile()
    assert desk.held() == {}
    desk.agree(approval)
    assert clear_case(desk.p, case_id=case.case_id, approval_id=approval.approval_id).state is CaseState.IN_WORK
    assert desk.held() == {}
    with pytest.raises(NothingToClear):
        desk.propose(load_case(desk.world.table, case.case_id), Outcome.RETURNED)


def test_what_was_accepted_and_then_comes_back_is_told(desk: Desk) -> None:
    desk.clear(paid_after_all(desk), Outcome.ACCEPTED, desk.payout_id)
    desk.world.take()
    desk.day.hand_in(line("PAYOUT", AMOUNT, desk.failed, "N1"), line("RETURN", AMOUNT, desk.failed, "N2"))
    desk.day.reconcile()
    assert "RETURNED_LATER" in [kind for kind, _ in desk.day.findings()]
    assert desk.held() == {"FUND": -AMOUNT, "PAID:BNI": AMOUNT}, "an inquiry returns it, as any other"


def test_a_sum_of_many_is_cleared_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prakerja.payouts.service.comparison.KEPT_AT_MOST", 3)
    case = desk.found(*(line("PAYOUT", 5, f"X{n}", f"N{n}") for n in range(5)))
    assert desk.held() == {"FUND": -25, "SUSPENSE:BNI": 25}
    desk.clear(case, Outcome.RETURNED)
    assert desk.held() == {}


def test_what_a_member_repaid_in_vain_is_booked_as_given(desk: Desk) -> None:
    facts: dict[str, Any] = {"provider": BANK, "reference": desk.failed, "amount": 200_000}
    case = open_case(desk.p, finding(FindingKind.CLAIM_OVERPAID, desk.payout_id, "person-1", **facts))
    case = take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=1)
    with pytest.raises(NothingToClear):
        desk.propose(case, Outcome.RETURNED)
    desk.clear(case, Outcome.GIVEN_BACK)
    assert desk.held() == {"FUND": -200_000, "OWED": 200_000}
    desk.world.clock.travel(days=1)
    again = open_case(desk.p, finding(FindingKind.CLAIM_OVERPAID, desk.payout_id, "person-1", **facts, again=1))
    again = take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=again.version)
    desk.clear(again, Outcome.GIVEN_BACK)
    assert desk.held() == {"FUND": -200_000, "OWED": 200_000}, "given once, whoever opens the case again"


def test_an_incentive_that_was_forfeited_meanwhile_is_claimed(desk: Desk) -> None:
    desk.incentive(IncentiveState.FORFEITED, desk.payout_id)
    case = paid_after_all(desk)
    person_id = load_payout(desk.world.table, desk.payout_id).person_id
    desk.world.plant(MEMBERSHIP, {"state": "REVOKED"}, person_id=person_id)
    desk.clear(case, Outcome.ACCEPTED, desk.payout_id)
    item = desk.world.table.get(MEMBERSHIP, person_id=person_id)
    assert item is not None
    assert item["due_shard"].startswith("REVOKED#"), "whoever ends its payments looks again, and claims what was paid"


def test_the_function_hands_an_agreement_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.open_case.handler.platform", lambda: desk.p)
    case = stray(desk)
    approval = desk.propose(case, Outcome.RETURNED)
    desk.agree(approval)
    message = clearing_approved(approval)
    work(message.topic, message.model_dump_json())
    assert load_case(desk.world.table, case.case_id).state is CaseState.RESOLVED
    totals = ledger_totals(desk.world.table, wib_date(desk.world.clock.programme()))
    assert totals.net("SUSPENSE:BNI") == 0
    assert desk.day.day + timedelta(days=1) == wib_date(desk.world.clock.wall())
