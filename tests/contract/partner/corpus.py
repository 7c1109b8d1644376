"""Broken requests of every kind we could think of, with the status that each must get. None may be a 5xx or a change.

Every request is signed rightly unless its signature is what is broken: a bad body or field is refused on its own account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prakerja.partners.signature import sign
from tests.contract.partner.client import AUTHORIZE, PREFIX, SEND_OTP, STATUS, Client


@dataclass(frozen=True)
class Broken:
    """A request and the status that it must be answered with."""

    name: str
    status: int
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


GOOD: dict[str, dict[str, Any]] = {
    STATUS: {"redeem_code": "GHOPNYXUVMT0", "sequence": 1},
    SEND_OTP: {
        "user_platform_id": "u-1",
        "prakerja_id": "1234567890123456",
        "course_code": "C1",
        "schedule_code": "S1",
        "amount": 20000,
    },
    AUTHORIZE: {"otp": "123456", "invoice_url": "https://dp.example.test/i/1", "invoice_code": "INV-1"},
}
"""A right body for each endpoint."""

ABSENT = object()
WRONG_TEXTS: tuple[Any, ...] = (
    ABSENT,
    None,
    "",
    "   ",
    True,
    1.5,
    [],
    {},
    ["GHOPNYXUVMT0"],
    "x" * 5000,
    "a#b",
    "a\u0000b",
)
WRONG_INTEGERS: tuple[Any, ...] = ("", "x", "1e3", "-5", True, 1.5, 2.0, [], {}, 0, -1, 2**62)

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \r\n\t",
    "only a byte-order mark": b"\xef\xbb\xbf",
    "array": b'[{"redeem_code":"X"}]',
    "text": b'"redeem_code"',
    "number": b"42",
    "null": b"null",
    "form": b"redeem_code=GHOPNYXUVMT0&sequence=1",
    "xml": b"<?xml version='1.0'?><redeem_code>X</redeem_code>",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="redeem_code"\r\n\r\nX\r\n--x--',
    "half": b'{"redeem_code":"GHOP',
    "trailing comma": b'{"redeem_code":"X","sequence":999,}',
    "portal's unclosed quote": b'{"redeem_code":"X","url_file":"https://a/b.pdf}',
    "template with a raw quote": b'{"redeem_code":"X","notes":"said "ok" today"}',
    "template with a raw line break": b'{"redeem_code":"X","notes":"one\ntwo"}',
    "single quotes": b"{'redeem_code':'X'}",
    "bare keys": b"{redeem_code:1}",
    "comment": b'{"redeem_code":"X"/* c */}',
    "two objects": b'{"redeem_code":"X"}{"redeem_code":"Y"}',
    "text after the object": b'{"redeem_code":"X"} ok',
    "JSON with padding": b'callback({"redeem_code":"X"})',
    "NaN": b'{"redeem_code":"X","sequence":NaN}',
    "infinity": b'{"redeem_code":"X","sequence":-Infinity}',
    "1e999": b'{"redeem_code":"X","sequence":1e999}',
    "leading zero": b'{"redeem_code":"X","sequence":01}',
    "hexadecimal": b'{"redeem_code":"X","sequence":0x1}',
    "plus sign": b'{"redeem_code":"X","sequence":+1}',
    "65 bits": b'{"redeem_code":"X","sequence":36893488147419103232}',
    "5000 digits": b'{"redeem_code":"X","sequence":' + b"9" * 5000 + b"}",
    "duplicate key": b'{"redeem_code":"X","redeem_code":"Y"}',
    "duplicate key, escaped": b'{"redeem_code":"X","redeem\\u005fcode":"Y"}',
    "duplicate key, deep": b'{"redeem_code":"X","extra":[{"a":1,"a":2}]}',
    "deep array": b'{"redeem_code":' + b"[" * 17 + b"]" * 17 + b"}",
    "very deep": b"[" * 60_000,
    "very deep objects": b'{"a":' * 13_000,
    "lone surrogate": b'{"redeem_code":"\\ud800"}',
    "lone surrogate in a key": b'{"redeem_code":"X","\\udc00":1}',
    "swapped surrogates": b'{"redeem_code":"\\ude00\\ud83d"}',
    "bad escape": b'{"redeem_code":"\\x41"}',
    "short escape": b'{"redeem_code":"\\u00"}',
    "Latin-1": b'{"redeem_code":"caf\xe9"}',
    "UTF-16": '{"redeem_code":"X"}'.encode("utf-16"),
    "overlong UTF-8": b'{"redeem_code":"\xc0\xaf"}',
    "surrogate as UTF-8": b'{"redeem_code":"\xed\xa0\x80"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "NUL after": b'{"redeem_code":"X"}\x00',
    "NUL bytes": b"\x00" * 64,
    "vertical tab": b'{\x0b"redeem_code":"X"}',
    "no-break space": '{\u00a0"redeem_code":"X"}'.encode(),
}
"""Bodies that are not one sane JSON object."""


TASK = f"{PREFIX}/tpm/submission"
FEEDBACK = f"{PREFIX}/tpm/feedback/submission"
URL = f"{PREFIX}/oauth/url-generate"
CHECK = f"{PREFIX}/signature/check"
TASKS: dict[str, dict[str, Any]] = {
    TASK: {"redeem_code": "GHOPNYXUVMT0", "scope": "uk", "sequence": 999, "url_file": "https://cdn.example.test/a.pdf"},
    FEEDBACK: {"redeem_code": "GHOPNYXUVMT0", "scope": "uk", "sequence": 999, "notes": "baik", "url_file": ""},
    URL: {"redeem_code": "GHOPNYXUVMT0", "redirect_uri": "https://lms.example.test/kembali", "email": "a@b.test"},
    CHECK: {"text": "x", "client_code": "lpk", "timestamp": "1", "path": "/x"},
}
"""The same for the endpoints of learning, which the frame's own tests do not know."""


