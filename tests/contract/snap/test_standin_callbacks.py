"""Call-backs: signed as a third party's SDK wants it, and everything that can go wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from dana.webhook import WebhookParser

from prakerja.gateways.snap.callbacks import verify_callback
from prakerja.gateways.snap.profiles import PROFILES
from prakerja.payouts.answers import TransferStatus
from sandbox.world.snap import Courier
from sandbox.world.snap.callbacks import Callback
from sandbox.world.snap.menu import PLACES, Place
from tests.contract.snap.caller import PROVIDERS, Caller, read
from tests.contract.snap.standin import AMOUNT

OURS = sorted(name.lower() for name in PROFILES)
SNAP_STYLE = [name for name in PROVIDERS if name != "gopay"]


def partner(provider: str) -> Caller:
    return Caller(provider, callback_url=f"https://partner.test/callbacks/snap/{provider}")


@dataclass
class Inbox:
    """The partner's side: what arrived, and what it answers."""

    caller: Caller
    status: int = 200
    got: list[Callback] = field(default_factory=list)

    def __call__(self, callback: Callback) -> tuple[int, bytes]:
        if not self.status:
            raise ConnectionRefusedError
        self.got.append(callback)
        return self.status, b'{"responseCode":"2003800"}'

    def after(self, seconds: float = 0) -> list[str]:
        """Let time pass, deliver what is due, answer what all of it so far claimed."""
        self.caller.clock.move(seconds=seconds)
        Courier(self.caller.engine, self).deliver_due()
        return [claim(callback) for callback in self.got]


def claim(callback: Callback) -> str:
    body = json.loads(callback.body)
    return str(body.get("latestTransactionStatus") or body["status"])


def signed_path(callback: Callback) -> str:
    return callback.path.removeprefix("/callbacks/snap/dana") if callback.provider == "dana" else callback.path


@pytest.fixture
def parser_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., WebhookParser]:
    monkeypatch.setenv("DANA_ENV", "production")  # else the parser takes its own sandbox's key

    def parser(public_key: str) -> WebhookParser:
        return WebhookParser(public_key=public_key)

    return parser


def one(provider: str, fault: str = "", **conditions: object) -> tuple[Caller, Inbox]:
    """A payment whose call-back has a fault."""
    caller = partner(provider)
    if fault:
        caller.engine.add_fault(fault, **conditions)
    caller.pay()
    return caller, Inbox(caller)


# true ones ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", SNAP_STYLE)
def test_danas_own_parser_verifies_them(provider: str, parser_of: Callable[..., WebhookParser]) -> None:
    caller, inbox = one(provider)
    inbox.after(1)
    sent, parser = inbox.got[0], parser_of(public_key=caller.engine.callback_key(provider))
    read_by_dana = parser.parse_webhook("POST", signed_path(sent), dict(sent.headers), sent.body.decode())
    assert read_by_dana.original_partner_reference_no == "P1"
    assert read_by_dana.latest_transaction_status == "00"
    assert (read_by_dana.amount.value, read_by_dana.amount.currency) == (f"{AMOUNT}.00", "IDR")
    assert read_by_dana.created_time == "2026-01-15T10:00:00+07:00"
    for path, body in ((signed_path(sent), sent.body.replace(b"600000", b"900000")), ("/other", sent.body)):
        with pytest.raises(ValueError, match="Signature verification failed"):
            parser.parse_webhook("POST", path, dict(sent.headers), body.decode())


@pytest.mark.parametrize("provider", OURS)
def test_our_verifier_takes_them(provider: str) -> None:
    caller, inbox = one(provider)
    inbox.after(1)
    sent, profile = inbox.got[0], PROFILES[provider.upper()]
    key = caller.engine.callback_key(provider)
    taken = verify_callback(profile, key, "POST", sent.path, sent.headers, sent.body)
    assert taken is not None
    assert (taken.reference, taken.says) == ("P1", TransferStatus.PAID)
    others = caller.engine.callback_key("bri")
    assert verify_callback(profile, others, "POST", sent.path, sent.headers, sent.body) is None


