"""Both signers, ours and the stand-in's, against vectors that neither of them made."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap import signing
from prakerja.gateways.snap.signing import Encoding
from sandbox.world.snap import verify

FOLDER = Path(__file__).parent / "vectors"
OWN = json.loads((FOLDER / "snap-vectors.json").read_text())
PUBLISHED = json.loads((FOLDER / "published.json").read_text())
TRANSACTIONS = [vector for vector in OWN["vectors"] if "body" in vector]
TOKEN = next(vector for vector in OWN["vectors"] if vector["name"] == "token_b2b")

each_transaction = pytest.mark.parametrize("vector", TRANSACTIONS, ids=lambda vector: vector["name"])


@each_transaction
def test_symmetric_signature(vector: dict[str, Any]) -> None:
    digest = signing.body_hash(vector["body"].encode())
    text = signing.transaction_text(
        vector["method"], vector["path"], vector["accessToken"], digest, vector["timestamp"]
    )
    assert digest == vector["bodySha256"]
    assert text == vector["stringToSign"]
    assert signing.sign_symmetric(vector["clientSecret"], text, Encoding.BASE64) == vector["xSignatureHmacBase64"]
    assert signing.sign_symmetric(vector["clientSecret"], text, Encoding.HEX) == vector["xSignatureHmacHex"]


@each_transaction
def test_asymmetric_text_is_what_was_signed(vector: dict[str, Any]) -> None:
    digest = signing.body_hash(vector["body"].encode())
    text = signing.transaction_text(vector["method"], vector["path"], None, digest, vector["timestamp"])
    assert text == vector["asymStringToSign"]
    public_key().verify(base64.b64decode(vector["xSignatureRsaBase64"]), text.encode(), PKCS1v15(), SHA256())


def test_token_text_is_what_was_signed() -> None:
    client_id, at = TOKEN["stringToSign"].split("|")
    text = signing.token_text(client_id, at)
    public_key().verify(base64.b64decode(TOKEN["xSignatureRsaBase64"]), text.encode(), PKCS1v15(), SHA256())


def test_published_symmetric_signature() -> None:
    vector = PUBLISHED["symmetric"]
    text = signing.transaction_text(
        vector["method"], vector["path"], vector["accessToken"], vector["bodySha256"], vector["timestamp"]
    )
    assert signing.sign_symmetric(vector["clientSecret"], text, Encoding.BASE64) == vector["xSignatureHmacBase64"]


@each_transaction
def test_the_stand_in_builds_the_same_text(vector: dict[str, Any]) -> None:
    body, at = vector["body"].encode(), vector["timestamp"]
    assert verify.string_to_sign(vector["path"], vector["accessToken"], body, at) == vector["stringToSign"]
    assert verify.string_to_sign(vector["path"], None, body, at) == vector["asymStringToSign"]


@pytest.mark.parametrize(
    ("spaced", "compact"),
    [
        (b'{ "a" : [ 1 , 2.50 ] }\n', b'{"a":[1,2.50]}'),
        (b'{"a": "b  c", "d": "\\" :  {x}"}', b'{"a":"b  c","d":"\\" :  {x}"}'),
        (b'{"a":"\\\\" , "b" : 1}', b'{"a":"\\\\","b":1}'),
        ('{"nama": "RÉNÉ  D’Ä"}'.encode(), '{"nama":"RÉNÉ  D’Ä"}'.encode()),
        (b"", b""),
    ],
)
def test_minify_touches_only_space_outside_strings(spaced: bytes, compact: bytes) -> None:
    assert signing.minify(spaced) == compact
    assert verify.compact(spaced) == compact


def test_an_empty_body_has_the_hash_of_nothing() -> None:
    assert signing.body_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    st.booleans(),
)
def test_two_minifiers_agree_on_any_json(document: object, ascii_only: bool) -> None:
    spaced = json.dumps(document, indent=2, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    compact = json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert signing.minify(spaced) == verify.compact(spaced) == compact


def public_key() -> RSAPublicKey:
    key = load_pem_public_key(OWN["rsaPublicKeyPem"].encode())
    assert isinstance(key, RSAPublicKey)
    return key
