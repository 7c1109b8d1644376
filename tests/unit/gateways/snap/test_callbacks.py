"""Call-backs: who may make us inquire. Signed here by hand, over the bytes that arrive."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap import PROFILES, callback_answer, verify_callback
from prakerja.gateways.snap.profiles import CallbackStyle
from prakerja.gateways.snap.signing import Encoding
from prakerja.payouts.answers import Callback, TransferStatus
from tests.unit.gateways.snap.scripted import AT, REFERENCE, key, public_pem

MOMENT = "2026-01-15T09:30:00+07:00"
SHARED = "a key that two know"
SNAP_NAMES = sorted(name for name, profile in PROFILES.items() if profile.callback is CallbackStyle.SNAP)
each_snap_provider = pytest.mark.parametrize("name", SNAP_NAMES)
BODY = json.dumps(
    {"originalPartnerReferenceNo": REFERENCE, "latestTransactionStatus": "00", "amount": {"value": "600000.00"}},
    separators=(",", ":"),
).encode()


def path_of(name: str) -> str:
    return f"/callbacks/snap/{name.lower()}/v1.0/debit/notify"


def signed_path(name: str) -> str:
    return "/v1.0/debit/notify" if name == "DANA" else path_of(name)


def sign(path: str, body: bytes, at: str = MOMENT, method: str = "POST", signer: Any = None) -> dict[str, str]:
    text = f"{method}:{path}:{hashlib.sha256(body).hexdigest()}:{at}"
    signature = (signer or key()).sign(text.encode(), PKCS1v15(), SHA256())
    return {"X-TIMESTAMP": at, "X-SIGNATURE": base64.b64encode(signature).decode(), "Content-Type": "application/json"}


def verify(name: str, headers: dict[str, str], raw: bytes, **changes: Any) -> Callback | None:
    terms: dict[str, Any] = {"key": public_pem(), "method": "POST", "path": path_of(name), **changes}
    profile = terms.pop("profile", PROFILES[name])
    return verify_callback(profile, terms["key"], terms["method"], terms["path"], headers, raw)


@each_snap_provider
def test_a_genuine_one(name: str) -> None:
    found = verify(name, sign(signed_path(name), BODY), BODY)
    assert found == Callback(name, REFERENCE, TransferStatus.PAID, hashlib.sha256(BODY).hexdigest())


@each_snap_provider
def test_header_names_are_of_any_case(name: str) -> None:
    headers = {key.lower(): value for key, value in sign(signed_path(name), BODY).items()}
    assert verify(name, headers, BODY) is not None


def test_signed_compact_and_sent_spaced() -> None:
    spaced = json.dumps(json.loads(BODY), indent=2).encode()
    found = verify("BNI", sign(path_of("BNI"), BODY), spaced)
    assert found is not None
    assert found.digest == hashlib.sha256(spaced).hexdigest()


def test_signed_spaced_and_sent_spaced() -> None:
    spaced = json.dumps(json.loads(BODY), indent=2).encode()
    assert verify("BNI", sign(path_of("BNI"), spaced), spaced) is not None


@each_snap_provider
@pytest.mark.parametrize(
    "forge",
    [
        lambda name: (sign(signed_path(name), BODY), BODY.replace(b"600000", b"900000")),
        lambda name: (sign(signed_path(name), BODY), BODY.replace(b'"00"', b'"06"')),
        lambda name: (sign(signed_path(name), BODY), b""),
        lambda name: (sign("/v1.0/other/notify", BODY), BODY),
        lambda name: (sign(signed_path(name) + "?a=1", BODY), BODY),
        lambda name: (sign(signed_path(name), BODY, method="PUT"), BODY),
        lambda name: ({**sign(signed_path(name), BODY), "X-TIMESTAMP": "2026-01-15T09:30:01+07:00"}, BODY),
        lambda name: ({**sign(signed_path(name), BODY), "X-SIGNATURE": ""}, BODY),
        lambda name: ({**sign(signed_path(name), BODY), "X-SIGNATURE": "not base64!"}, BODY),
        lambda name: ({**sign(signed_path(name), BODY), "X-SIGNATURE": "YWJj"}, BODY),
        lambda name: ({"X-TIMESTAMP": MOMENT}, BODY),
        lambda name: ({"X-SIGNATURE": sign(signed_path(name), BODY)["X-SIGNATURE"]}, BODY),
        lambda name: ({}, BODY),
        lambda name: (sign(signed_path(name), BODY, signer=generate_private_key(65537, 2048)), BODY),
        lambda name: (sign(signed_path(name), b" " * 70_000), b" " * 70_000),
    ],
    ids=[
        "amount", "status", "no body", "other path", "query", "method", "time", "no signature", "no base64",
        "short signature", "header missing", "time missing", "bare", "other key", "too long",
    ],
)  # fmt: skip
def test_forged(name: str, forge: Any) -> None:
    headers, raw = forge(name)
    assert verify(name, headers, raw) is None


def test_a_signature_for_another_provider_or_place() -> None:
    assert verify("OVO", sign(path_of("LINKAJA"), BODY), BODY) is None
    assert verify("DANA", sign(path_of("DANA"), BODY), BODY) is None
    assert verify("LINKAJA", sign("/v1.0/debit/notify", BODY), BODY) is None


@pytest.mark.parametrize(
    "corrupt",
    [
        lambda raw: raw.replace(b'"600000.00"', b'\\"600000.00\\"'),
        lambda raw: raw.replace(b"latestTransactionStatus", b"latest TransactionStatus"),
        lambda raw: raw.replace(b'{"value":"600000.00"}', b'"{\\"value\\":\\"600000.00\\"}"'),
    ],
    ids=["over-escaped quotes", "spaces inside names", "nested as text"],
)
def test_a_body_corrupted_on_the_way_is_refused(corrupt: Any) -> None:
    """DANA's own SDK mends such bodies until one fits; what is signed is what is received, or nothing."""
    assert verify("DANA", sign(signed_path("DANA"), BODY), corrupt(BODY)) is None


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_no_byte_may_change(place: int, change: int) -> None:
    raw = bytearray(BODY)
    raw[place] ^= change
    assert verify("BNI", sign(path_of("BNI"), BODY), bytes(raw)) is None


