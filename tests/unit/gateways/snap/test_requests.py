"""Bodies, profiles and credentials: what leaves, and what is refused before it could."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from prakerja.gateways.http import Endpoint
from prakerja.gateways.snap import PROFILES, Credentials, HttpTransport, SnapProvider, snap_providers
from prakerja.payouts.answers import AccountKind, TransferOrder
from prakerja.payouts.ports import PaymentProvider
from prakerja.payouts.references import reference
from tests.contract.snap.standin import NUMBERS, secret_entry

AT = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)


def provider(name: str) -> SnapProvider:
    endpoint = Endpoint("nobody", "http://127.0.0.1:9")
    return SnapProvider(PROFILES[name], Credentials.of(secret_entry(name)), HttpTransport(endpoint), lambda: AT)


def order(name: str, **changes: Any) -> TransferOrder:
    terms: dict[str, Any] = {
        "reference": reference("p", 1, AT),
        "amount": 600_000,
        "account_number": NUMBERS[name],
        "holder_name": "RÉNÉ D'ÄRTAGNAN",
        "note": "Insentif Prakerja",
        "at": AT,
    }
    return TransferOrder(**{**terms, **changes})


def test_a_bank_transfer() -> None:
    prepared = provider("BNI").prepare_transfer(order("BNI"))
    body = json.loads(prepared.body)
    assert (prepared.service, prepared.path) == ("17", "/v1.0/transfer-intrabank")
    assert body["amount"] == {"value": "600000.00", "currency": "IDR"}
    assert body["transactionDate"] == "2026-01-15T09:30:00+07:00"
    assert prepared.reference in body["remark"]
    assert len(body["remark"]) <= 50
    assert b" :" not in prepared.body.replace(b"Insentif Prakerja ", b"")


def test_a_wallet_top_up() -> None:
    prepared = provider("LINKAJA").prepare_transfer(order("LINKAJA"))
    body = json.loads(prepared.body)
    assert (prepared.service, prepared.path) == ("38", "/v1.0/emoney/topup")
    assert "RÉNÉ D'ÄRTAGNAN".encode() in prepared.body
    assert (body["customerNumber"], body["partnerReferenceNo"]) == ("6281234567890", prepared.reference)


def test_preparing_is_repeatable() -> None:
    assert provider("BNI").prepare_transfer(order("BNI")) == provider("BNI").prepare_transfer(order("BNI"))


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
        provider("BNI").prepare_transfer(order("BNI", **changes))


def test_the_client_is_a_payment_provider() -> None:
    fits: PaymentProvider = provider("BNI")
    assert (fits.name, fits.rules.kind) == ("BNI", AccountKind.BANK)


def test_the_ladder_ends_in_hourly_inquiries() -> None:
    rules = provider("LINKAJA").rules
    assert [rules.wait_before_inquiry(made) for made in range(10)] == [5, 10, 20, 40, 60, 300, 900, 3600, 3600, 3600]
    assert (rules.settle_seconds, rules.not_found_needed, rules.resend_days) == (900, 3, 30)


def test_credentials_do_not_show() -> None:
    shown = repr(Credentials.of(secret_entry("BNI")))
    assert "secret of BNI" not in shown
    assert "0987654321" not in shown


@pytest.mark.parametrize("name", ["client_id", "client_secret", "private_key", "source_account", "channel_id"])
@pytest.mark.parametrize("value", [None, "", 5])
def test_credentials_that_lack_something(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        Credentials.of({**secret_entry("BNI"), name: value})


def test_providers_from_settings() -> None:
    places = {name: {"base_url": f"http://127.0.0.1:8090/snap/{name.lower()}"} for name in PROFILES}
    made = snap_providers(places, {name: secret_entry(name) for name in PROFILES}, lambda: AT)
    assert {name: one.name for name, one in made.items()} == {"BNI": "BNI", "LINKAJA": "LINKAJA"}


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
