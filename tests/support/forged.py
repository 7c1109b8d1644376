"""Tokens that must not open anything: each is one step away from a good one."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from prakerja.registration.tokens import TokenKeys
from tests.support.apis import CLIENT_ID, TOKEN_SECRET, Apis, operator_key

DAY = 86_400


def forged_person_tokens(apis: Apis, person_id: str) -> dict[str, str]:
    """What is wrong → a token for participants' routes."""
    signer = TokenKeys.of(TOKEN_SECRET).signer
    good = apis.person_token(person_id)
    stranger = Ed25519PrivateKey.from_private_bytes(b"a key that nobody has published."[:32])
    public = signer.private_key.public_key()
    return {
        **_spoiled(good),
        **_resigned(good, "EdDSA", stranger),
        "HS256 with the public key": _hmac_signed(good, signer.public_bytes),
        "HS256 with the public key as PEM": _hmac_signed(
            good, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        ),
        "expired": apis.person_token(person_id, exp=_times(good)["iat"] - DAY),
        "issued tomorrow": apis.person_token(person_id, iat=_times(good)["iat"] + DAY),
        "another issuer": apis.person_token(person_id, iss="https://elsewhere.test"),
        "another audience": apis.person_token(person_id, aud="operator"),
        "no audience": apis.person_token(person_id, aud=None),
        "nobody": apis.person_token(person_id, sub=None),
        "an operator's": apis.operator_token(sub=person_id),
        "an operator's for participants": apis.operator_token(sub=person_id, aud="participant"),
    }


def forged_operator_tokens(apis: Apis, person_id: str) -> dict[str, str]:
    """What is wrong → a token for operators' routes."""
    good = apis.operator_token()
    public = operator_key().public_key()
    operator_claims: dict[str, Any] = {
        "aud": CLIENT_ID,
        "auth_time": _times(good)["iat"],
        "cognito:groups": ["wave_manager"],
    }
    return {
        **_spoiled(good),
        **_resigned(good, "RS256", generate_private_key(65537, 2048)),
        "HS256 with the public key as PEM": _hmac_signed(
            good, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        ),
        "expired": apis.operator_token(exp=_times(good)["iat"] - DAY),
        "issued tomorrow": apis.operator_token(iat=_times(good)["iat"] + DAY),
        "another issuer": apis.operator_token(iss="https://elsewhere.test"),
        "another client": apis.operator_token(aud="another-console"),
        "no audience": apis.operator_token(aud=None),
        "an access token": apis.operator_token(token_use="access"),
        "no time of sign-in": apis.operator_token(auth_time=None),
        "a participant's": apis.person_token(person_id),
        "a participant's for operators": apis.person_token(person_id, **operator_claims),
    }


def _spoiled(good: str) -> dict[str, str]:
    header, payload, signature = good.split(".")
    claims = {**_read(payload), "sub": "00000000-0000-4000-8000-000000000002"}
    unsigned = {**_read(header), "alg": "none"}
    return {
        "nothing": "",
        "garbage": "nonsense",
        "three empty parts": "..",
        "not ASCII": "tökén",
        "cut": good[:-8],
        "no signature": f"{header}.{payload}.",
        "another subject": f"{header}.{_write(claims)}.{signature}",
        "alg none": f"{_write(unsigned)}.{payload}.",
        "alg none, signature kept": f"{_write(unsigned)}.{payload}.{signature}",
    }


def _resigned(good: str, algorithm: str, key: Any) -> dict[str, str]:
    """The same claims signed by another key, under several names for it."""
    claims = jwt.decode(good, options={"verify_signature": False})
    ours = jwt.get_unverified_header(good)["kid"]
    names = {"our key id": ours, "an unknown key id": "x", "no key id": None, "an odd key id": "KEY#x/../y"}
    return {
        f"another key under {name}": jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else {})
        for name, kid in names.items()
    }


def _hmac_signed(good: str, secret: bytes) -> str:
    header, payload, _ = good.split(".")
    signed = f"{_write({**_read(header), 'alg': 'HS256'})}.{payload}"
    return f"{signed}.{_base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _times(token: str) -> Mapping[str, int]:
    return _read(token.split(".")[1])


def _read(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _write(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
