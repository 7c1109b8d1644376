"""The signature of the partner contract, checked over every spelling of the body that real clients sign (pure).

``signature = lower-hex(HMAC-SHA1(sign_key, client_code + timestamp + METHOD + path + body))``, nothing in between.
Clients sign one spelling of their JSON and send another: the programme's own Python example signs it compact and
sends it spaced, a Go client signs ``\\u0026`` and sends ``&``. So the spellings are tried in turn.

Each spelling is the received text with white space dropped or added between tokens, or with the characters of a string
escaped another way: what the JSON means never changes. A match therefore authenticates what was parsed (and the parser
has already refused duplicate keys, by which one text could mean two things).

The work depends on the request alone: spellings x paths x two keys, all of them computed, also after a match. A
partner with one key, and a client nobody knows, are filled up with keys that can never match.

Beside it stands a stronger signature: HMAC-SHA256 over lines, with a nonce, and with the digest of the exact bytes of
the body. There is one text for each request, so neither spellings nor paths are tried.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from prakerja.partners.errors import BadSignature
from prakerja.partners.wire import ParsedBody

Form = Literal["raw", "minified", "utf8", "utf8_go", "ascii", "ascii_php", "minified_go", "python", "strong"]

STRONG = "PRAKERJA-HMAC-SHA256"
"""The first line of the stronger signature's text: what is signed for it is never taken for something else."""

TOLERANCE_SECONDS = 300
"""How far a timestamp may be from our clock, either way, inclusive. The contract names no number."""
KEY_SLOTS = 2
"""Active keys of a partner: the old and the new one while it rotates."""
MAX_MACS = 8 * 3 * KEY_SLOTS
"""The most that one request can cost: eight forms, three paths, two keys. (A GET has six paths, but no body.)"""

_NO_KEY = b"no partner ever has this key....."
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")

_utf8 = json.JSONEncoder(ensure_ascii=False).encode
_ascii = json.JSONEncoder(ensure_ascii=True).encode
_GO_HTML = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Verified:
    """What a signature was found to cover: which spelling of the body, which path, which of the partner's keys."""

    form: Form
    path: str
    key: int
    """Position in the list of keys given."""
    macs: int
    """HMACs computed."""


def sign(key: bytes, client_code: str, timestamp: int | str, method: str, path: str, body: str) -> str:
    """The signature that a client sends, over exactly this text. ``body`` is "" when there is none."""
    return _mac(key, _text(client_code, str(timestamp), method, path, body), "sha1")


def body_forms(parsed: ParsedBody) -> dict[str, Form]:
    """Spellings of the body in the order in which they are tried; the value names the client habit behind each."""
    minified = "".join(parsed.tokens)
    strings = [json.loads(token) if token[0] == '"' else "" for token in parsed.tokens]

    def respelled(encode: Callable[[str], str], comma: str = ",", colon: str = ":") -> str:
        """The tokens again: strings escaped by ``encode``, numbers and order untouched."""
        gaps = {",": comma, ":": colon}
        return "".join(
            encode(string) if token[0] == '"' else gaps.get(token, token)
            for token, string in zip(parsed.tokens, strings, strict=True)
        )

    utf8 = respelled(_utf8)
    spellings: tuple[tuple[str, Form], ...] = (
        (parsed.text, "raw"),
        (minified, "minified"),
        (utf8, "utf8"),
        (utf8.translate(_GO_HTML), "utf8_go"),
        (respelled(_ascii), "ascii"),
        (respelled(_php), "ascii_php"),
        (minified.translate(_GO_HTML), "minified_go"),
        (respelled(_ascii, comma=", ", colon=": "), "python"),
    )
    forms: dict[str, Form] = {}
    for spelling, form in spellings:
        forms.setdefault(spelling, form)
    return forms