def broken_requests(client: Client) -> Iterator[Broken]:
    """All of them, signed by ``client`` at its own time."""
    yield from _bodies(client)
    yield from _fields(client)
    yield from _signatures(client)
    yield from _addresses(client)


def broken_tasks(client: Client) -> Iterator[Broken]:
    """Wrong fields of the endpoints of learning, and of the check of what was signed."""
    wrong: dict[str, dict[str, tuple[Any, ...]]] = {
        TASK: {
            "redeem_code": WRONG_TEXTS,
            "scope": (ABSENT, None, "", "TPM", "uk ", 1, [], {}, True),
            "sequence": ("999", 0, -1, 1000, 998, 1.5, True, [], {}),
            "url_file": (ABSENT, None, "", "a.pdf", "ftp://x/a", "javascript:x", 7, [], {}, "https://x/" + "a" * 2100),
        },
        FEEDBACK: {"notes": (ABSENT, None, "", "   ", 7, True, [], {}, "x" * 5001), "url_file": ("x", 7, [], {}, True)},
        URL: {
            "redirect_uri": (ABSENT, None, "", 7, [], {}, True, "x" * 2100),
            "email": (ABSENT, None, "", "x", "a b@c", "a@b@c", 7, [], {}, "x" * 300 + "@b.test"),
            "sequence": ("1", 11, 0, -1, 1.5, True, [], {}),
        },
        CHECK: {
            "text": (ABSENT, None, 7, [], {}),
            "path": (ABSENT, None, "", 7, [], {}, "x" * 2100),
            "client_code": (ABSENT, None, 7, "x" * 300),
            "body": (7, None, [], {}, "{", "[]", '{"a":1,"a":2}', "\ufeff"),
        },
    }
    for path, fields in wrong.items():
        for name, values in fields.items():
            yield from (_changed(client, TASKS[path], path, name, value) for value in values)


def _changed(client: Client, good: dict[str, Any], path: str, name: str, value: Any) -> Broken:
    data = {field: old for field, old in good.items() if field != name}
    if value is not ABSENT:
        data[name] = value
    body = json.dumps(data, separators=(",", ":"))
    shown = "absent" if value is ABSENT else json.dumps(value)[:20]
    title = f"{path.removeprefix(PREFIX)}: {name} {shown}"
    return Broken(title, 400, path, client.headers(path, body), body.encode())


def _bodies(client: Client) -> Iterator[Broken]:
    for name, body in BODIES.items():
        headers = client.headers(STATUS, body.decode("utf-8", "replace"))
        yield Broken(f"body: {name}", 400, STATUS, headers, body)
    huge = b'{"redeem_code":"' + b"X" * 66_000 + b'"}'
    yield Broken("body: over 64 KB", 413, STATUS, client.headers(STATUS, huge.decode()), huge)


