"""The order of checks: of two things that are wrong, the one that is checked first is told."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.world.snap import report
from sandbox.world.snap.wire import Reply, Request
from tests.contract.snap.caller import PROVIDERS, Caller, case, read


def without(request: Request, name: str) -> Request:
    return replace(request, headers={key: value for key, value in request.headers.items() if key != name})


def with_header(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})


class Play:
    """A first payment is done; the next request gets things wrong."""

    def __init__(self, provider: str) -> None:
        self.caller = Caller(provider)
        self.caller.pay("SEEN")
        self.used = f"{self.caller.count:020d}"
        self.body = self.caller.body(self.caller.paying, "NEW")
        self.after_signing: list[Callable[[Request], Request]] = []
        self.headers: dict[str, str] = {}

    def answer(self) -> Reply:
        caller = self.caller
        request = caller.request(caller.paying, self.body, **self.headers)
        for change in self.after_signing:
            request = change(request)
        return caller.engine.handle(request)

    # what can be wrong, in the order of checks -----------------------------------------------------------------------
    def method(self) -> None:
        self.after_signing.append(lambda request: replace(request, method="PUT"))

    def header(self) -> None:
        self.after_signing.append(lambda request: without(request, "channel-id"))

    def time_form(self) -> None:
        self.after_signing.append(lambda request: with_header(request, "x-timestamp", "15 January"))

    def unknown_client(self) -> None:
        self.after_signing.append(lambda request: with_header(request, "x-partner-id", "nobody"))

    def signature(self) -> None:
        self.after_signing.append(lambda request: with_header(request, "x-signature", "AAAA"))

    def token(self) -> None:
        self.caller.engine.books.run("UPDATE tokens SET expires_at = ''")

    def rate(self) -> None:
        self.caller.engine.configure(self.caller.provider, calls_per_second="1")

    def external_id(self) -> None:
        self.headers["x_external_id"] = self.used

    def field(self) -> None:
        self.body["amount"] = {"value": 5}

    def reference(self) -> None:
        self.body |= {"partnerReferenceNo": "SEEN"}
        self.caller.engine.configure(self.caller.provider, dedup="strict")

    def business(self) -> None:
        self.caller.engine.add_fault("monthly_limit")


Wrong = tuple[Callable[[Play], None], str]
"""What to get wrong, and the HTTP status and case for it."""
ORDER: list[Wrong] = [
    (Play.method, "40500"),
    (Play.header, "40002"),
    (Play.time_form, "40001"),
    (Play.unknown_client, "40100"),
    (Play.signature, "40100"),
    (Play.token, "40101"),
    (Play.rate, "42900"),
    (Play.external_id, "40900"),
    (Play.field, "40001"),
    (Play.reference, "40901"),
    (Play.business, "40323"),
]
WORDS = {"unknown_client": "Unknown Client", "signature": "Invalid Signature", "header": "CHANNEL-ID"}
PAIRS = [
    (provider, first, second)
    for provider in ("bni", "ovo", "dana")
    for first, second in itertools.combinations(ORDER, 2)
    if provider != "dana" or Play.token not in (first[0], second[0])
]
"""DANA has no tokens."""


@pytest.mark.parametrize(
    ("provider", "first", "second"), PAIRS, ids=[f"{p}-{a[0].__name__}-{b[0].__name__}" for p, a, b in PAIRS]
)
def test_the_earlier_check_speaks(provider: str, first: Wrong, second: Wrong) -> None:
    play = Play(provider)
    second[0](play)
    first[0](play)
    reply = play.answer()
    assert case(reply) == first[1]
    assert WORDS.get(first[0].__name__, "") in read(reply)["responseMessage"]
    assert sum(one.kept for one in report.net(play.caller.engine, provider).values()) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_wrong(provider: str) -> None:
    assert case(Play(provider).answer()) == "20000"


def test_an_id_is_not_spent_by_a_request_that_was_not_let_in() -> None:
    play = Play("bni")
    play.headers = {"x_external_id": "77"}
    play.signature()
    assert case(play.answer()) == "40100"
    play.after_signing.clear()
    assert case(play.answer()) == "20000"


def test_an_id_is_spent_by_a_request_that_was_let_in() -> None:
    play = Play("bni")
    play.headers = {"x_external_id": "77"}
    play.field()
    assert case(play.answer()) == "40001"
    assert case(play.answer()) == "40900"


def test_an_id_may_come_again_after_midnight_in_jakarta() -> None:
    caller = Caller("bni")
    caller.engine.configure("bni", tolerance_seconds="0")
    caller.clock.move(hours=6, minutes=59, seconds=59)  # 16:59:59 in Jakarta
    caller.clock.move(hours=7)
    assert caller.at() == "2026-01-15T23:59:59+07:00"
    send = caller.body("17", "P1")
    assert case(caller.call("17", send, x_external_id="1")) == "20000"
    assert case(caller.call("17", caller.body("17", "P2"), x_external_id="1")) == "40900"
    caller.clock.move(seconds=1)
    caller.fetch_token()
    assert case(caller.call("17", caller.body("17", "P2"), x_external_id="1")) == "20000"


def test_external_ids_need_not_be_digits() -> None:
    caller = Caller("dana")
    assert case(caller.call("38", x_external_id="sdk" + "a" * 33)) == "20000"
    assert case(caller.call("38", caller.body("38", "P2"), x_external_id="sdk" + "a" * 34)) == "40001"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"x_signature": ""}, "4007302"),
        ({"x_timestamp": "2026-01-15T10:00:00Z"}, "4007301"),
        ({"x_timestamp": "2026-01-15T10:05:01+07:00"}, "4017300"),
        ({"x_client_key": "nobody"}, "4017300"),
        ({"x_signature": "AAAA"}, "4017300"),
    ],
)
def test_checks_of_the_token(changes: dict[str, str], code: str) -> None:
    caller = Caller("bni")
    assert caller.engine.handle(caller.token_request(**changes)).code == code
    request = replace(caller.token_request(), body=b"{}")
    assert caller.engine.handle(request).code == "4007302"


def test_another_partners_token_is_of_no_use() -> None:
    caller = Caller("bni")
    caller.fetch_token()
    caller.engine.books.run("UPDATE tokens SET client_id = 'another'")
    assert case(caller.call("11")) == "40101"


def test_the_clock_may_be_five_minutes_off() -> None:
    caller = Caller("linkaja")
    caller.fetch_token()
    caller.engine.advance(300)
    assert case(caller.pay()) == "20000"
    caller.engine.advance(1)
    reply = caller.pay("P2")
    assert (case(reply), "clock" in read(reply)["responseMessage"]) == ("40100", True)


def test_a_signature_may_be_hex_where_that_is_set() -> None:
    caller = Caller("bni")
    caller.engine.configure("bni", encoding="hex")
    request = caller.token_request()
    assert caller.engine.handle(request).code == "4017300"
    signature = base64.b64decode(request.headers["x-signature"]).hex()
    assert caller.engine.handle(with_header(request, "x-signature", signature)).code == "2007300"


def test_the_asymmetric_mode_can_be_set_for_anybody() -> None:
    caller = Caller("dana")
    caller.engine.configure("dana", asymmetric="0")
    assert case(caller.pay()) == "40103"
