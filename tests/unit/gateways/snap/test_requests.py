"""Profiles, bodies and credentials: what leaves, and what is refused before it could."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from prakerja.gateways.snap import PROFILES, Credentials, snap_providers
from prakerja.gateways.snap.profiles import Dedup, Service
from prakerja.gateways.snap.signing import Mode
from prakerja.payouts.answers import AccountKind
from prakerja.payouts.ports import PaymentProvider
from tests.unit.gateways.snap.scripted import AT, SOURCE, WALLET, Asked, credentials_entry

PAID = {"responseCode": "2000000", "responseMessage": "Successful"}
EXPECTED = """
BNI     /snap/v1/access-token/b2b      /snap-service/v1/account-inquiry-internal /snap-service/v1/transfer-intrabank /snap-service/v1/transfer/status
BCA     /v1.0/access-token/b2b         /v1.0/account-inquiry-internal            /v1.0/transfer-intrabank            /v1.0/transfer/status
OVO     /OVOSNAP/v1.0/access-token/b2b /OVOSNAP/v2.0/emoney/account-inquiry      /OVOSNAP/v2.0/emoney/topup          /OVOSNAP/v2.0/emoney/topup-status
GOPAY   /v1.0/access-token/b2b         /v1.0/emoney/account-inquiry              /v1.0/emoney/topup                  /v1.0/transfer/status
DANA    -                              /rest/v1.0/emoney/account-inquiry         /rest/v1.0/emoney/topup             /rest/v1.0/emoney/topup-status
LINKAJA /v1.0/access-token/b2b         /v1.0/emoney/account-inquiry              /v1.0/emoney/topup                  /v1.0/emoney/topup-status
"""


@pytest.mark.parametrize("line", EXPECTED.strip().splitlines(), ids=lambda line: line.split()[0])
def test_paths(line: str) -> None:
    name, token, account, transfer, status = line.split()
    asked = Asked.of(name, PAID)
    prepared = asked.prepare()
    asked.provider.inquire_account(asked.question(), asked.external_id())
    asked.provider.send(prepared, asked.external_id())
    asked.provider.inquire_transfer(prepared, asked.external_id())
    assert [path for path, _, _ in asked.transport.sent] == [account, transfer, status]
    assert [one["path"] for one in asked.transport.tokens] == ([] if token == "-" else [token])
    assert asked.transport.bodies()[2]["serviceCode"] == prepared.service


def test_the_prefix_is_signed_unless_a_profile_says_no() -> None:
    profile = PROFILES["BNI"]
    path = profile.path(Service.BANK_TRANSFER)
    assert profile.signed_path(path) == "/snap-service/v1/transfer-intrabank"
    assert replace(profile, signs_prefix=False).signed_path(path) == "/v1/transfer-intrabank"
    headers = [Asked.of("BNI", PAID, signs_prefix=signs).sent_headers()["X-SIGNATURE"] for signs in (True, False)]
    assert headers[0] != headers[1]


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_headers(name: str) -> None:
    asked = Asked.of(name, PAID)
    headers = asked.sent_headers()
    assert headers["X-TIMESTAMP"] == "2026-01-15T09:30:00+07:00"
    assert headers["X-EXTERNAL-ID"].isdigit()
    assert len(headers["X-EXTERNAL-ID"]) <= 36
    assert len(headers["CHANNEL-ID"]) <= 5
    assert headers.get("Authorization") == (None if name == "DANA" else "Bearer t0ken")
    at = "2026-01-15T09:30:00.000+07:00" if name == "OVO" else "2026-01-15T09:30:00+07:00"
    assert {one["X-TIMESTAMP"] for one in asked.transport.tokens} <= {at}


def test_who_is_written_from_documents_and_who_is_generic() -> None:
    assert {name for name, profile in PROFILES.items() if not profile.verified} == {"BCA", "LINKAJA"}
    assert {name for name, profile in PROFILES.items() if profile.mode is Mode.ASYMMETRIC} == {"DANA"}
    assert {name for name, profile in PROFILES.items() if profile.dedup is Dedup.REPLAY} == {"DANA"}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_transfer_is_sent_again_once_its_reference_may_be_forgotten(profile: Any) -> None:
    assert profile.rules.resend_days < (profile.dedup_days or 31)
    assert profile.rules.settle_seconds > profile.rules.inquiry_wait


def test_many_workers_carry_a_hundred_transfers_a_second() -> None:
    rules = [profile.rules for profile in PROFILES.values()]
    assert sum(one.per_second for one in rules) >= 100
    assert sum(one.concurrency for one in rules) <= 40


def test_a_bank_transfer() -> None:
    prepared = Asked.of("BNI", PAID).prepare()
    assert json.loads(prepared.body) == {
        "partnerReferenceNo": prepared.reference,
        "amount": {"value": "600000.00", "currency": "IDR"},
        "beneficiaryAccountNo": "0123456789",
        "currency": "IDR",
        "feeType": "OUR",
        "remark": f"{prepared.reference} Insentif Prakerja",
        "sourceAccountNo": SOURCE,
        "transactionDate": "2026-01-15T09:30:00+07:00",
        "additionalInfo": {},
    }


@pytest.mark.parametrize(
    ("name", "number", "extra"),
    [
        ("OVO", "6281234567890", {}),
        ("GOPAY", "6281234567890", {"beneficiaryProvider": "gopay"}),
        ("DANA", "6281234567890", {"fundType": "AGENT_TOPUP_FOR_USER_SETTLE"}),
        ("LINKAJA", "081234567890", {}),
    ],
)
def test_a_wallet_top_up(name: str, number: str, extra: dict[str, str]) -> None:
    prepared = Asked.of(name, PAID).prepare(holder_name="RÉNÉ D'ÄRTAGNAN")
    assert (prepared.service, prepared.account_number) == ("38", WALLET)
    assert json.loads(prepared.body) == {
        "partnerReferenceNo": prepared.reference,
        "customerNumber": number,
        "customerName": "RÉNÉ D'ÄRTAGNAN",
        "amount": {"value": "600000.00", "currency": "IDR"},
        "feeAmount": {"value": "0.00", "currency": "IDR"},
        "transactionDate": "2026-01-15T09:30:00+07:00",
        "notes": f"{prepared.reference} Insentif Prakerja",
        "additionalInfo": extra,
    }
    assert "RÉNÉ D'ÄRTAGNAN".encode() in prepared.body


@pytest.mark.parametrize(
    ("name", "number", "amount", "extra"),
    [
        ("OVO", "6281234567890", "600000.00", {}),
        ("GOPAY", "6281234567890", "1.00", {"beneficiaryProvider": "gopay"}),
        ("DANA", "6281234567890", "600000.00", {}),
        ("LINKAJA", "081234567890", "600000.00", {"identityNumber": "3201010101010001"}),
    ],
)
def test_the_question_about_a_wallet(name: str, number: str, amount: str, extra: dict[str, str]) -> None:
    """The NIK goes only to the provider that has agreed to compare it."""
    asked = Asked.of(name, PAID)
    asked.provider.inquire_account(asked.question(nik="3201010101010001"), asked.external_id())
    (body,) = asked.transport.bodies()
    assert (body["customerNumber"], body["amount"]["value"], body["additionalInfo"]) == (number, amount, extra)


def test_a_note_is_plain_and_its_reference_is_never_cut() -> None:
    prepared = Asked.of("GOPAY", PAID).prepare(note="Insentif: bulan ke-1/4, terima kasih atas pelatihan Anda!")
    note = json.loads(prepared.body)["notes"]
    assert note.startswith(prepared.reference)
    assert len(note) == 50
    assert all(letter.isalnum() or letter in " _" for letter in note)


@pytest.mark.parametrize("name", ["", "   "])
def test_a_name_is_mandatory_where_the_provider_says_so(name: str) -> None:
    with pytest.raises(ValueError, match="without a name"):
        Asked.of("GOPAY", PAID).prepare(holder_name=name)
    Asked.of("OVO", PAID).prepare(holder_name=name)


def test_no_transfer_is_larger_than_the_limit() -> None:
    limit = PROFILES["DANA"].rules.max_amount
    Asked.of("DANA", PAID).prepare(amount=limit)
    with pytest.raises(ValueError, match="limit"):
        Asked.of("DANA", PAID).prepare(amount=limit + 1)


def test_preparing_is_repeatable() -> None:
    assert Asked.of("BNI", PAID).prepare() == Asked.of("BNI", PAID).prepare()


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": -1},
        {"account_number": "12"},
        {"account_number": "abc1234567"},
        {"reference": ""},
        {"reference": "X" * 21},
        {"reference": "WITH-DASH"},
    ],
    ids=str,
)
def test_an_order_that_no_provider_could_carry_out(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Asked.of("BNI", PAID).prepare(**changes)


def test_the_client_is_a_payment_provider() -> None:
    fits: PaymentProvider = Asked.of("BNI", PAID).provider
    assert (fits.name, fits.rules.kind) == ("BNI", AccountKind.BANK)


def test_the_ladder_ends_in_hourly_inquiries() -> None:
    rules = PROFILES["LINKAJA"].rules
    assert [rules.wait_before_inquiry(made) for made in range(10)] == [5, 10, 20, 40, 60, 300, 900, 3600, 3600, 3600]
    assert (rules.settle_seconds, rules.not_found_needed, rules.resend_days) == (900, 3, 30)
    midtrans = PROFILES["GOPAY"].rules
    assert [midtrans.wait_before_inquiry(made) for made in range(5)] == [600, 300, 900, 3600, 3600]


def test_credentials_do_not_show() -> None:
    shown = repr(Credentials.of(credentials_entry()))
    assert "a secret for tests" not in shown
    assert "0987654321" not in shown


@pytest.mark.parametrize("name", ["client_id", "client_secret", "private_key", "source_account", "channel_id"])
@pytest.mark.parametrize("value", [None, "", 5])
def test_credentials_that_lack_something(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        Credentials.of({**credentials_entry(), name: value})


def test_providers_from_settings() -> None:
    places = {name: {"base_url": f"http://127.0.0.1:8090/snap/{name.lower()}"} for name in PROFILES}
    made = snap_providers(places, {name: credentials_entry() for name in PROFILES}, lambda: AT)
    assert {name: one.name for name, one in made.items()} == {name: name for name in PROFILES}
    assert {name: one.rules for name, one in made.items()} == {name: one.rules for name, one in PROFILES.items()}


def test_a_stage_that_plays_the_provider_may_be_quicker() -> None:
    places: dict[str, dict[str, Any]] = {
        "BCA": {"base_url": "http://x", "end_of_day": None},
        "GOPAY": {"base_url": "http://x", "inquiry_wait": 5, "settle_seconds": 20, "longest_step": 90},
        "OVO": {"base_url": "http://x", "inquiry_wait": 5, "settle_seconds": 7200},
    }
    made = snap_providers(places, {name: credentials_entry() for name in places}, lambda: AT)
    assert made["BCA"].rules == replace(PROFILES["BCA"].rules, end_of_day=None)
    quick = replace(PROFILES["GOPAY"].rules, inquiry_wait=5, settle_seconds=20, ladder=(60, 90, 90, 90))
    assert made["GOPAY"].rules == quick
    assert made["OVO"].rules == PROFILES["OVO"].rules, "but never slower"


@pytest.mark.parametrize(
    ("places", "secret"),
    [
        ({"NOBODY": {"base_url": "http://x"}}, {"NOBODY": {}}),
        ({"BNI": {}}, {"BNI": {}}),
        ({"BNI": {"base_url": "http://x"}}, {}),
        ({"BNI": {"base_url": "http://x"}}, {"BNI": {}}),
    ],
    ids=["no profile", "no address", "no secret", "empty secret"],
)
def test_settings_that_do_not_fit(places: dict[str, dict[str, str]], secret: dict[str, dict[str, str]]) -> None:
    with pytest.raises(ValueError):
        snap_providers(places, secret, lambda: AT)
