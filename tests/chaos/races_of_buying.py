"""Races about a purchase: who may buy, and whether it goes on or is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prakerja.platform.access_patterns import MEMBERSHIP, PLATFORM_ACCOUNT, PURCHASE
from prakerja.training.messages import PaymentCodeRequested
from prakerja.training.service.binding import untie_account
from tests.chaos.races import Contender, Judge, Race, course_of, member_of, one, person
from tests.support.market import PRICE, account_of
from tests.support.people import Someone
from tests.support.scenarios_stage import Stage

GRANTED = 3_500_000


def bought(stage: Stage, number: int) -> tuple[Someone, str, dict[str, Any]]:
    """A member in a schedule of two seats: who, the course, the sale."""
    who, card = member_of(stage, number)
    course = course_of(stage, number, 2)
    sale = stage.market.buy(card=card, course_code=course, schedule_code=course, invoice=f"INV-{number}")
    return who, course, sale


def state_of(stage: Stage, who: Someone) -> str:
    (bought,) = stage.world.table.query(PURCHASE, person_id=who.person_id).items
    return str(bought["state"])


def void(stage: Stage, number: int, sale: dict[str, Any]) -> Contender:
    order = {"invoice_code": f"INV-{number}", "transaction_code": sale["transaction_code"]}
    return lambda: stage.market.call("toko", "/payment/void", order)


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
    who, course, sale = bought(stage, number)
    assert void(stage, number, sale)()[0] == 200
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
    who, course, sale = bought(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        redeemed = answers[0][0] == 200
        assert answers[1 if redeemed else 0][1]["code"] == ("ERRTRX40027" if redeemed else "ERRTRX40032")
        balance = stage.market.balance(who)
        assert (balance["available"], balance["reserved"]) == ((GRANTED - PRICE, PRICE) if redeemed else (GRANTED, 0))
        assert stage.market.seats(course, course) == (1 if redeemed else 2)

    return [lambda: stage.market.redeem(sale["redeem_code"]), void(stage, number, sale)], judge


def one_void_twice(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, course, sale = bought(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        assert [status for status, _ in answers] == [200, 200], "byte for byte the same request"
        assert stage.market.balance(who)["available"] == GRANTED
        assert stage.market.seats(course, course) == 2

    return [void(stage, number, sale)] * 2, judge


BUYING = (
    Race("one platform account, two cards", one_account_two_cards),
    Race("one card, untied while it buys", one_card_untied_while_it_buys),
    Race("one card, two codes", one_card_two_codes),
    Race("commit against void", commit_against_void),
    Race("one void, twice", one_void_twice),
)