def test_hex_where_a_profile_says_so() -> None:
    headers = sign(path_of("BNI"), BODY)
    profile = replace(PROFILES["BNI"], encoding=Encoding.HEX)
    assert verify("BNI", headers, BODY, profile=profile) is None
    headers["X-SIGNATURE"] = base64.b64decode(headers["X-SIGNATURE"]).hex()
    assert verify("BNI", headers, BODY, profile=profile) is not None


@pytest.mark.parametrize(
    ("body", "reference", "says"),
    [
        ({"partnerReferenceNo": REFERENCE, "latestTransactionStatus": "04"}, REFERENCE, TransferStatus.RETURNED),
        ({"originalPartnerReferenceNo": "", "partnerReferenceNo": REFERENCE}, REFERENCE, TransferStatus.UNPROVEN),
        ({"originalPartnerReferenceNo": ["P"], "latestTransactionStatus": 0}, None, TransferStatus.UNPROVEN),
        ({}, None, TransferStatus.UNPROVEN),
        ([], None, TransferStatus.UNPROVEN),
    ],
)
def test_genuine_and_odd(body: object, reference: str | None, says: TransferStatus) -> None:
    raw = json.dumps(body).encode()
    found = verify("BNI", sign(path_of("BNI"), raw), raw)
    assert found is not None
    assert (found.reference, found.says) == (reference, says)


def test_genuine_and_unreadable() -> None:
    raw = b"\xff\xfe<html>"
    found = verify("BNI", sign(path_of("BNI"), raw), raw)
    assert found is not None
    assert found.reference is None


def midtrans(raw: bytes, shared: str = SHARED) -> dict[str, str]:
    return {"Iris-Signature": hashlib.sha512(raw + shared.encode()).hexdigest()}


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("completed", TransferStatus.PAID),
        ("processed", TransferStatus.PENDING),
        ("failed", TransferStatus.FAILED),
        ("rejected", TransferStatus.FAILED),
        ("approved", TransferStatus.UNPROVEN),
        (None, TransferStatus.UNPROVEN),
    ],
)
def test_the_older_style(status: str | None, says: TransferStatus) -> None:
    raw = json.dumps({"reference_no": "theirs", "partner_reference_no": REFERENCE, "status": status}).encode()
    found = verify("GOPAY", midtrans(raw), raw, key=SHARED)
    assert found == Callback("GOPAY", REFERENCE, says, hashlib.sha256(raw).hexdigest())


@pytest.mark.parametrize(
    ("headers", "raw", "shared"),
    [
        (midtrans(BODY, "another key"), BODY, SHARED),
        (midtrans(BODY), BODY + b" ", SHARED),
        (midtrans(BODY, ""), BODY, ""),
        ({"Iris-Signature": "ü"}, BODY, SHARED),
        ({}, BODY, SHARED),
        (sign(path_of("GOPAY"), BODY), BODY, SHARED),
    ],
    ids=["other key", "tampered", "no key", "not hex", "bare", "SNAP style"],
)
def test_the_older_style_forged(headers: dict[str, str], raw: bytes, shared: str) -> None:
    assert verify("GOPAY", headers, raw, key=shared) is None


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_answers(name: str) -> None:
    profile = PROFILES[name]
    good = callback_answer(profile, Callback(name, None, TransferStatus.UNPROVEN, "d"), AT)
    bad = callback_answer(profile, None, AT)
    assert (good.status, bad.status) == (200, 401)
    assert json.loads(good.body)["responseCode"] == f"200{profile.callback_service}00"
    assert json.loads(bad.body)["responseCode"] == f"401{profile.callback_service}00"
    assert good.headers["x-timestamp"] == MOMENT
