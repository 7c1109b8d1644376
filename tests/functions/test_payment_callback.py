"""What a provider tells us unasked: proven, remembered once, and never believed — it only makes us ask."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import functions.payment_callback.handler as payment_callback
from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import look_again, send_payout
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.store import attempts_of, load_payout
from sandbox.world.snap.books import Client
from tests.contract.snap.standin import client_entry
from tests.support.payments import PROVIDER, Payments
from tests.support.world import World
from tests.unit.payouts.test_overtaken import queued

HOST = "https://partner.test"
ONE_MINUTE = timedelta(minutes=1)
SETTINGS = SimpleNamespace(snap_callback_secret="SNAP_CALLBACK_SECRET")
TOLD_OF = "payouts.told_of.v1"


class Line:
    """Our function behind the provider's call-backs, about one payout."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.payments = world, Payments(world, people=1)
        self.engine = self.payments.bank.engine
        self.engine.add_client(
            Client(**client_entry(PROVIDER), callback_url=f"{HOST}/callbacks/snap/{PROVIDER.lower()}")
        )
        key = self.engine.callback_key(PROVIDER)
        monkeypatch.setattr(payment_callback, "platform", lambda: world.platform)
        monkeypatch.setattr(payment_callback, "secret", lambda _: json.dumps({PROVIDER: key}))
        monkeypatch.setattr(payment_callback, "settings", lambda: SETTINGS)
        self.payout_id = queued(self.payments)
        world.take()

    def sends(self, fault: str = "") -> PayoutState:
        if fault:
            self.engine.add_fault(fault, role="transfer", times=1)
        return send_payout(self.payments.p, self.payments.providers, payout_id=self.payout_id).state

    def callback(self) -> dict[str, Any]:
        """The event of what the provider wants to tell."""
        self.payments.move_to(self.world.clock.now.replace(microsecond=0) + ONE_MINUTE)
        (sent,) = self.engine.due_callbacks()
        return {
            "rawPath": sent.url.removeprefix(HOST),
            "headers": dict(sent.headers),
            "body": sent.body.decode(),
            "requestContext": {"requestId": "r", "http": {"method": sent.method}},
        }

    def state(self) -> PayoutState:
        return load_payout(self.world.table, self.payout_id).state

    def told(self) -> list[str]:
        """What was announced about payouts since it was last asked."""
        return sorted(message.topic for message in self.world.take() if message.topic in (TOLD_OF, "cases.needed.v1"))

    def asks(self) -> PayoutState:
        return look_again(self.payments.p, self.payments.providers, payout_id=self.payout_id).state


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


def hear(event: dict[str, Any]) -> dict[str, Any]:
    return payment_callback.handler(event, None)


