"""Our signatures against the SDKs that payment houses publish. None of them knows the others or us.

They take a body as an object and write it themselves, so they are asked about what they write alike: compact, in the
order given. Letters outside ASCII are where they differ (some escape them), which is why a verifier has to look at the
bytes that it received; see ``test_letters_outside_ascii``.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from prakerja.gateways.snap import PROFILES, callback_answer, verify_callback
from prakerja.gateways.snap.signing import (
    Encoding,
    body_hash,
    sign_asymmetric,
    sign_symmetric,
    timestamp,
    token_text,
    transaction_text,
)
from tests.contract.snap.test_signatures import TRANSACTIONS
from tests.unit.gateways.snap.scripted import AT, Asked, key, private_pem, public_pem

with warnings.catch_warnings():  # they are older than the Python that compiles them
    warnings.simplefilter("ignore")
    from dana.utils.snap_header import SnapHeader
    from dana.webhook.webhook import WebhookParser
    from doku_python_library.src.services.token_service import TokenService


def bnis_own() -> Any:
    """The one file of BNI's SDK that signs: the rest of it needs a later Python than ours."""
    package = importlib.util.find_spec("bnipython")
    assert package is not None
    assert package.submodule_search_locations
    place = Path(package.submodule_search_locations[0]) / "lib" / "util" / "utils.py"
    spec = importlib.util.spec_from_file_location("bnis_own", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MOMENT = timestamp(AT)
BNI = bnis_own()
SECRET, TOKEN = "s3cret of a test", "eyJhbGciOi.token"
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=6,
)
paths = st.sampled_from([profile.path(profile.transfer) for profile in PROFILES.values()])


def compact(document: object, *, ascii_only: bool = False) -> bytes:
    return json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def ours(path: str, document: object, token: str | None = TOKEN, *, ascii_only: bool = False) -> str:
    text = transaction_text("POST", path, token, body_hash(compact(document, ascii_only=ascii_only)), MOMENT)
    if token is None:
        return sign_asymmetric(key(), text, Encoding.BASE64)
    return sign_symmetric(SECRET, text, Encoding.BASE64)


def doku(path: str, document: object) -> str:
    made: str = TokenService.generate_symmetric_signature("POST", path, TOKEN, document, MOMENT, SECRET)
    return made


def bni(path: str, document: object) -> str:
    terms = {"method": "POST", "url": path, "accessToken": TOKEN, "timeStamp": MOMENT, "apiSecret": SECRET}
    made: str = BNI.generateSignatureServiceSnapBI({**terms, "body": document})
    return made


@settings(max_examples=100, deadline=None)
@given(paths, documents)
def test_symmetric_signatures_of_doku_and_bni(path: str, document: dict[str, Any]) -> None:
    assert ours(path, document) == doku(path, document) == bni(path, document)


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "DANA"])
def test_what_we_send_is_signed_as_doku_would(name: str) -> None:
    """The headers and bytes that leave, not a text made for the occasion."""
    asked = Asked.of(name, {"responseCode": "2000000"})
    asked.provider.send(asked.prepare(), asked.external_id())
    ((path, headers, body),) = asked.transport.sent
    expected = TokenService.generate_symmetric_signature(
        "POST", path, "t0ken", json.loads(body), headers["X-TIMESTAMP"], "a secret for tests"
    )
    assert headers["X-SIGNATURE"] == expected
    (token,) = asked.transport.tokens
    assert token["X-SIGNATURE"] == TokenService.create_signature(
        private_pem(), f"{token['X-CLIENT-KEY']}|{token['X-TIMESTAMP']}"
    )


ALIKE = [one for one in TRANSACTIONS if compact(json.loads(one["body"]), ascii_only=True).decode() == one["body"]]
"""Vectors whose body the SDKs would write in the same way."""


@pytest.mark.parametrize("vector", ALIKE, ids=lambda vector: vector["name"])
def test_another_house_agrees_on_the_vectors(vector: dict[str, Any]) -> None:
    made = TokenService.generate_symmetric_signature(
        "POST",
        vector["path"],
        vector["accessToken"],
        json.loads(vector["body"]),
        vector["timestamp"],
        vector["clientSecret"],
    )
    assert made == vector["xSignatureHmacBase64"]


def test_most_vectors_are_written_alike() -> None:
    assert [one["name"] for one in TRANSACTIONS if one not in ALIKE] == ["utf8_name"]


