"""The stand-in itself: order of checks, business rules, books, memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prakerja.gateways.snap import PROFILES, Credentials, SnapProvider
from prakerja.payouts.answers import Outcome, TransferStatus
from sandbox.world.snap import Engine, report
from sandbox.world.snap.books import Account, Client
from sandbox.world.snap.faults import Fault
from sandbox.world.snap.menu import PLACES, Place, usual_role
from sandbox.world.snap.wire import Reply, Request
from tests.contract.snap.standin import (
    AMOUNT,
    BY_THE_STANDARD,
    FUNDS,
    HOLDER,
    NUMBERS,
    SOURCE,
    Bank,
    InProcess,
    client_entry,
    secret_entry,
)
from tests.support.clock import FixedClock


def arrive(bank: Bank, path: str, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Reply:
    lower = {name.lower(): value for name, value in headers.items()}
    return bank.engine.handle(Request(bank.name.lower(), method, path, lower, body))


def signed(bank: Bank, body: bytes | None = None) -> tuple[str, dict[str, str], bytes]:
    """A transfer that was signed but has not arrived."""
    bank.provider.inquire_account(bank.question(), bank.external_id())
    prepared = bank.prepare()
    bank.engine.add_fault("lost_before_commit", times=1)
    prepared = prepared if body is None else replace(prepared, body=body)
    bank.provider.send(prepared, bank.external_id())
    return bank.transport.sent[-1]


def case(reply: Reply) -> tuple[int, str]:
    assert reply.code[3:5] in ("17", "38")
    return int(reply.code[:3]), reply.code[5:]


@pytest.mark.parametrize(
    "name", ["Content-Type", "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID"]
)
def test_a_missing_header_is_named(bank: Bank, name: str) -> None:
    path, headers, body = signed(bank)
    reply = arrive(bank, path, {key: value for key, value in headers.items() if key != name}, body)
    assert case(reply) == (400, "02")
    assert name.upper() in reply.body.decode()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (200, "00")),
        ({"X-TIMESTAMP": "2026-01-15 10:00:00"}, (400, "01")),
        ({"X-TIMESTAMP": "2026-13-45T10:00:00+07:00"}, (400, "01")),
        ({"X-TIMESTAMP": "2026-01-15T10:06:00+07:00"}, (401, "00")),
        ({"X-TIMESTAMP": "2026-01-15T10:00:01+07:00"}, (401, "00")),
        ({"X-PARTNER-ID": "nobody"}, (401, "00")),
        ({"X-SIGNATURE": "AAAA"}, (401, "00")),
        ({"X-SIGNATURE": "not base64!"}, (401, "00")),
        ({"Authorization": "Bearer wrong"}, (401, "00")),
        ({"Authorization": ""}, (401, "03")),
        ({"Authorization": "Basic abc"}, (401, "03")),
        ({"X-EXTERNAL-ID": "1" * 37}, (400, "01")),
    ],
    ids=str,
)
def test_headers(bank: Bank, changes: dict[str, str], expected: tuple[int, str]) -> None:
    path, headers, body = signed(bank)
    assert case(arrive(bank, path, {**headers, **changes}, body)) == expected
    assert bank.credits() == (expected == (200, "00"))


def test_a_changed_body_is_not_signed(bank: Bank) -> None:
    path, headers, body = signed(bank)
    assert case(arrive(bank, path, headers, body.replace(b"600000", b"900000"))) == (401, "00")


def test_the_compact_form_may_be_signed_and_the_spaced_one_sent(bank: Bank) -> None:
    path, headers, body = signed(bank)
    spaced = json.dumps(json.loads(body), indent=1, ensure_ascii=False).encode()
    assert case(arrive(bank, path, headers, spaced)) == (200, "00")


def test_a_token_ends(bank: Bank) -> None:
    bank.engine.configure(bank.name.lower(), tolerance_seconds="9999")
    path, headers, body = signed(bank)
    bank.clock.move(seconds=901)
    assert case(arrive(bank, path, headers, body)) == (401, "01")


def test_an_external_id_counts_for_its_day_only_once(bank: Bank) -> None:
    path, headers, body = signed(bank)
    assert case(arrive(bank, path, headers, body)) == (200, "00")
    assert case(arrive(bank, path, headers, body)) == (409, "00")
    assert bank.credits() == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method(bank: Bank, method: str) -> None:
    path, headers, body = signed(bank)
    assert case(arrive(bank, path, headers, body, method)) == (405, "00")


def test_paths_that_are_not_offered(bank: Bank) -> None:
    other = "LINKAJA" if bank.name == "BNI" else "BNI"
    for path in ("/v1.0/nothing", "/v2.0/emoney/topup", "/", PROFILES[other].path(PROFILES[other].transfer)):
        assert arrive(bank, path, {}, b"").status == 405
    assert bank.engine.handle(Request("nobody", "POST", "/v1.0/emoney/topup", {}, b"")).status == 405


FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"partnerReferenceNo": None}, "40002"),
    ({"partnerReferenceNo": 5}, "40001"),
    ({"partnerReferenceNo": "X" * 65}, "40001"),
    ({"amount": None}, "40002"),
    ({"amount": 600000}, "40001"),
    ({"amount": {"value": 600000, "currency": "IDR"}}, "40001"),
    ({"amount": {"value": "600000", "currency": "IDR"}}, "40001"),
    ({"amount": {"value": "600000.50", "currency": "IDR"}}, "40001"),
    ({"amount": {"value": "600000.00", "currency": "USD"}}, "40001"),
    ({"amount": {"value": "0.00", "currency": "IDR"}}, "40001"),
    ({"customerNumber": None, "beneficiaryAccountNo": None}, "40002"),
    ({"customerNumber": "9" * 40, "beneficiaryAccountNo": "9" * 40}, "40001"),
]


@pytest.mark.parametrize(("changes", "code"), FIELDS, ids=[str(row[0]) for row in FIELDS])
def test_fields(bank: Bank, changes: dict[str, Any], code: str) -> None:
    body = {**json.loads(bank.prepare().body), **changes}
    path, headers, sent = signed(bank, json.dumps(body).encode())
    reply = arrive(bank, path, headers, sent)
    assert (reply.code[:3] + reply.code[5:], bank.credits()) == (code, 0)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000], ids=["none", "list", "half", "bytes", "deep"]
)
def test_bodies_that_are_no_object(bank: Bank, body: bytes) -> None:
    path, headers, sent = signed(bank, body)
    assert case(arrive(bank, path, headers, sent)) == (400, "00")


def test_a_rate_limit(bank: Bank) -> None:
    bank.engine.configure(bank.name.lower(), calls_per_second="3")
    answers = [bank.provider.send(bank.prepare(f"payout-{n}"), bank.external_id()) for n in range(5)]
    assert [answer.outcome for answer in answers] == [Outcome.OK, Outcome.OK, Outcome.REJ, Outcome.REJ, Outcome.REJ]
    bank.clock.move(seconds=1)
    assert bank.provider.send(bank.prepare("payout-4"), bank.external_id()).outcome is Outcome.OK


@pytest.mark.parametrize("name", BY_THE_STANDARD)
def test_source_funds_end(name: str) -> None:
    bank = Bank.open(name, funds=AMOUNT)
    outcomes = [bank.provider.send(bank.prepare(f"payout-{n}"), bank.external_id()).outcome for n in range(2)]
    assert outcomes == [Outcome.OK, Outcome.STOP]
    assert bank.books()["source_accounts"] == {SOURCE: 0}


def test_a_wallet_has_limits() -> None:
    bank = Bank.open("LINKAJA")
    bank.engine.add_accounts(Account("linkaja", NUMBERS["LINKAJA"], HOLDER, max_balance=2 * AMOUNT))
    codes = [bank.provider.send(bank.prepare(f"payout-{n}"), bank.external_id()).code for n in range(3)]
    assert codes == ["2003800", "2003800", "4033802"]
    bank.engine.add_accounts(Account("linkaja", NUMBERS["LINKAJA"], HOLDER, monthly_in=3 * AMOUNT - 1))
    assert bank.provider.send(bank.prepare("next"), bank.external_id()).code == "4033823"
    bank.clock.move(days=31)
    assert bank.provider.send(bank.prepare("next"), bank.external_id()).outcome is Outcome.OK


def test_memory(tmp_path: Path) -> None:
    """Books, tokens, external ids and faults outlive the process."""
    clock, path = FixedClock(), tmp_path / "snap.sqlite"
    bank = Bank.open("BNI")

    def start() -> tuple[Engine, SnapProvider]:
        engine = Engine(path, clock.wall)
        transport = InProcess(engine, "bni")
        return engine, SnapProvider(PROFILES["BNI"], Credentials.of(secret_entry("BNI")), transport, clock.wall)

    engine, provider = start()
    engine.add_client(Client(**client_entry("BNI")))
    engine.add_accounts(Account("bni", SOURCE, "PMO", balance=FUNDS), Account("bni", NUMBERS["BNI"], HOLDER))
    engine.configure("bni", dedup="dana")
    engine.add_fault("pending_then_success", seconds=60, times=1)
    prepared, external_id = bank.prepare(), bank.external_id()
    assert provider.send(prepared, external_id).outcome is Outcome.PEND
    engine.close()

    engine, provider = start()
    assert engine.faults.listed()[0]["fired"] == 1
    assert provider.send(prepared, external_id).code == "4091700"
    clock.move(seconds=60)
    assert provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.PAID
    assert provider.send(prepared, bank.external_id()).outcome is Outcome.OK
    books = report.books(engine)
    assert (books["agrees"], books["providers"]["bni"]["totals"]["credits"]) == (True, 1)
    engine.close()


def test_which_calls_a_fault_hits(bank: Bank) -> None:
    bank.engine.add_fault("rate_limited", role="transfer", every=3)
    outcomes = [bank.provider.send(bank.prepare(f"a{n}"), bank.external_id()).outcome for n in range(6)]
    assert [n for n, outcome in enumerate(outcomes) if outcome is Outcome.REJ] == [2, 5]
    bank.engine.faults.clear()
    bank.engine.add_fault("rate_limited", role="transfer", nth=2)
    bank.engine.add_fault("account_dormant", reference=bank.prepare("b0").reference)
    outcomes = [bank.provider.send(bank.prepare(f"b{n}"), bank.external_id()).outcome for n in range(3)]
    assert outcomes == [Outcome.FAIL, Outcome.REJ, Outcome.OK]
    bank.engine.faults.clear()
    bank.engine.add_fault("down", for_seconds=60)
    bank.engine.add_fault("account_inactive", account_suffix=NUMBERS[bank.name][-3:])
    bank.engine.add_fault("rate_limited", provider="nobody")
    assert bank.provider.send(bank.prepare("c1"), bank.external_id()).outcome is Outcome.AMB
    bank.clock.move(seconds=60)
    assert bank.provider.send(bank.prepare("c2"), bank.external_id()).outcome is Outcome.FAIL


def test_a_rate_is_the_same_for_the_same_seed() -> None:
    def fired(seed: int) -> list[bool]:
        engine = Engine(":memory:", FixedClock().wall, seed)
        engine.add_fault("down", permille=200)
        calls = [engine.faults.pick("bni", "transfer", "", "", FixedClock().wall()) for _ in range(500)]
        return [call is not None for call in calls]

    assert fired(1) == fired(1)
    assert fired(1) != fired(2)
    assert 60 <= sum(fired(1)) <= 140


@pytest.mark.parametrize(
    "given",
    [{"what": "nothing"}, {}, {"what": "down", "colour": "red"}, {"what": "down", "nth": "x"}, {"what": "slow", "how": "z"},
     {"what": "refuse", "code": "12"}],
    ids=str,
)  # fmt: skip
def test_a_fault_that_makes_no_sense(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Fault.of(given)


SEEN_AT_ONCE = sorted(
    what
    for what, place in PLACES.items()
    if place is Place.CALL and usual_role(what) != "account" and what != "refund_later"
)


@pytest.mark.parametrize("what", SEEN_AT_ONCE)
def test_every_fault_of_a_call_changes_something(bank: Bank, what: str) -> None:
    def play(played: Bank) -> list[Reply]:
        prepared = played.prepare()
        played.provider.send(prepared, played.external_id())
        played.provider.inquire_transfer(prepared, played.external_id())
        return played.transport.replies

    bank.engine.add_fault(what)
    assert play(bank) != play(Bank.open(bank.name))
    assert bank.engine.faults.listed()[0]["fired"] > 0
