"""Strings to sign and signatures of SNAP BI. Pure; checked against published vectors.

Two modes are standard. Symmetric: HMAC-SHA512 over method, path, token, body hash and time. Asymmetric: no token,
SHA256withRSA. The encoding of a signature is not fixed by the standard, so it is a provider's setting.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from prakerja.platform.clock import wib

_STRING_OR_SPACE = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


class Mode(StrEnum):
    """Who signs a transaction with what."""

    SYMMETRIC = "SYMMETRIC"
    ASYMMETRIC = "ASYMMETRIC"


class Encoding(StrEnum):
    """How signature bytes become text. The standard's samples print hex; every provider seen sends Base64."""

    BASE64 = "BASE64"
    HEX = "HEX"

    def text(self, signature: bytes) -> str:
        """Write signature bytes as header text."""
        return signature.hex() if self is Encoding.HEX else base64.b64encode(signature).decode()


class TimestampForm(StrEnum):
    """How a provider wants times; always WIB, which is what their day is counted in."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


def timestamp(moment: datetime, form: TimestampForm = TimestampForm.SECONDS) -> str:
    """``2026-01-15T09:30:00+07:00``."""
    return wib(moment).isoformat(timespec=form.value)


def minify(body: bytes) -> bytes:
    """Drop white space outside strings and touch nothing else: re-serialising would change numbers and escapes."""
    return _STRING_OR_SPACE.sub(lambda found: found[1] or b"", body)


def body_hash(body: bytes) -> str:
    """Lower-case hex SHA-256 of the minified body; an empty body hashes like any other bytes."""
    return hashlib.sha256(minify(body)).hexdigest()


def token_text(client_id: str, at: str) -> str:
    """What is signed to obtain an access token (service 73)."""
    return f"{client_id}|{at}"


def transaction_text(method: str, path: str, token: str | None, digest: str, at: str) -> str:
    """What is signed for a transaction; ``token`` without "Bearer ", None in the asymmetric mode."""
    return ":".join([method, path, *([] if token is None else [token]), digest, at])


def sign_symmetric(secret: str, text: str, encoding: Encoding) -> str:
    """HMAC-SHA512 with the client secret."""
    return encoding.text(hmac.digest(secret.encode(), text.encode(), hashlib.sha512))


def sign_asymmetric(key: RSAPrivateKey, text: str, encoding: Encoding) -> str:
    """SHA256withRSA (PKCS#1 v1.5, so the same text always signs the same)."""
    return encoding.text(key.sign(text.encode(), PKCS1v15(), SHA256()))
