"""What lies in suspense has an open case: nobody ends it alone, and it opens again if money comes to lie there."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.cases.errors import MoneyWaits
from prakerja.cases.model import Case, CaseState, Outcome, Verdict
from prakerja.cases.service import open_case, resolve_case, take_case
from prakerja.cases.store import load_case
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from tests.support.reconciled import BANK
from tests.support.statements import line
from tests.support.world import World
from tests.unit.cases.test_clearing import OFFICER, Desk, stray


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def resolve(desk: Desk, case: Case) -> Case:
    asked: dict[str, Any] = {"case_id": case.case_id, "version": case.version, "why": "wrote to BNI"}
    return resolve_case(desk.p, operator=OFFICER, verdict=Verdict.MENDED, **asked)


def test_one_officer_alone_does_not_end_a_case_while_its_money_is_in_suspense(desk: Desk) -> None:
    case = stray(desk)
    with pytest.raises(MoneyWaits):
        resolve(desk, case)
    assert load_case(desk.world.table, case.case_id) == case
    desk.day.hand_in(line("PAYOUT", 5_000, "SOMEBODY", "N1"), line("RETURN", 5_000, "SOMEBODY", "N2"))
    desk.day.reconcile()  # it came back by itself: nothing waits any more
    assert resolve(desk, case).state is CaseState.RESOLVED


def test_one_officer_alone_does_not_end_a_case_while_a_member_is_owed(desk: Desk) -> None:
    facts: dict[str, Any] = {"provider": BANK, "reference": desk.failed, "amount": 200_000}
    case = open_case(desk.p, finding(FindingKind.CLAIM_OVERPAID, desk.payout_id, "person-1", **facts))
    case = take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=1)
    with pytest.raises(MoneyWaits):
        resolve(desk, case)
    desk.clear(case, Outcome.GIVEN_BACK)
    again = open_case(desk.p, finding(FindingKind.CLAIM_OVERPAID, desk.payout_id, "person-1", **facts, again=1))
    again = take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=again.version)
    assert resolve(desk, again).state is CaseState.RESOLVED


def test_what_is_suspended_after_its_case_was_resolved_opens_it_again(desk: Desk) -> None:
    """It was seen while the day was open, or came back first: nothing lay in suspense then."""
    paid, back = line("PAYOUT", 5_000, "SOMEBODY", "N1"), line("RETURN", 5_000, "SOMEBODY", "N2")
    desk.day.morning()
    desk.day.hand_in(paid, back)
    desk.day.reconcile()
    found = [CaseNeeded.model_validate(body) for _, body in desk.day.findings()]
    ids = {message.case_id for message in found}
    for message in found:
        case = open_case(desk.p, message)
        resolve(desk, take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=case.version))
    desk.day.hand_in(paid)
    desk.day.reconcile()
    assert desk.held() == {"FUND": -5_000, "SUSPENSE:BNI": 5_000}
    (message,) = [CaseNeeded.model_validate(body) for kind, body in desk.day.findings() if kind == "THEIRS_NOT_OURS"]
    assert message.case_id in ids
    case = open_case(desk.p, message)
    assert case.state is CaseState.OPEN
    desk.clear(take_case(desk.p, operator=OFFICER, case_id=case.case_id, version=case.version), Outcome.RETURNED)
    assert desk.held() == {}
