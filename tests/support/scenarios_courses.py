"""Ani links a wallet, buys a course, finishes and reviews it."""

from __future__ import annotations

from typing import Any

from prakerja import wiring
from prakerja.payouts.service import link_account
from prakerja.platform.access_patterns import MEMBERSHIP, PURCHASE
from prakerja.training.service.reviewing import review_course
from tests.support.market import PRICE
from tests.support.scenarios import Step, delivery
from tests.support.scenarios_incentives import ON_THE_WAY
from tests.support.scenarios_learning import LEARNING
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_people import ANI
from tests.support.scenarios_stage import Stage

PAYMENT_CODE = "training.payment_code_requested.v1"
REVIEWED = "training.course_reviewed.v1"


def _link(stage: Stage) -> Any:
    number = ANI.phone.lstrip("+")
    return link_account(
        stage.p, wiring.providers(), person_id=stage.memo.person_id, provider=PROVIDER, number=number
    ).masked


def _read_card(stage: Stage) -> None:
    member = stage.world.table.get(MEMBERSHIP, person_id=stage.memo.person_id)
    assert member is not None
    stage.memo.card_number = member["card_number"]
    stage.market.seats()  # the first request of a day also notes that the platform's key is in use


def _send_otp(stage: Stage) -> Any:
    status, body = stage.market.ask(card=stage.memo.card_number, amount=PRICE)
    assert status == 200, body
    stage.memo.token = body["data"]["payment_token"]
    return stage.memo.token.partition(".")[0]


def _authorise(stage: Stage) -> Any:
    status, body = stage.market.pay(stage.memo.token, otp=stage.memo.otp)
    assert status == 200, body
    stage.memo.sale = body["data"]
    return body


def _read_otp(stage: Stage) -> None:
    stage.memo.otp = stage.code(ANI.phone)


def _void(stage: Stage) -> Any:
    sale = stage.memo.sale
    order = {"invoice_code": "INV-1", "transaction_code": sale["transaction_code"]}
    status, body = stage.market.call("toko", "/payment/void", order)
    return body["code"] if status != 200 else "voided"


def _rate(stage: Stage) -> Any:
    bought = stage.memo.purchase
    who = {"person_id": bought["person_id"], "purchase_id": bought["purchase_id"]}
    return review_course(stage.p, **who, rating=5, text="Bagus")


def _look_up(stage: Stage) -> None:
    (stage.memo.purchase,) = stage.world.table.query(PURCHASE, person_id=stage.memo.person_id).items


COURSE = (
    Step("link account", _link),
    Step("send-otp", _send_otp, _read_card),
    delivery("send payment code", PAYMENT_CODE, may_announce=frozenset({PAYMENT_CODE})),
    Step("authorise", _authorise, _read_otp),
    Step("void", _void, aside=True, refusal="ERRPLT40028"),
    *ON_THE_WAY,
    *LEARNING,
    Step("review", _rate, _look_up),
    delivery("schedule incentive", REVIEWED),
)
