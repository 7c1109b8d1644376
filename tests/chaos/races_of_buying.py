"""Races about a purchase: who may buy, and whether it goes on or is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.operator_api.routes_approvals import ANNOUNCED
from prakerja.membership import MembershipChanged, MembershipState, RevocationReason
from prakerja.membership.service import propose_revocation, revoke
from prakerja.platform.access_patterns import MEMBERSHIP, PLATFORM_ACCOUNT, PURCHASE
from prakerja.platform.approvals import approve
from prakerja.training.messages import PaymentCodeRequested
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.model.learning import finish_by
from prakerja.training.model.purchase import PurchaseState
from prakerja.training.service.annulling import annul, propose_cancellation
from prakerja.training.service.binding import untie_account
from prakerja.training.service.ending import end_learning
from prakerja.training.service.finishing import end_course
from tests.chaos.races import Contender, Judge, Race, course_of, member_of, one, person
from tests.support.market import PRICE, account_of
from tests.support.people import Someone
from tests.support.scenarios_stage import Stage

GRANTED = 3_500_000


def _bought(stage: Stage, number: int) -> tuple[Someone, str, dict[str, Any]]:
    """A member in a schedule of two seats: who, the course, the sale."""
    who, card = member_of(stage, number)
    course = course_of(stage, number, 2)
    sale = stage.market.buy(card=card, course_code=course, schedule_code=course, invoice=f"INV-{number}")
    return who, course, sale


def _state(stage: Stage, who: Someone) -> str:
    (bought,) = stage.world.table.query(PURCHASE, person_id=who.person_id).items
    return str(bought["state"])


def _void(stage: Stage, number: int, sale: dict[str, Any]) -> Contender:
    order = {"invoice_code": f"INV-{number}", "transaction_code": sale["transaction_code"]}
    return lambda: stage.market.call("toko", "/payment/void", order)


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


def one_account_two_cards(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    course = course_of(stage, number, 2)
    account, payments = f"shared-{number}", []
    for which in (0, 1):
        _, card = member_of(stage, number, which)
        token = stage.market.token(card=card, course_code=course, schedule_code=course, user_platform_id=account)
        payments.append((token, stage.market.code(token)))

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        assert sorted(answer[1].get("code", "") for answer in answers) == ["", "ERRTRX40047"]
        people = [person(number, which) for which in (0, 1)]
        assert sorted(stage.market.balance(who)["reserved"] for who in people) == [0, PRICE]
        tied = stage.world.table.get(PLATFORM_ACCOUNT, client_code="toko", user_platform_id=account)
        (winner,) = [who for who in people if stage.market.balance(who)["reserved"]]
        assert tied is not None
        assert tied["person_id"] == winner.person_id
        assert stage.market.seats(course, course) == 1

    return [
        lambda which=which, token=token, otp=otp: stage.market.pay(token, otp=otp, invoice=f"E{which}-{number}")  # type: ignore[misc]
        for which, (token, otp) in enumerate(payments)
    ], judge


def one_card_untied_while_it_buys(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Whatever comes first: card and account are tied to each other afterwards, or neither to the other."""
    who, course, sale = _bought(stage, number)
    assert _void(stage, number, sale)()[0] == 200
    stage.clock.move(minutes=1)
    member = stage.world.table.get(MEMBERSHIP, person_id=who.person_id)
    assert member is not None
    card = member["card_number"]
    token = stage.market.token(card=card, course_code=course, schedule_code=course)
    otp = stage.market.code(token)

    def untie() -> Any:
        return untie_account(
            stage.p,
            operator="op-1",
            person_id=who.person_id,
            platform="toko",
            user_platform_id=account_of(card),
            evidence_reference="letter 7",
        )

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0][0] == 200
        after = stage.world.table.get(MEMBERSHIP, person_id=who.person_id)
        tied = stage.world.table.get(PLATFORM_ACCOUNT, client_code="toko", user_platform_id=account_of(card))
        assert after is not None
        assert ("toko" in after["platform_accounts"]) == (tied is not None)

    return [lambda: stage.market.pay(token, otp=otp, invoice=f"F-{number}"), untie], judge