def test_every_provider_has_a_key_of_its_own_that_stays() -> None:
    caller = partner("bni")
    keys = {name: caller.engine.callback_key(name) for name in PROVIDERS}
    assert len(set(keys.values())) == len(PROVIDERS)
    assert all(key.startswith("-----BEGIN PUBLIC KEY") for name, key in keys.items() if name != "gopay")
    assert keys == {name: caller.engine.callback_key(name) for name in PROVIDERS}


@pytest.mark.parametrize(
    ("fault", "seconds", "status", "midtrans"),
    [("pending_then_success", 30, "00", "completed"), ("pending_then_fail", 30, "06", "failed")],
)
@pytest.mark.parametrize("provider", ["dana", "gopay"])
def test_a_result_is_told_when_there_is_one(
    provider: str, fault: str, seconds: int, status: str, midtrans: str
) -> None:
    _, inbox = one(provider, fault)
    assert inbox.after(seconds - 1) == []
    assert inbox.after(1) == []
    assert inbox.after(1) == [midtrans if provider == "gopay" else status]


def test_money_that_came_back_is_told_too() -> None:
    caller, inbox = one("linkaja", "refund_later", seconds=3600)
    assert inbox.after(1) == ["00"]
    assert inbox.after(3600) == ["00"]
    assert inbox.after(1) == ["00", "04"]
    caller.fetch_token()
    assert read(caller.ask())["latestTransactionStatus"] == "04"


def test_a_late_commit_is_told() -> None:
    _, inbox = one("ovo", "late_commit", seconds=60)
    assert inbox.after(59) == []
    assert inbox.after(1) == []
    assert inbox.after(1) == ["00"]


def test_a_refusal_is_not_told_because_it_was_answered() -> None:
    _, inbox = one("bni", "account_dormant")
    assert inbox.after(3600) == []


def test_without_an_address_nothing_is_told() -> None:
    caller = Caller("bni")
    caller.pay()
    assert (Inbox(caller).after(3600), caller.engine.next_callback_at()) == ([], None)


# answers --------------------------------------------------------------------------------------------------------------
def test_it_comes_again_until_it_is_taken() -> None:
    caller, inbox = one("dana")
    inbox.status = 500
    assert len(inbox.after(1)) == 1
    assert len(inbox.after(59)) == 1
    inbox.status = 0
    assert len(inbox.after(1)) == 1
    inbox.status = 200
    assert len(inbox.after(60)) == 2
    assert len(inbox.after(3600)) == 2
    (listed,) = caller.engine.callbacks.listed(10)
    assert (listed["state"], listed["tries"], listed["status"]) == ("ACCEPTED", 3, 200)
    assert listed["answer"] == '{"responseCode":"2003800"}'
    assert inbox.got[0].body == inbox.got[1].body


def test_it_is_given_up_after_three_times() -> None:
    caller, inbox = one("dana")
    inbox.status = 401
    for _ in range(5):
        inbox.after(60)
    assert len(inbox.got) == 3
    assert caller.engine.callbacks.listed(1)[0]["state"] == "GIVEN_UP"


def test_when_the_next_one_is_due() -> None:
    caller, inbox = one("dana")
    caller.engine.advance(30)
    due = caller.engine.next_callback_at()
    assert due is not None
    caller.clock.now = due
    assert inbox.after() == ["00"]
    assert caller.engine.next_callback_at() is None


# faults ---------------------------------------------------------------------------------------------------------------
def test_lost() -> None:
    caller, inbox = one("bni", "callback_lost")
    assert inbox.after(86_400) == []
    assert [listed["state"] for listed in caller.engine.callbacks.listed(10)] == ["LOST"]


def test_duplicated_and_replayed_byte_for_byte() -> None:
    for fault, seconds in (("callback_duplicated", 2), ("callback_replayed", 86_400)):
        _, inbox = one("dana", fault)
        assert inbox.after(1) == ["00"]
        assert inbox.after(seconds - 1) == ["00"]
        assert inbox.after(1) == ["00", "00"]
        first, second = inbox.got
        assert (first.body, first.headers, first.url) == (second.body, second.headers, second.url)


