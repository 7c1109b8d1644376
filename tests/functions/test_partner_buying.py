"""A platform sells: what is checked, the one-time code, repeats, cancelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.partner_api.requests import AuthorizeRequest
from prakerja.membership import change_membership
from prakerja.platform.access_patterns import COURSE
from prakerja.platform.clock import end_of_wib_day, to_text, wib_date
from prakerja.platform.parts import update
from prakerja.training.model.catalogue import CourseType
from tests.support.market import CARD, PRICE, Market, refused
from tests.support.world import World

OTHER_CARD = "8000000000000002"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# what is checked ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prakerja_id": "8999999999999999"}, "ERRTRX40011"),
        ({"prakerja_id": "x"}, "ERRTRX40011"),
        ({"course_code": "C9"}, "ERRTRX40012"),
        ({"schedule_code": "S9"}, "ERRTRX40041"),
        ({"schedule_code": "S2"}, "ERRTRX40041"),
        ({"schedule_code": ""}, "ERRPLT40036"),
        ({"amount": PRICE - 1}, "ERRTRX40013"),
        ({"course_code": "DEAR", "schedule_code": "S2", "amount": 3_500_001}, "ERRTRX40016"),
        ({"course_code": ""}, "ERRPLT40036"),
        ({"course_code": None}, "ERRPLT40036"),
        ({"amount": 1.5}, "ERRREQ40002"),
        ({"amount": True}, "ERRREQ40002"),
        ({"prakerja_id": 8000000000000001}, "ERRREQ40002"),
    ],
)
def test_send_otp_refuses(market: Market, changes: dict[str, Any], code: str) -> None:
    market.member()
    market.offer("DEAR", "S2", price=3_500_001)
    refused(market.ask(**changes), code)
    assert market.world.take("training.payment_code_requested.v1") == []


@pytest.mark.parametrize(
    "changes",
    [{"course_code": "C9"}, {"schedule_code": "S9"}, {"course_code": "C9", "schedule_code": "S9"}, {"amount": 1}],
)
def test_an_invented_order_does_not_tell_whether_a_card_exists(market: Market, changes: dict[str, Any]) -> None:
    """Neither by its answer nor by what is looked up for it."""
    market.member()
    seen = []
    for card in (CARD, "8999999999999999", "x"):
        with market.counted() as spent:
            answer = market.ask(**changes, prakerja_id=card)
        seen.append((answer, spent.operations))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0][0] == 400


def test_amount_may_come_as_text(market: Market) -> None:
    market.member()
    assert market.ask(amount=str(PRICE))[0] == 200


def test_what_is_digits_may_come_as_a_number(market: Market) -> None:
    market.member()
    status, body = market.ask(user_platform_id=int("9" + "1" * 11))
    assert status == 200
    token = body["data"]["payment_token"]
    paid = {"otp": int(market.code(token)), "invoice_url": "https://toko.example.test/1", "invoice_code": 1}
    assert market.call("toko", "/payment/authorize", paid, authorization=f"Payment {token}")[0] == 200


def test_a_code_that_begins_with_zeros_may_come_as_a_number() -> None:
    body = {"otp": 7, "invoice_url": "https://toko.example.test/1", "invoice_code": "1"}
    assert AuthorizeRequest.model_validate(body).otp == "000007"
    for wrong in (True, 1.0, -7, 10**8):
        with pytest.raises(ValidationError):
            AuthorizeRequest.model_validate({**body, "otp": wrong})


def test_what_cannot_be_learned_any_more_is_not_sold(market: Market) -> None:
    """Three sessions, one a day: the sale of a self-paced course ends two days before the course does."""
    market.offer("C9", "S9", sessions=3, course_type=CourseType.SELF_PACED, starts_in=timedelta())
    market.member()
    ends_at = market.world.clock.programme() + timedelta(days=10)
    last = end_of_wib_day(wib_date(ends_at) - timedelta(days=2))  # the third day begins when two have ended
    market.world.clock.travel(days=7)
    order = {"course_code": "C9", "schedule_code": "S9"}
    assert market.ask(**order)[0] == 200
    assert market.call("toko", "/payment/quota-schedule", order)[1]["data"]["quota"] == 4
    market.world.clock.travel(days=2)
    market.world.clock.move(minutes=1)
    assert market.world.clock.programme() >= last
    refused(market.ask(**order), "ERRTRX40014")
    assert market.call("toko", "/payment/quota-schedule", order)[1]["data"]["quota"] == 0


def test_a_platform_sells_only_its_own_courses(market: Market) -> None:
    market.member()
    refused(market.ask("lapak"), "ERRTRX40012")
    body = {"course_code": "C1", "schedule_code": "S1"}
    refused(market.call("lapak", "/payment/quota-schedule", body), "ERRTRX40012")


def test_institutions_do_not_sell_and_platforms_do_not_redeem(market: Market) -> None:
    market.member()
    data = market.buy()
    refused(market.ask("lpk"), "ERRTRX40003")
    refused(market.redeem(data["redeem_code"], "toko"), "ERRTRX40003")


def test_an_account_must_be_linked_where_the_scheme_says_so(market: Market) -> None:
    market.member(linked=False)
    refused(market.ask(), "ERRTRX40019")


def test_the_first_purchase_has_a_deadline_and_its_end_is_exclusive(market: Market) -> None:
    who = market.member()
    deadline = market.world.clock.programme() + timedelta(minutes=5)
    market.world.table.commit(change_membership(who.person_id, set={"purchase_deadline_at": to_text(deadline)}))
    token = market.token()
    market.world.clock.move(minutes=5)
    assert "23.59" in refused(market.ask(), "ERRTRX40018")
    assert "23.59" in refused(market.pay(token), "ERRTRX40018")
    market.world.clock.move(microseconds=-1)
    assert market.pay(token)[0] == 200


def test_the_sale_ends_when_the_course_begins(market: Market) -> None:
    market.member()
    market.world.clock.travel(days=10)
    refused(market.ask(), "ERRTRX40014")


def test_the_next_course_waits_for_the_one_before(market: Market) -> None:
    market.member()
    market.offer("C2", "S2")
    data = market.buy()
    market.world.clock.move(minutes=1)
    second = {"course_code": "C2", "schedule_code": "S2"}
    refused(market.ask(**second), "ERRTRX40020")
    market.complete(data["redeem_code"])
    market.offer("C3", "S3")
    market.world.clock.move(minutes=1)
    assert market.pay(market.token(course_code="C3", schedule_code="S3"), invoice="INV-2")[0] == 200


def test_two_payments_buy_one_course(market: Market) -> None:
    """Two codes were sent before the first was used: the second one cannot open another course."""
    who = market.member()
    market.offer("C2", "S2")
    first = market.token()
    market.world.clock.move(minutes=1)
    second = market.token(course_code="C2", schedule_code="S2")
    assert market.pay(first)[0] == 200
    refused(market.pay(second, invoice="INV-2"), "ERRTRX40020")
    assert len(market.purchases(who)) == 1
    assert market.balance(who)["reserved"] == PRICE


def test_the_last_seat_is_sold_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market(world, monkeypatch, quota=1, pools=1)
    one, two = market.member(), market.member(2, card=OTHER_CARD)
    first, second = market.token(), market.token(card=OTHER_CARD)
    assert market.pay(first)[0] == 200
    refused(market.pay(second, invoice="INV-2"), "ERRTRX40015")
    assert market.seats() == 0
    assert (market.balance(one)["reserved"], market.balance(two)["reserved"]) == (PRICE, 0)
    market.world.clock.move(minutes=1)
    refused(market.ask(card=OTHER_CARD), "ERRTRX40015")


def test_seats_of_all_pools_are_sold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market(world, monkeypatch, quota=5, pools=3)
    for number in range(5):
        market.member(number, card=f"{8000000000000001 + number}")
        market.buy(card=f"{8000000000000001 + number}", invoice=f"INV-{number}")
    assert market.seats() == 0


def test_prices_are_those_of_the_moment_of_sale(market: Market) -> None:
    who = market.member()
    token = market.token()
    market.world.table.commit(update(COURSE, set={"price": 1}, course_code="C1"))
    assert market.pay(token)[1]["data"]["amount"] == PRICE
    assert market.balance(who)["reserved"] == PRICE