def _fields(client: Client) -> Iterator[Broken]:
    def changed(path: str, field: str, value: Any) -> Broken:
        return _changed(client, GOOD[path], path, field, value)

    texts = {
        STATUS: ["redeem_code"],
        SEND_OTP: ["user_platform_id", "prakerja_id", "course_code", "schedule_code"],
        AUTHORIZE: ["otp", "invoice_code"],
    }
    for path, fields in texts.items():
        for field in fields:
            yield from (changed(path, field, value) for value in WRONG_TEXTS)
    yield from (changed(AUTHORIZE, "invoice_url", value) for value in WRONG_TEXTS[:10])
    yield from (changed(AUTHORIZE, "otp", value) for value in (12345678901, "12345a", "１２３４５６", "1234567890"))
    yield from (changed(SEND_OTP, "amount", value) for value in (ABSENT, None, "20.000", "Rp20000", *WRONG_INTEGERS))
    yield from (changed(STATUS, "sequence", value) for value in ("1", 11, 998, 1000, *WRONG_INTEGERS))


def _signatures(client: Client) -> Iterator[Broken]:
    body = json.dumps(GOOD[STATUS], separators=(",", ":"))
    right = client.headers(STATUS, body)
    now = int(client.now.timestamp())

    def with_headers(name: str, **changes: str | None) -> Broken:
        return Broken(f"signature: {name}", 401, STATUS, client.headers(STATUS, body, changes), body.encode())

    for header in ("client_code", "timestamp", "signature"):
        yield with_headers(f"no {header}", **{header: None})
        yield with_headers(f"empty {header}", **{header: ""})
        yield with_headers(f"{header} twice", **{header: f"{right[header]},{right[header]}"})
        yield with_headers(f"strange {header}", **{header: "%00'\"<script>#{x}"})
        yield with_headers(f"long {header}", **{header: "9" * 5000})
    yield with_headers("none at all", client_code=None, timestamp=None, signature=None)
    yield with_headers("unknown client", client_code="nobody")
    yield with_headers("another client's", client_code="other_partner")
    yield with_headers("client code in capitals", client_code=client.client_code.upper())
    yield with_headers("in capitals", signature=right["signature"].upper())
    yield with_headers("cut short", signature=right["signature"][:39])
    yield with_headers("longer", signature=right["signature"] + "0")
    yield with_headers("zeros", signature="0" * 40)
    yield with_headers("with a scheme", signature="HMAC " + right["signature"])
    yield with_headers("another time", timestamp=str(now + 1))
    for name, stamp in {
        "too old": now - 301,
        "too new": now + 330,  # it may take a while until this one is sent
        "a day old": now - 86_400,
        "milliseconds": now * 1000,
        "zero": 0,
        "negative": -now,
    }.items():
        signed = _signed_at(client, body, str(stamp))
        yield with_headers(f"{name}, signed", timestamp=str(stamp), signature=signed)
    for stamp_text in (f"+{now}", f"{now}.5", "2023-10-26T03:00:16Z", "1e9", "NaN", "١٦٩٨٢٨٩٢١٦"):
        signed = _signed_at(client, body, stamp_text)
        yield with_headers(f"timestamp {stamp_text}, signed", timestamp=stamp_text, signature=signed)
    for name, other in {
        "another body": body.replace('"sequence":1', '"sequence":2'),
        "another order": json.dumps(dict(reversed(GOOD[STATUS].items())), separators=(",", ":")),
        "no body": "",
        "a query": body,
    }.items():
        path = STATUS + "?a=1" if name == "a query" else STATUS
        yield Broken(f"signature over {name}", 401, STATUS, client.headers(path, other), body.encode())
    signed_get = client.headers(STATUS, body, method="GET")
    yield Broken("signature over another method", 401, STATUS, signed_get, body.encode())


def _signed_at(client: Client, body: str, stamp: str) -> str:
    return sign(client.key, client.client_code, stamp, "POST", STATUS, body)


def _addresses(client: Client) -> Iterator[Broken]:
    body = json.dumps(GOOD[STATUS], separators=(",", ":"))
    for path in (
        "/",
        "/api/v1/integration",
        f"{STATUS}/x",
        STATUS.upper(),
        STATUS.replace("redeem-code", "redeem_code"),
        "/api/v2" + STATUS.removeprefix("/api/v1"),
        "/pmo" + STATUS,
        STATUS + ";a=1",
        STATUS + "/../status",
        "/api/v1/integration/payment/redeem-code/é",
        "/" + "a" * 4000,
        "/.env",
    ):
        yield Broken(f"path {path[:60]}", 404, path, client.headers(path, body), body.encode())
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"):
        yield Broken(
            f"method {method}", 405, STATUS, client.headers(STATUS, body, method=method), body.encode(), method
        )
    yield Broken("method get in small letters", 405, STATUS, client.headers(STATUS, body), body.encode(), "get")