def test_letters_outside_ascii() -> None:
    """DOKU and BNI sign an escaped form, DANA the letters: both fit if exactly that form was sent."""
    document = {"customerName": "RÉNÉ"}
    assert ours("/v1.0/emoney/topup", document) != doku("/v1.0/emoney/topup", document)
    assert ours("/v1.0/emoney/topup", document, ascii_only=True) == doku("/v1.0/emoney/topup", document)


@settings(max_examples=4, deadline=None)
@given(texts.filter(bool), documents)
def test_asymmetric_signatures_of_doku(client_id: str, document: dict[str, Any]) -> None:
    text = token_text(client_id, MOMENT)
    assert sign_asymmetric(key(), text, Encoding.BASE64) == TokenService.create_signature(private_pem(), text)
    text = transaction_text("POST", "/rest/v1.0/emoney/topup", None, body_hash(compact(document)), MOMENT)
    assert sign_asymmetric(key(), text, Encoding.BASE64) == TokenService.create_signature(private_pem(), text)


def dana(path: str, body: str) -> tuple[str, str]:
    """Its own time and its signature: it does not take a time."""
    made = SnapHeader.get_snap_generated_auth("POST", path, body, private_key=private_pem())
    return made["X-TIMESTAMP"]["value"], made["X-SIGNATURE"]["value"]


@pytest.mark.parametrize("name", ["SITI AMINAH", "RÉNÉ D’ÄRTAGNAN"])
def test_asymmetric_signatures_of_dana(name: str) -> None:
    body = Asked.of("DANA", {}).prepare(holder_name=name).body
    path = "/rest/v1.0/emoney/topup"
    at, theirs = dana(path, body.decode())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", at)
    text = transaction_text("POST", path, None, body_hash(body), at)
    assert sign_asymmetric(key(), text, Encoding.BASE64) == theirs


def test_what_we_send_to_dana_carries_what_its_sdk_would_sign() -> None:
    asked = Asked.of("DANA", {"responseCode": "2003800"})
    asked.provider.send(asked.prepare(), asked.external_id())
    ((path, headers, body),) = asked.transport.sent
    text = f"POST:{path}:{hashlib.sha256(body).hexdigest()}:{headers['X-TIMESTAMP']}"
    assert "Authorization" not in headers
    key().public_key().verify(base64.b64decode(headers["X-SIGNATURE"]), text.encode(), PKCS1v15(), SHA256())
    at, theirs = dana(path, body.decode())
    moved = Asked.of("DANA", {"responseCode": "2003800"})
    clock = SimpleNamespace(now=lambda: datetime.fromisoformat(at).astimezone(UTC))
    moved.provider._now = clock.now  # its SDK signs for the present only
    moved.provider.send(moved.prepare(), moved.external_id())
    assert moved.transport.sent[0][1]["X-SIGNATURE"] == theirs


def notice() -> dict[str, Any]:
    """What DANA tells about a finished payment."""
    return {
        "originalPartnerReferenceNo": "P26015ABCDEFGHIJKL01",
        "originalReferenceNo": "2026011510000000001",
        "merchantId": "216620000000000000000",
        "amount": {"value": "600000.00", "currency": "IDR"},
        "latestTransactionStatus": "00",
        "createdTime": MOMENT,
        "finishedTime": MOMENT,
    }


@pytest.mark.parametrize("tampered", [False, True])
def test_danas_parser_and_we_take_the_same_call_backs(tampered: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANA_ENV", "production")  # else its parser knows one key only
    raw = compact(notice())
    text = f"POST:/v1.0/debit/notify:{hashlib.sha256(raw).hexdigest()}:{MOMENT}"
    headers = {"X-SIGNATURE": sign_asymmetric(key(), text, Encoding.BASE64), "X-TIMESTAMP": MOMENT}
    if tampered:
        raw = raw.replace(b"600000.00", b"900000.00")
    parser = WebhookParser(public_key=public_pem())
    ours = verify_callback(
        PROFILES["DANA"], public_pem(), "POST", "/callbacks/snap/dana/v1.0/debit/notify", headers, raw
    )
    if tampered:
        with pytest.raises(ValueError, match="verif"):
            parser.parse_webhook("POST", "/v1.0/debit/notify", headers, raw.decode())
        assert ours is None
        assert callback_answer(PROFILES["DANA"], ours, AT).status == 401
    else:
        theirs = parser.parse_webhook("POST", "/v1.0/debit/notify", headers, raw.decode())
        assert ours is not None
        assert theirs.original_partner_reference_no == ours.reference == "P26015ABCDEFGHIJKL01"