def verify(
    keys: Sequence[bytes],
    client_code: str,
    timestamp: str,
    method: str,
    paths: Sequence[str],
    parsed: ParsedBody,
    signature: str,
    now: datetime,
) -> Verified:
    """Find what the signature covers. ``keys`` are the client's active ones, none if it is unknown or may not call.

    ``paths`` come from ``wire.canonical_paths``; ``now`` is the wall clock. Raises BadSignature, whose answer is the
    same whatever was wrong; ValueError for more than two keys or an empty one, which a partner item must not hold.
    """
    candidates = [
        (_text(client_code, timestamp, method, path, spelling), (form, path))
        for spelling, form in body_forms(parsed).items()
        for path in paths
    ]
    return _match(keys, candidates, "sha1", timestamp, signature, now)


def strong_text(client_code: str, timestamp: str, nonce: str, method: str, target: str, body: bytes) -> str:
    """What the stronger signature covers. ``target``: the path as it is sent, with ``?`` and the query if there is one."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((STRONG, client_code, timestamp, nonce, method.upper(), target, digest))


def sign_strongly(
    key: bytes, client_code: str, timestamp: int | str, nonce: str, method: str, target: str, body: bytes
) -> str:
    """The stronger signature that a client sends, over exactly these bytes."""
    text = strong_text(client_code, str(timestamp), nonce, method, target, body)
    return _mac(key, text.encode("utf-8", "replace"), "sha256")


def verify_strong(
    keys: Sequence[bytes],
    client_code: str,
    timestamp: str,
    nonce: str,
    method: str,
    target: str,
    body: bytes,
    signature: str,
    now: datetime,
) -> Verified:
    """Check the stronger signature; that its nonce is new is for the caller to see to, afterwards.

    Raises BadSignature; ValueError as ``verify`` does.
    """
    text = strong_text(client_code, timestamp, nonce, method, target, body).encode("utf-8", "replace")
    verified = _match(keys, [(text, ("strong", target))], "sha256", timestamp, signature, now)
    if not _NONCE.fullmatch(nonce):
        raise BadSignature("nonce", macs=verified.macs)
    return verified


def believed_until(timestamp: str) -> datetime:
    """The last moment at which a signature of this time is believed."""
    return datetime.fromtimestamp(int(timestamp) + TOLERANCE_SECONDS, UTC)


def _match(
    keys: Sequence[bytes],
    candidates: Sequence[tuple[bytes, tuple[Form, str]]],
    digest: str,
    timestamp: str,
    signature: str,
    now: datetime,
) -> Verified:
    if len(keys) > KEY_SLOTS or not all(keys):
        raise ValueError(f"a partner has at most {KEY_SLOTS} keys, none of them empty")
    slots = [*keys, *[_NO_KEY] * (KEY_SLOTS - len(keys))]
    claimed = signature.encode("utf-8", "replace")
    found: list[tuple[Form, str, int]] = []
    macs = 0
    for text, meaning in candidates:
        for slot, key in enumerate(slots):
            macs += 1
            if hmac.compare_digest(_mac(key, text, digest).encode(), claimed) and slot < len(keys):
                found.append((*meaning, slot))
    if not keys:
        raise BadSignature("client_code", macs=macs)
    if not found:
        raise BadSignature("signature", macs=macs)
    if not _is_near(timestamp, now):
        raise BadSignature("timestamp", macs=macs)
    return Verified(*found[0], macs=macs)


def _is_near(timestamp: str, now: datetime) -> bool:
    """Only plain digits: Unix seconds. Milliseconds, signs and other scripts' digits are refused."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(int(timestamp) - int(now.timestamp())) <= TOLERANCE_SECONDS


def _text(client_code: str, timestamp: str, method: str, path: str, body: str) -> bytes:
    return "".join((client_code, timestamp, method.upper(), path, body)).encode("utf-8", "replace")


def _mac(key: bytes, text: bytes, digest: str) -> str:
    return hmac.digest(key, text, digest).hex()


def _php(string: str) -> str:
    """``json_encode`` of PHP with its default flags: slashes escaped, and DEL (which Python escapes) left alone."""
    inner = "\x7f".join(_ascii(part)[1:-1] for part in string.split("\x7f"))
    return '"' + inner.replace("/", "\\/") + '"'
