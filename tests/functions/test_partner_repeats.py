"""A client of the stronger signature has lost an answer: it repeats the request under a new nonce and gets the first one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.partner_api.handler import handler
from prakerja.partners.signature import sign_strongly
from tests.contract.partner.client import PREFIX, event
from tests.support.market import Market
from tests.support.world import World

Body = dict[str, Any]
Sent = tuple[str, str, Body, dict[str, str]]
"""Partner, path, body and further headers."""


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    made = Market(world, monkeypatch)
    made.member()
    return made


class Client:
    """Signs as of one moment; each of its requests has a nonce of its own, if nothing else is said."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._timestamp = str(int(market.world.clock.wall().timestamp()))
        self._nonces = 0

    def send(self, sent: Sent, nonce: str = "") -> tuple[int, Body]:
        partner, path, body, more = sent
        self._nonces += 1
        nonce, text = nonce or f"{self._timestamp}-{self._nonces:08}", json.dumps(body)
        key, target = self._market.keys[partner].encode(), PREFIX + path
        headers = {
            "prakerja-client": partner,
            "prakerja-timestamp": self._timestamp,
            "prakerja-nonce": nonce,
            "prakerja-signature": sign_strongly(key, partner, self._timestamp, nonce, "POST", target, text.encode()),
        }
        response = handler(event(target, {**headers, **more}, text), None)
        return response["statusCode"], json.loads(response["body"])


def _send_otp(market: Market) -> Sent:
    return "toko", "/payment/send-otp", market.order(), {}


def _authorize(market: Market, otp: str = "") -> Sent:
    token = market.token()
    body = {"otp": otp or market.code(token), "invoice_url": "https://toko.example.test/1", "invoice_code": "INV-1"}
    return "toko", "/payment/authorize", body, {"authorization": f"Payment {token}"}


def _wrong_code(market: Market) -> Sent:
    return _authorize(market, "000000")


def _void(market: Market) -> Sent:
    code = market.buy()["transaction_code"]
    return "toko", "/payment/void", {"invoice_code": "INV-1", "transaction_code": code}, {}


def _commit(market: Market) -> Sent:
    return "lpk", "/payment/redeem-code/commit", {"redeem_code": market.buy()["redeem_code"]}, {}


def _url(market: Market) -> Sent:
    body = {"redeem_code": market.buy()["redeem_code"], "sequence": 1, "email": "a@lms.test"}
    return "lpk", "/oauth/url-generate", {**body, "redirect_uri": "https://lms.example.test/kembali"}, {}


def _left_by(market: Market) -> list[Any]:
    """All items but the spent nonces."""
    return [item for item in market.world.items("programme") if not item["pk"].startswith("PARTNER")]


COMMANDS = (_send_otp, _authorize, _wrong_code, _void, _commit, _url)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeat_under_a_new_nonce_gets_the_first_answer(market: Market, command: Callable[[Market], Sent]) -> None:
    sent = command(market)
    client = Client(market)
    first = client.send(sent)
    assert first[0] != 401
    before = _left_by(market)
    market.world.clock.move(seconds=90)
    assert client.send(sent) == first
    assert _left_by(market) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_nonce_again_is_told_what_a_forger_is_told(market: Market, command: Callable[[Market], Sent]) -> None:
    sent = command(market)
    client = Client(market)
    assert client.send(sent, "a-nonce-of-our-own")[0] in (200, 400)
    assert client.send(sent, "a-nonce-of-our-own")[0] == 401


def test_a_later_timestamp_is_another_request(market: Market) -> None:
    sent = _void(market)
    assert Client(market).send(sent)[0] == 200
    market.world.clock.move(seconds=1)
    assert Client(market).send(sent)[1]["code"] == "ERRPLT40028"


def test_another_body_is_another_request(market: Market) -> None:
    partner, path, body, more = _url(market)
    client = Client(market)
    states = {client.send((partner, path, {**body, **other}, more))[1]["data"]["state"] for other in ({}, {"x": 1})}
    assert len(states) == 2
