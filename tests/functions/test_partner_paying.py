"""A member confirms with a one-time code; a platform repeats, looks, cancels."""

from __future__ import annotations

import json

import pytest

from functions.partner_api.handler import handler
from prakerja.membership import RevocationReason, load_membership
from prakerja.membership.store import revoke_part
from prakerja.platform.access_patterns import COURSE, PAYMENT_OTP
from prakerja.platform.parts import update
from tests.support.market import CARD, PRICE, STATUS, Market, account_of, refused
from tests.support.world import World

OTHER_CARD = "8000000000000002"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# the one-time code --------------------------------------------------------------------------------------------------
def test_wrong_codes_lock_the_payment(market: Market) -> None:
    market.member()
    token = market.token()
    right = market.code(token)
    wrong = "000000" if right != "000000" else "000001"
    for tries_left in ("2", "1"):
        assert tries_left in refused(market.pay(token, otp=wrong), "ERRTRX40022")
        market.world.clock.move(seconds=1)
    refused(market.pay(token, otp=wrong), "ERRTRX40023")
    refused(market.pay(token, otp=right), "ERRTRX40023")
    market.world.clock.move(minutes=1)
    fresh = market.token()
    assert fresh != token
    assert market.pay(fresh)[0] == 200


def test_a_code_dies_after_ten_minutes(market: Market) -> None:
    market.member()
    token = market.token()
    market.world.clock.move(minutes=10)
    refused(market.pay(token), "ERRTRX40024")


def test_asking_again_sends_another_code_for_the_same_payment(market: Market) -> None:
    market.member()
    token = market.token()
    old = market.code(token)
    refused(market.ask(user_platform_id="u-2"), "ERRREQ42901", 429)
    market.world.clock.move(minutes=1)
    assert market.token() == token
    new = market.code(token)
    assert new != old
    refused(market.pay(token, otp=old), "ERRTRX40022")
    assert market.pay(token, otp=new)[0] == 200


def test_the_very_same_request_again_sends_nothing(market: Market) -> None:
    market.member()
    assert market.token() == market.token()
    assert len(market.world.take("training.payment_code_requested.v1")) == 1


def test_at_most_five_codes_a_day(market: Market) -> None:
    who = market.member()
    for _ in range(5):
        assert market.ask()[0] == 200
        market.world.clock.move(minutes=11)
    response = handler(
        market.event(
            "toko",
            "/payment/send-otp",
            {
                "user_platform_id": account_of(CARD),
                "prakerja_id": CARD,
                "course_code": "C1",
                "schedule_code": "S1",
                "amount": PRICE,
            },
        ),
        None,
    )
    assert response["statusCode"] == 429
    assert 0 < int(response["headers"]["retry-after"]) <= 86_400
    market.world.table.commit(update(PAYMENT_OTP, set={"day": "2020-01-01"}, person_id=who.person_id))
    assert market.ask()[0] == 200


def test_the_very_same_request_again_sends_nothing_whatever_came_between(market: Market) -> None:
    """A replay while its signature is believed: after other requests, at another price."""
    market.member()
    first = market.event("toko", "/payment/send-otp", market.order())
    answer = handler(first, None)
    market.world.clock.move(minutes=1)
    assert market.ask(user_platform_id="u-2")[0] == 200
    market.world.clock.move(minutes=2)
    market.world.table.commit(update(COURSE, set={"price": 1}, course_code="C1"))
    assert handler(first, None)["body"] == answer["body"]
    assert len(market.world.take("training.payment_code_requested.v1")) == 2


def test_a_wrong_code_sent_again_as_it_was_counts_once(market: Market) -> None:
    market.member()
    token = market.token()
    right = market.code(token)
    wrong = ["000000", "000001"] if right not in ("000000", "000001") else ["000002", "000003"]
    first = market.pay_event(token, otp=wrong[0])
    answer = handler(first, None)
    assert "2" in json.loads(answer["body"])["message"]
    assert handler(first, None)["body"] == answer["body"]
    assert "1" in refused(market.pay(token, otp=wrong[1]), "ERRTRX40022")
    assert handler(first, None)["body"] == answer["body"]
    assert market.pay(token)[0] == 200
    assert handler(first, None)["body"] == answer["body"], "the first answer, even after the purchase"


@pytest.mark.parametrize(
    "authorization",
    ["", "Payment", "Payment ", "Payment x", "Bearer {token}", "Payment {token}0", "Payment {payment_id}", "Payment #"],
)
def test_only_our_own_token_pays(market: Market, authorization: str) -> None:
    market.member()
    token = market.token()
    given = authorization.format(token=token, payment_id=token.partition(".")[0])
    body = {"otp": market.code(token), "invoice_url": "https://toko.example.test", "invoice_code": "INV-1"}
    refused(market.call("toko", "/payment/authorize", body, authorization=given), "ERRTRX40021")


def test_a_token_works_for_its_platform_only(market: Market) -> None:
    market.member()
    refused(market.pay(market.token(), partner="lapak"), "ERRTRX40021")