def test_out_of_order_and_all_of_them_signed(parser_of: Callable[..., WebhookParser]) -> None:
    caller, inbox = one("dana", "callback_out_of_order")
    assert inbox.after(3) == ["00", "03", "06"]
    parser = parser_of(public_key=caller.engine.callback_key("dana"))
    for sent in inbox.got:
        parser.parse_webhook("POST", signed_path(sent), dict(sent.headers), sent.body.decode())


def test_delayed() -> None:
    _, inbox = one("bni", "callback_delayed", seconds=600)
    assert inbox.after(599) == []
    assert inbox.after(1) == ["00"]


def test_before_the_answer() -> None:
    caller = partner("ovo")
    caller.engine.add_fault("callback_before_answer")
    reply = caller.pay()
    inbox = Inbox(caller)
    assert Courier(caller.engine, inbox).deliver(reply.first) == 1
    assert [claim(sent) for sent in inbox.got] == ["00"]
    assert (inbox.after(60), caller.ask().first) == (["00"], ())


FORGERIES = sorted(what for what, place in PLACES.items() if place is Place.FORGERY)


@pytest.mark.parametrize("provider", OURS)
@pytest.mark.parametrize("fault", FORGERIES)
def test_forgeries_claim_success_and_nobody_believes_them(provider: str, fault: str) -> None:
    caller = partner(provider)
    caller.engine.add_fault(fault)
    caller.engine.add_fault("pending_forever")
    caller.pay()
    inbox = Inbox(caller)
    assert inbox.after(1) == ["completed" if provider == "gopay" else "00"]
    sent, key = inbox.got[0], caller.engine.callback_key(provider)
    assert sent.kind == fault
    assert verify_callback(PROFILES[provider.upper()], key, "POST", sent.path, sent.headers, sent.body) is None


@pytest.mark.parametrize("fault", FORGERIES)
def test_danas_parser_does_not_believe_them_either(fault: str, parser_of: Callable[..., WebhookParser]) -> None:
    caller, inbox = one("dana", fault)
    assert inbox.after(1) == ["00", "00"], "the forgery and the true one"
    parser = parser_of(public_key=caller.engine.callback_key("dana"))
    for sent in inbox.got:
        if sent.kind == "result":
            parser.parse_webhook("POST", signed_path(sent), dict(sent.headers), sent.body.decode())
            continue
        with pytest.raises(ValueError, match="Signature verification failed"):
            parser.parse_webhook("POST", signed_path(sent), dict(sent.headers), sent.body.decode())


def test_another_path_was_really_signed(parser_of: Callable[..., WebhookParser]) -> None:
    caller, inbox = one("dana", "callback_other_path")
    inbox.after(1)
    sent = next(sent for sent in inbox.got if sent.kind == "callback_other_path")
    parser = parser_of(public_key=caller.engine.callback_key("dana"))
    assert parser.parse_webhook("POST", "/v1.0/elsewhere", dict(sent.headers), sent.body.decode())


def test_which_call_backs_a_fault_hits() -> None:
    caller = partner("linkaja")
    caller.engine.add_fault("callback_lost", reference="P2")
    caller.engine.add_fault("down", role="callback")
    for reference in ("P1", "P2", "P3"):
        caller.pay(reference)
    inbox = Inbox(caller)
    inbox.after(1)
    assert [sent.reference for sent in inbox.got] == ["P1", "P3"]


def test_times_and_the_signed_path_can_be_set() -> None:
    caller = partner("linkaja")
    caller.engine.configure("linkaja", callback_seconds="90", callback_below="1")
    caller.pay()
    inbox = Inbox(caller)
    assert inbox.after(89) == []
    assert inbox.after(1) == ["00"]
    sent = inbox.got[0]
    key, profile = caller.engine.callback_key("linkaja"), PROFILES["LINKAJA"]
    assert verify_callback(profile, key, "POST", sent.path, sent.headers, sent.body) is None
    below = sent.path.removeprefix("/callbacks/snap/linkaja")
    assert verify_callback(profile, key, "POST", below, sent.headers, sent.body) is not None
