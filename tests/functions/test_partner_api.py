"""The partner API as deployed: a course is sold, paid by code, redeemed, learned and settled; everything else is refused."""

from __future__ import annotations

import sys

import pytest

from functions.partner_api.handler import handler
from prakerja.platform.access_patterns import REDEEM_CODE
from prakerja.platform.clock import to_text
from prakerja.platform.observability import log
from prakerja.training.model.catalogue import POST_TEST
from tests.support.market import CARD, PRICE, STATUS, Market, refused
from tests.support.wired import sample
from tests.support.world import World

OTHER_CARD = "8000000000000002"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# the whole way ------------------------------------------------------------------------------------------------------
def test_a_course_is_sold_redeemed_learned_and_settled(market: Market) -> None:
    who = market.member()
    assert market.seats() == 4

    token = market.token()
    assert [m.body for m in market.world.take("training.payment_code_requested.v1")] == [
        {"payment_id": token.partition(".")[0], "resend": 0}
    ]
    status, sold = market.pay(token)
    assert status == 200
    data = sold.pop("data")
    assert sold == {"success": True, "message": "Pelatihan berhasil dibeli."}
    redeem_code, transaction_code = data.pop("redeem_code"), data.pop("transaction_code")
    assert (len(redeem_code), len(transaction_code)) == (12, 16)
    assert data == {
        "created_at": to_text(market.world.clock.programme())[:19] + "Z",
        "invoice_code": "INV-1",
        "amount": PRICE,
        "status": "SUCCESS",
        "prakerja_name": who.full_name,
    }
    assert market.seats() == 3
    assert market.balance(who) == {"available": 2_750_000, "reserved": PRICE, "spent": 0, "forfeited": 0}
    assert market.membership(who)["state"] == "ACTIVE"

    looked = market.call("lpk", STATUS, {"redeem_code": redeem_code})[1]["data"]
    assert {name: type(value).__name__ for name, value in looked.items()} == {
        "redeem_code": "str",
        "course_code": "str",
        "invoice_code": "str",
        "schedule_code": "str",
        "status": "int",
        "attendance_status": "int",
        "redeem_at": "NoneType",
        "dp_platform": "str",
        "schedule_start_end": "str",
        "course_type": "int",
        "course_type_label": "str",
        "course_learning_method": "str",
        "is_online_attendance": "bool",
        "sequence": "int",
    }
    assert (looked["status"], looked["attendance_status"], looked["sequence"]) == (0, 0, 1)
    redeemed = market.redeem(redeem_code)[1]["data"]
    assert redeemed == {**looked, "status": 1, "redeem_at": redeemed["redeem_at"]}

    market.learn(redeem_code)
    assert market.submit(redeem_code)[0] == 200
    assert market.purchases(who)[0]["state"] == "AUTHORISED"
    market.world.take()
    assert market.feedback(redeem_code)[0] == 200
    (purchase,) = market.purchases(who)
    assert purchase["state"] == "COMPLETED"
    assert purchase["completion_number"] == 1
    assert market.balance(who) == {"available": 2_750_000, "reserved": 0, "spent": PRICE, "forfeited": 0}
    assert "open_purchase_id" not in market.membership(who)
    assert {m.topic: m.body for m in market.world.messages()} == {
        "registration.notice_requested.v1": {
            "person_id": who.person_id,
            "kind": "COMPLETED",
            "reference": purchase["purchase_id"],
        },
    }
    after = market.call("lpk", STATUS, {"redeem_code": redeem_code, "sequence": POST_TEST})[1]["data"]
    assert (after["status"], after["attendance_status"], after["sequence"]) == (1, 1, POST_TEST)


def test_what_a_request_costs(market: Market) -> None:
    """The budgets: reads and transactions of each call, the second time it is made by a warm function."""
    market.member()
    market.member(2, card=OTHER_CARD)
    market.buy(card=OTHER_CARD, invoice="INV-0")
    token = market.token()
    otp = market.code(token)
    with market.counted() as authorised:
        _, body = market.pay(token, otp=otp)
    assert authorised.operations == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert authorised.written == [10]
    code = body["data"]["redeem_code"]
    with market.counted() as first:  # of the day: it also notes that the key is in use
        market.call("lpk", STATUS, {"redeem_code": code})
    assert first.operations == ["BatchGetItem", "UpdateItem"]
    with market.counted() as looked:
        market.call("lpk", STATUS, {"redeem_code": code})
    assert looked.operations == ["BatchGetItem"]
    with market.counted() as redeemed:
        market.redeem(code)
    assert redeemed.operations == ["BatchGetItem", "UpdateItem"]
    with market.counted() as again:
        market.redeem(code)
    assert again.operations == ["BatchGetItem"]


def test_items_of_a_purchase_are_small(market: Market) -> None:
    """Below 1 KB an item costs one write unit."""
    who = market.member()
    market.complete(market.buy()["redeem_code"])
    for item in market.world.items("programme"):
        if who.person_id in str(item):
            size = sum(len(name) + len(str(value)) for name, value in item.items())
            assert size < 1024, (item["pk"], item["sk"], size)


# who calls ----------------------------------------------------------------------------------------------------------
def test_a_suspension_counts_at_once(market: Market) -> None:
    assert market.seats() == 4
    market.change_partner("toko", suspended=True)
    body = {"course_code": "C1", "schedule_code": "S1"}
    refused(market.call("toko", "/payment/quota-schedule", body), "ERRSIG40101", 401)
    market.change_partner("toko", suspended=False)
    assert market.seats() == 4


def test_a_contract_that_is_over_counts_for_nothing(market: Market) -> None:
    market.change_partner("toko", valid_until="2020-12-31")
    body = {"course_code": "C1", "schedule_code": "S1"}
    refused(market.call("toko", "/payment/quota-schedule", body), "ERRSIG40101", 401)


def test_no_code_token_or_key_reaches_a_log(
    market: Market, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for log_handler in log.handlers:
        monkeypatch.setattr(log_handler, "stream", sys.stdout)
    who = market.member()
    token = market.token()
    otp = market.code(token)
    market.pay(token, otp="0000")
    market.complete(market.pay(token)[1]["data"]["redeem_code"])
    printed = "".join(capsys.readouterr())
    assert "partner believed" in printed
    for secret in (otp, token, token.partition(".")[2], market.keys["toko"], CARD, who.full_name, who.phone):
        assert secret not in printed
    queued = str([message.body for message in market.world.messages()])
    assert token not in queued


@pytest.mark.parametrize(
    "case", ["send_otp", "authorize", "redeem_commit", "redeem_status", "url_generate", "task_status", "quota"]
)
def test_sample_events_are_understood(market: Market, case: str) -> None:
    """The samples carry the signature of nobody we know: they are read and refused as such, whatever the path."""
    answer = handler(sample("partner_api", case), None)
    assert answer["statusCode"] == 401
    assert market.world.table.get(REDEEM_CODE, redeem_code="GHOPNYXUVMT0") is None