# repeats ------------------------------------------------------------------------------------------------------------
def test_authorising_twice_answers_the_same(market: Market) -> None:
    who = market.member()
    token = market.token()
    first = market.pay(token)
    market.world.clock.move(hours=1)
    assert market.pay(token) == first
    assert market.balance(who)["reserved"] == PRICE
    assert len(market.purchases(who)) == 1
    refused(market.pay(token, invoice="INV-2"), "ERRTRX40025")
    refused(market.pay(token, otp="0000"), "ERRTRX40022")


def test_authorising_again_what_was_cancelled_since_sells_nothing(market: Market) -> None:
    who = market.member()
    token = market.token()
    _, answer = market.pay(token)
    bought = answer["data"]
    void = {"invoice_code": "INV-1", "transaction_code": bought["transaction_code"]}
    assert market.call("toko", "/payment/void", void)[0] == 200
    assert market.pay(token)[1] == answer, "the very same request"
    market.world.clock.move(seconds=1)
    refused(market.pay(token), "ERRPLT40028")
    assert market.balance(who)["available"] == 3_500_000


def test_an_invoice_code_is_used_once(market: Market) -> None:
    market.member()
    two = market.member(2, card=OTHER_CARD)
    market.buy()
    refused(market.pay(market.token(card=OTHER_CARD)), "ERRTRX40026")
    assert market.balance(two)["reserved"] == 0


# status and void ----------------------------------------------------------------------------------------------------
def test_a_platform_sees_its_own_transactions(market: Market) -> None:
    market.member()
    data = market.buy()
    assert market.call("toko", "/payment/status", {"invoice_code": "INV-1"})[1]["data"] == data
    refused(market.call("lapak", "/payment/status", {"invoice_code": "INV-1"}), "ERRVOD40001")
    refused(market.call("toko", "/payment/status", {"invoice_code": "INV-9"}), "ERRVOD40001")


def test_voiding_restores_everything(market: Market) -> None:
    who = market.member()
    data = market.buy()
    void = {"invoice_code": "INV-1", "transaction_code": data["transaction_code"]}
    refused(market.call("toko", "/payment/void", {**void, "transaction_code": "X"}), "ERRVOD40001")
    refused(market.call("lapak", "/payment/void", void), "ERRVOD40001")
    assert market.call("toko", "/payment/void", void) == (
        200,
        {"success": True, "message": "Transaksi berhasil dibatalkan."},
    )
    assert market.balance(who) == {"available": 3_500_000, "reserved": 0, "spent": 0, "forfeited": 0}
    assert market.seats() == 4
    assert market.membership(who)["state"] == "ACTIVE_UNPURCHASED"
    market.world.clock.move(seconds=1)
    assert refused(market.call("toko", "/payment/void", void), "ERRPLT40028").startswith("Transaksi sudah dibatalkan")
    assert market.call("toko", "/payment/status", {"invoice_code": "INV-1"})[1]["data"]["status"] == "CANCELLED"
    refused(market.call("lpk", STATUS, {"redeem_code": data["redeem_code"]}), "ERRTRX40032")
    refused(market.redeem(data["redeem_code"]), "ERRTRX40032")
    market.world.clock.move(minutes=1)
    assert market.buy(invoice="INV-2")["redeem_code"] != data["redeem_code"]


def test_the_very_same_void_again_is_answered_as_the_first(market: Market) -> None:
    """Byte for byte, while its signature is believed; any other void of a cancelled transaction is an error."""
    who = market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    request = market.event("toko", "/payment/void", void)
    first = handler(request, None)
    assert first["statusCode"] == 200
    market.world.clock.move(minutes=4)
    assert handler(request, None)["body"] == first["body"]
    refused(market.call("toko", "/payment/void", void), "ERRPLT40028")
    assert market.balance(who)["available"] == 3_500_000
    assert market.seats() == 4


def test_a_member_is_told_once_that_the_platform_has_voided(market: Market) -> None:
    who = market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    market.world.take()
    for _ in range(2):
        assert market.call("toko", "/payment/void", void)[0] == 200
    (told,) = (one.body for one in market.world.take("registration.notice_requested.v1"))
    assert (told["person_id"], told["kind"]) == (who.person_id, "PURCHASE_CANCELLED")


def test_who_was_revoked_is_not_told_that_the_balance_is_back(market: Market) -> None:
    who, table = market.member(), market.world.table
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    membership, now = load_membership(table, who.person_id), market.world.clock.programme()
    assert membership is not None
    table.commit(revoke_part(membership, RevocationReason.FRAUD, now, now))
    market.world.take()
    assert market.call("toko", "/payment/void", void)[0] == 200
    assert market.world.take("registration.notice_requested.v1") == []


def test_what_has_begun_is_not_voided(market: Market) -> None:
    who = market.member()
    data = market.buy()
    market.redeem(data["redeem_code"])
    void = {"invoice_code": "INV-1", "transaction_code": data["transaction_code"]}
    refused(market.call("toko", "/payment/void", void), "ERRTRX40027")
    assert market.balance(who)["reserved"] == PRICE
