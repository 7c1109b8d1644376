"""Who is calling? Checks in the order of the standard's error list, signature over the received bytes.

The signature is checked over the body exactly as received and, failing that, over the body without white space
outside strings: some published clients sign the compact form and send the spaced one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from .books import Books, Client
from .fields import moment
from .profiles import TOKEN, Profile
from .wire import Request, refuse

_TOKEN_HEADERS = ("content-type", "x-timestamp", "x-client-key", "x-signature")
_CALL_HEADERS = ("content-type", "x-timestamp", "x-signature", "x-partner-id", "x-external-id", "channel-id")


def caller(books: Books, profile: Profile, service: str, request: Request, now: datetime) -> Client:
    """The client that signed this request. Raises Refused: headers, time form, client, clock, signature."""
    headers = request.headers
    for name in _TOKEN_HEADERS if service == TOKEN else _CALL_HEADERS:
        if not headers.get(name):
            raise refuse(service, 400, "02", name.upper())
    at = headers["x-timestamp"]
    form = profile.token_time_form if service == TOKEN else profile.time_form
    said = moment(service, "X-TIMESTAMP", at, form)
    client = books.client(profile.name, headers["x-client-key" if service == TOKEN else "x-partner-id"])
    if client is None:
        raise refuse(service, 401, "00", "Unknown Client")
    if abs(said - now) > timedelta(seconds=profile.tolerance_seconds):
        raise refuse(service, 401, "00", "X-TIMESTAMP is too far from our clock")
    if not _signed(profile, client, service, request, at):
        raise refuse(service, 401, "00", "Invalid Signature")
    return client


def bearer(service: str, request: Request) -> str:
    """The access token. Raises Refused 401xx03 if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse(service, 401, "03")
    return token


def string_to_sign(path: str, token: str | None, body: bytes, at: str) -> str:
    """The text under a transaction's signature for one form of the body."""
    digest = hashlib.sha256(body).hexdigest()
    return ":".join(part for part in ("POST", path, token, digest, at) if part is not None)


def compact(body: bytes) -> bytes:
    """The body without white space outside strings, character by character."""
    return bytes(_outside_spaces(body))


def _outside_spaces(body: bytes) -> Iterator[int]:
    inside = escaped = False
    for byte in body:
        if not inside and byte in b" \t\r\n":
            continue
        yield byte
        if escaped:
            escaped = False
        elif byte == ord("\\"):
            escaped = inside
        elif byte == ord('"'):
            inside = not inside


def _signed(profile: Profile, client: Client, service: str, request: Request, at: str) -> bool:
    signature = _decoded(request.headers["x-signature"], profile.encoding)
    if signature is None:
        return False
    if service == TOKEN:
        return _rsa_fits(client, signature, f"{client.client_id}|{at}")
    bodies = (request.body, compact(request.body))
    if profile.asymmetric:
        return any(_rsa_fits(client, signature, string_to_sign(request.path, None, body, at)) for body in bodies)
    token, secret = bearer(service, request), client.client_secret.encode()
    return any(
        hmac.compare_digest(
            hmac.digest(secret, string_to_sign(request.path, token, body, at).encode(), "sha512"), signature
        )
        for body in bodies
    )


def _rsa_fits(client: Client, signature: bytes, text: str) -> bool:
    key = load_pem_public_key(client.public_key.encode())
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _decoded(text: str, encoding: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