def signed_body(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same headers over another body."""
    return {**event, "body": json.dumps({**json.loads(event["body"]), **changes})}


# genuine --------------------------------------------------------------------------------------------------------------
def test_a_genuine_one_changes_no_payout_and_makes_us_ask(line: Line) -> None:
    assert line.sends("lost_after_commit") is PayoutState.UNKNOWN
    event = line.callback()
    line.told()
    answer = hear(event)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["responseCode"].startswith("200")
    assert (line.state(), line.told()) == (PayoutState.UNKNOWN, [TOLD_OF])
    assert line.asks() is PayoutState.PAID
    assert set(line.payments.credits().values()) == {1}


def test_the_same_again_at_once_or_the_next_day_changes_nothing(line: Line) -> None:
    line.sends("lost_after_commit")
    event = line.callback()
    hear(event)
    line.asks()
    line.told()
    line.world.clock.move(days=1)
    before = [line.world.items(table) for table in ("programme", "evidence")]
    assert hear(event)["statusCode"] == 200
    assert line.told() == []
    assert [line.world.items(table) for table in ("programme", "evidence")] == before


def test_before_our_own_answer_it_is_kept_and_nobody_is_overtaken(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider calls back while our sending still waits for its answer."""
    heard: list[int] = []
    send = line.payments.bank.provider.send

    def overtaken(*what: Any) -> Any:
        answer = send(*what)
        heard.append(hear(line.callback())["statusCode"])
        heard.append(len(line.told()))
        assert line.asks() is PayoutState.DISPATCHING  # its worker is alive: it is left alone
        return answer

    monkeypatch.setattr(line.payments.bank.provider, "send", overtaken)
    assert line.sends() is PayoutState.PAID
    assert heard == [200, 1]
    assert line.asks() is PayoutState.PAID


@pytest.mark.parametrize("says", [TransferStatus.RETURNED, TransferStatus.FAILED])
def test_what_is_paid_is_asked_about_only_if_it_may_have_come_back(line: Line, says: TransferStatus) -> None:
    assert line.sends() is PayoutState.PAID
    event = line.callback()
    line.told()
    hear(event)
    assert line.told() == []
    (attempt,) = attempts_of(line.world.table, line.payout_id)
    back = Callback(PROVIDER, attempt.reference, says, "d" * 64)
    take_callback(line.world.platform, back)
    assert line.told() == [TOLD_OF]
    assert line.asks() is PayoutState.PAID  # the provider itself says so: 00
    line.engine.refund(PROVIDER.lower(), attempt.reference)
    assert line.asks() is PayoutState.RETURNED


def test_paid_after_a_proven_failure_is_a_case(line: Line) -> None:
    line.engine.add_fault("account_invalid", role="transfer")
    line.sends()
    line.payments.collect()
    line.payments.play()
    assert line.state() is PayoutState.FAILED
    line.told()
    (attempt,) = attempts_of(line.world.table, line.payout_id)
    take_callback(line.world.platform, Callback(PROVIDER, attempt.reference, TransferStatus.PAID, "e" * 64))
    assert (line.told(), line.state()) == (["cases.needed.v1"], PayoutState.FAILED)


def test_a_reference_that_is_not_ours_is_answered_and_forgotten(line: Line) -> None:
    before = line.world.items("programme")
    for reference in (None, "", "P26015ABCDEFGHIJKL01", "x" * 200, "P99999AAAAAAAAAAAA01"):
        take_callback(line.world.platform, Callback(PROVIDER, reference, TransferStatus.PAID, "f" * 64))
    assert line.world.items("programme") == before


# forged ---------------------------------------------------------------------------------------------------------------
def forgeries(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    elsewhere = event["rawPath"].replace("linkaja", "dana")
    return {
        "another body": signed_body(event, latestTransactionStatus="06"),
        "another path": {**event, "rawPath": event["rawPath"] + "/x"},
        "another provider": {**event, "rawPath": elsewhere},
        "no provider": {**event, "rawPath": event["rawPath"].replace("linkaja", "paypal")},
        "no path of ours": {**event, "rawPath": "/callbacks/snap/linkaja"},
        "a query": {**event, "rawQueryString": "a=1"},
        "no signature": {**event, "headers": {k: v for k, v in headers.items() if k != "x-signature"}},
        "a made-up signature": {**event, "headers": {**headers, "x-signature": "QUJD"}},
        "another time": {**event, "headers": {**headers, "x-timestamp": "2026-01-15T10:00:00+07:00"}},
        "another method": {**event, "requestContext": {"http": {"method": "PUT"}}},
        "no body": {**event, "body": None},
        "no JSON": {**event, "body": "{"},
        "bytes that are no text": {**event, "body": base64.b64encode(b"\xff\xfe{}").decode(), "isBase64Encoded": True},
        "no base64": {**event, "body": "***", "isBase64Encoded": True},
    }


def test_whoever_is_not_the_provider_always_gets_the_same_answer(line: Line) -> None:
    line.sends("lost_after_commit")
    event = line.callback()
    line.told()
    before = [line.world.items(table) for table in ("programme", "evidence")]
    for name, forged in forgeries(event).items():
        answer = hear(forged)
        assert answer["statusCode"] == 401, name
        assert json.loads(answer["body"])["responseCode"].startswith("401"), name
    assert [line.world.items(table) for table in ("programme", "evidence")] == before
    assert line.told() == []
    raw = {**event, "body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert hear(raw)["statusCode"] == 200  # the gateway may hand the very same bytes over in base64


def test_a_megabyte_is_not_read(line: Line) -> None:
    line.sends("lost_after_commit")
    event = {**line.callback(), "body": "x" * (payment_callback.LARGEST_BYTES + 1)}
    assert hear(event)["statusCode"] == 413


def test_what_cannot_be_stored_is_asked_for_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.sends("lost_after_commit")
    event = line.callback()

    def away(*_: Any) -> None:
        raise RuntimeError("no table")

    with monkeypatch.context() as broken:
        broken.setattr(payment_callback, "take_callback", away)
        assert hear(event)["statusCode"] == 503
    line.told()
    assert hear(event)["statusCode"] == 200
    assert line.told() == [TOLD_OF]