def one_card_two_codes(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    _, card = member_of(stage, number)
    course = course_of(stage, number, 2)
    order = {"course_code": course, "schedule_code": course}

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        assert sorted(answer[1].get("code", "") for answer in answers) == ["", "ERRREQ42901"]
        tokens = [answer[1]["data"]["payment_token"] for answer in answers if answer[0] == 200]
        sent = [one for one in stage.world.messages() if one.topic == PaymentCodeRequested.topic]
        assert [one.body["payment_id"] for one in sent if one.body["payment_id"] in tokens[0]] == [
            tokens[0].partition(".")[0]
        ]

    return [
        lambda: stage.market.ask(card=card, user_platform_id="a", **order),
        lambda: stage.market.ask(card=card, user_platform_id="b", **order),
    ], judge


def commit_against_void(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, course, sale = _bought(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        redeemed = answers[0][0] == 200
        assert answers[1 if redeemed else 0][1]["code"] == ("ERRTRX40027" if redeemed else "ERRTRX40032")
        balance = stage.market.balance(who)
        assert (balance["available"], balance["reserved"]) == ((GRANTED - PRICE, PRICE) if redeemed else (GRANTED, 0))
        assert stage.market.seats(course, course) == (1 if redeemed else 2)

    return [lambda: stage.market.redeem(sale["redeem_code"]), _void(stage, number, sale)], judge


def one_void_twice(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, course, sale = _bought(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        assert [status for status, _ in answers] == [200, 200], "byte for byte the same request"
        assert stage.market.balance(who)["available"] == GRANTED
        assert stage.market.seats(course, course) == 2

    return [_void(stage, number, sale)] * 2, judge


def operators_against_void(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, course, sale = _bought(stage, number)
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0].state is PurchaseState.CANCELLED
        assert answers[1][0] == 200 or answers[1][1]["code"] == "ERRPLT40028"
        assert stage.market.balance(who)["available"] == GRANTED
        assert stage.market.seats(course, course) == 2

    return [
        lambda: annul(stage.p, person_id=who.person_id, approval_id=approval_id),
        _void(stage, number, sale),
    ], judge


def operators_against_completion(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, _, sale = _bought(stage, number)
    code = sale["redeem_code"]
    stage.outside.know(who)
    stage.market.learn(code)
    assert stage.market.submit(code)[0] == 200
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        state, balance = _state(stage, who), stage.market.balance(who)
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
    who, _, sale = _bought(stage, number)
    code = sale["redeem_code"]
    assert stage.market.redeem(code)[0] == 200
    left = finish_by(stage.market.redeem_code(code)) - stage.clock.programme()
    stage.clock.travel(seconds=left.total_seconds() + 30)
    approval_id = _agreed(stage, who)

    def judge(answers: Sequence[Any]) -> None:
        state, balance = _state(stage, who), stage.market.balance(who)
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
    assert _state(stage, who) == PurchaseState.CANCELLED
    assert stage.market.seats(course, course) == 2


def void_against_revocation(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The first purchase is cancelled while its member is revoked: the deadline counts again for nobody who is out."""
    who, course, sale = _bought(stage, number)
    approval_id = _to_be_revoked(stage, who)

    def revoked() -> None:
        revoke(stage.p, person_id=who.person_id, approval_id=approval_id)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0][0] == 200, answers
        if isinstance(answers[1], MembershipChanged):  # the worker's message comes again
            revoked()
        end_learning(stage.p, person_id=who.person_id)
        _is_over(stage, who, course)

    return [_void(stage, number, sale), revoked], judge


def void_against_what_follows_a_revocation(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The member is revoked already; who comes first cancels the course, and the balance is forfeited all the same."""
    who, course, sale = _bought(stage, number)
    revoke(stage.p, person_id=who.person_id, approval_id=_to_be_revoked(stage, who))

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0][0] == 200 or answers[0][1]["code"] == "ERRPLT40028", answers
        assert answers[1] is None, answers
        _is_over(stage, who, course)

    return [_void(stage, number, sale), lambda: end_learning(stage.p, person_id=who.person_id)], judge


BUYING = (
    Race("one platform account, two cards", one_account_two_cards),
    Race("one card, untied while it buys", one_card_untied_while_it_buys),
    Race("one card, two codes", one_card_two_codes),
    Race("commit against void", commit_against_void),
    Race("one void, twice", one_void_twice),
    Race("operators cancel, platform voids", operators_against_void),
    Race("operators cancel, course completes", operators_against_completion),
    Race("operators cancel, course ends", operators_against_the_end),
    Race("platform voids, member is revoked", void_against_revocation),
    Race("platform voids, revoked member's course ends", void_against_what_follows_a_revocation),
)
