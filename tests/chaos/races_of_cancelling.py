"""Races about a purchase that ends before its course is completed: voided, cancelled by operators, or with its membership."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.operator_api.routes_approvals import ANNOUNCED
from prakerja.membership import MembershipChanged, MembershipState, RevocationReason
from prakerja.membership.service import propose_revocation, revoke
from prakerja.platform.access_patterns import MEMBERSHIP, PURCHASE
from prakerja.platform.approvals import approve
from prakerja.platform.evidence import evidence_of
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.model.learning import finish_by
from prakerja.training.model.purchase import PurchaseState
from prakerja.training.service.annulling import annul, propose_cancellation
from prakerja.training.service.ending import end_learning
from prakerja.training.service.finishing import end_course
from tests.chaos.races import Contender, Judge, Race
from tests.chaos.races_of_buying import GRANTED, bought, state_of, void
from tests.support.market import PRICE
from tests.support.people import Someone
from tests.support.scenarios_stage import Stage


def _agreed(stage: Stage, who: Someone) -> str:
    """Two operators agree to cancel what somebody bought: the approval."""
    (bought,) = stage.world.table.query(PURCHASE, person_id=who.person_id).items
    approval = propose_cancellation(
        stage.p,
        operator="op-1",
        person_id=who.person_id,
        purchase_id=bought["purchase_id"],
        reason=CancellationReason.NOT_AS_SOLD,
        evidence_reference="audit 9",
    )
    approve(stage.p, operator=stage.operator("op-2"), approval_id=approval.approval_id, announce=ANNOUNCED)
    return approval.approval_id


def operators_against_void(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, course, sale = bought(stage, number)
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0].state is PurchaseState.CANCELLED
        kinds = {fact.kind for fact in evidence_of(stage.world.table, who.person_id)}
        voided = "PURCHASE_CANCELLED" in kinds
        assert voided != ("PURCHASE_ANNULLED" in kinds)
        assert answers[1][0] == 200 if voided else answers[1][1]["code"] == "ERRPLT40028"
        assert stage.market.balance(who)["available"] == GRANTED
        assert stage.market.seats(course, course) == 2

    return [
        lambda: annul(stage.p, person_id=who.person_id, approval_id=approval_id),
        void(stage, number, sale),
    ], judge


def operators_against_completion(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, _, sale = bought(stage, number)
    code = sale["redeem_code"]
    stage.outside.know(who)
    stage.market.learn(code)
    assert stage.market.submit(code)[0] == 200
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        state, balance = state_of(stage, who), stage.market.balance(who)
        assert state in ("COMPLETED", "CANCELLED")
        assert (balance["available"], balance["spent"]) == (
            (GRANTED - PRICE, PRICE) if state == "COMPLETED" else (GRANTED, 0)
        )
        assert answers[0].state == state
        assert (answers[1][0] == 200) == (state == "COMPLETED")
        member = stage.world.table.get(MEMBERSHIP, person_id=who.person_id)
        assert member is not None
        assert "open_purchase_id" not in member

    return [
        lambda: annul(stage.p, person_id=who.person_id, approval_id=approval_id),
        lambda: stage.market.feedback(code),
    ], judge


def operators_against_the_end(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """A course whose time is over is cancelled while it ends: paid back or forfeited, and whoever is late fails nobody."""
    who, _, sale = bought(stage, number)
    code = sale["redeem_code"]
    assert stage.market.redeem(code)[0] == 200
    left = finish_by(stage.market.redeem_code(code)) - stage.clock.programme()
    stage.clock.travel(seconds=left.total_seconds() + 30)
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        state, balance = state_of(stage, who), stage.market.balance(who)
        assert answers[0].state == state
        assert answers[1] is None, answers
        assert (state, balance["available"], balance["forfeited"]) in (
            ("CANCELLED", GRANTED, 0), ("NOT_COMPLETED", GRANTED - PRICE, PRICE)
        )  # fmt: skip
        assert stage.market.redeem_code(code).state == state

    return [
        lambda: annul(stage.p, person_id=who.person_id, approval_id=approval_id),
        lambda: end_course(stage.p, redeem_code=code),
    ], judge


def _to_be_revoked(stage: Stage, who: Someone) -> str:
    """Two operators agree that a membership must end: the approval."""
    approval = propose_revocation(
        stage.p,
        operator="op-1",
        person_id=who.person_id,
        reason=RevocationReason.FRAUD,
        evidence_reference=f"audit of {who.person_id}",
    )
    approve(stage.p, operator=stage.operator("op-2"), approval_id=approval.approval_id, announce=ANNOUNCED)
    return approval.approval_id


def _is_over(stage: Stage, who: Someone, course: str) -> None:
    """Revoked for good, with nothing bought and nothing left."""
    found = stage.world.table.get(MEMBERSHIP, person_id=who.person_id)
    assert found is not None
    assert found["state"] == MembershipState.REVOKED
    assert "open_purchase_id" not in found
    balance = stage.market.balance(who)
    assert (balance["available"], balance["reserved"], balance["forfeited"]) == (0, 0, GRANTED)
    assert state_of(stage, who) == PurchaseState.CANCELLED
    assert stage.market.seats(course, course) == 2


def void_against_revocation(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The first purchase is cancelled while its member is revoked: the deadline counts again for nobody who is out."""
    who, course, sale = bought(stage, number)
    approval_id = _to_be_revoked(stage, who)

    def revoked() -> None:
        revoke(stage.p, person_id=who.person_id, approval_id=approval_id)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0][0] == 200, answers
        if isinstance(answers[1], MembershipChanged):  # the worker's message comes again
            revoked()
        end_learning(stage.p, person_id=who.person_id)
        _is_over(stage, who, course)

    return [void(stage, number, sale), revoked], judge


def void_against_what_follows_a_revocation(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The member is revoked already; who comes first cancels the course, and the balance is forfeited all the same."""
    who, course, sale = bought(stage, number)
    revoke(stage.p, person_id=who.person_id, approval_id=_to_be_revoked(stage, who))

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0][0] == 200 or answers[0][1]["code"] == "ERRPLT40028", answers
        assert answers[1] is None, answers
        _is_over(stage, who, course)

    return [void(stage, number, sale), lambda: end_learning(stage.p, person_id=who.person_id)], judge


CANCELLING = (
    Race("operators cancel, platform voids", operators_against_void),
    Race("operators cancel, course completes", operators_against_completion),
    Race("operators cancel, course ends", operators_against_the_end),
    Race("platform voids, member is revoked", void_against_revocation),
    Race("platform voids, revoked member's course ends", void_against_what_follows_a_revocation),
)
