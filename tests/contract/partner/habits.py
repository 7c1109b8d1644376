"""How real clients write their requests: what they send, what they sign, which headers, over what connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prakerja.partners.signature import sign, sign_strongly

Body = Mapping[str, Any]
Spelling = Callable[[Body], tuple[str, str]]
"""Body → what is sent, what is signed."""


def _compact(body: Body) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def same(body: Body) -> tuple[str, str]:
    """Node, Ruby, Java, C#, Rust, Karisma."""
    return _compact(body), _compact(body)


def spaced(body: Body) -> tuple[str, str]:
    """The official Python example: signs compact, sends with spaces (and escapes)."""
    return json.dumps(body), json.dumps(body, separators=(",", ":"))


def default_python(body: Body) -> tuple[str, str]:
    return json.dumps(body), json.dumps(body)


def multi_line(body: Body) -> tuple[str, str]:
    """The portal's cURL samples, once with a space before a colon."""
    return json.dumps(body, indent=2, ensure_ascii=False).replace('": ', '" : ', 1), _compact(body)


def windows_lines(body: Body) -> tuple[str, str]:
    return json.dumps(body, indent="\t", ensure_ascii=False).replace("\n", "\r\n"), _compact(body)


def php(body: Body) -> tuple[str, str]:
    """``json_encode``: ``/`` and everything outside ASCII escaped."""
    text = json.dumps(body, separators=(",", ":")).replace("/", "\\/")
    return text, text


def php_readable(body: Body) -> tuple[str, str]:
    """Sends what a person can read, signs what ``json_encode`` writes."""
    return _compact(body), json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def go(body: Body) -> tuple[str, str]:
    """Signs ``json.Marshal``, sends a text template with ``&``, ``<`` and ``>`` as they are."""
    escaped = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}
    return _compact(body), _compact(body).translate(escaped)


def go_both(body: Body) -> tuple[str, str]:
    return go(body)[1], go(body)[1]


def byte_order_mark(body: Body) -> tuple[str, str]:
    """.NET's ``StreamWriter``."""
    return "\ufeff" + _compact(body), _compact(body)


def backwards(body: Body) -> tuple[str, str]:
    """The order of fields is each client's own."""
    return same(dict(reversed([*body.items()])))


@dataclass(frozen=True)
class Habit:
    """``sent_path`` and ``signed_path`` make of the contract's path what goes on the line and what is signed."""

    name: str
    spelling: Spelling = same
    sent_path: Callable[[str], str] = lambda path: path
    signed_path: Callable[[str], str] = lambda path: path
    names: tuple[str, str, str] = ("client_code", "timestamp", "signature")
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "application/json", "Accept": "application/json"}
    )
    chunks: int = 0
    version: str = "HTTP/1.1"
    strong: bool = False


JAVA = {"Content-Type": "application/json", "Accept": "text/html, image/gif, image/jpeg, */*; q=0.2"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*", "User-Agent": "curl/7.88.1"}
GO_NAMES = ("Client_code", "Timestamp", "Signature")

HABITS = (
    Habit("Node"),
    Habit("Python, signs compact and sends spaced", spaced),
    Habit("Python, json.dumps", default_python),
    Habit("portal's cURL, many lines", multi_line),
    Habit("tabs and CR LF", windows_lines),
    Habit("PHP json_encode", php),
    Habit("PHP, sends it readable", php_readable),
    Habit("Go template, signs Marshal", go, names=GO_NAMES),
    Habit("Go Marshal, gzip wanted", go_both, names=GO_NAMES, headers={"Accept-Encoding": "gzip"}),
    Habit("C# with a byte-order mark, no Accept", byte_order_mark, headers={"Content-Type": "application/json"}),
    Habit("Java", headers=JAVA),
    Habit("Mono, no Accept, no Content-Type", headers={}),
    Habit("curl's form type", spaced, headers=FORM),
    Habit("charset in the type", headers={"Content-Type": "application/json; charset=UTF-8"}),
    Habit("fields backwards", backwards),
    Habit("doubled slash, as Karisma", spaced, sent_path=lambda path: "/" + path),
    Habit("doubled slash, signed so", sent_path=lambda path: "/" + path, signed_path=lambda path: "/" + path),
    Habit("doubled slash within", sent_path=lambda path: path.replace("/integration", "//integration")),
    Habit("slash at the end", sent_path=lambda path: path + "/"),
    Habit("slash at the end, signed so", sent_path=lambda path: path + "/", signed_path=lambda path: path + "/"),
    Habit("slash signed only", signed_path=lambda path: path + "/"),
    Habit("capitals", names=("CLIENT_CODE", "TIMESTAMP", "SIGNATURE")),
    Habit("chunked", spaced, chunks=3),
    Habit("chunked, byte by byte", php, chunks=10_000),
    Habit("HTTP/1.0, as PHP's streams", php, version="HTTP/1.0"),
    Habit(
        "Expect: 100-continue, as PHP's curl",
        php,
        headers={"Content-Type": "application/json", "Expect": "100-continue"},
    ),
    Habit("a query that nobody signs", sent_path=lambda path: path + "?trace=1"),
    Habit("stronger signature", strong=True),
    Habit("stronger signature, many lines and chunked", multi_line, strong=True, chunks=4, headers=FORM),
    Habit("stronger signature, doubled slash", spaced, lambda path: "/" + path, lambda path: "/" + path, strong=True),
)
"""Each is sent to every endpoint."""


@dataclass(frozen=True)
class Wire:
    """A request, ready for ``wire_client``."""

    path: str
    headers: dict[str, str]
    body: bytes


def write(
    habit: Habit, client_code: str, key: str, path: str, body: Body, *, timestamp: int, nonce: str, **headers: str
) -> Wire:
    """Write a request as a client of this habit does."""
    sent, signed = habit.spelling(body)
    stamp, raw = str(timestamp), sent.encode()
    if habit.strong:
        target = habit.signed_path(path)
        signature = sign_strongly(key.encode(), client_code, stamp, nonce, "POST", target, raw)
        credentials = {
            "Prakerja-Client": client_code,
            "Prakerja-Timestamp": stamp,
            "Prakerja-Nonce": nonce,
            "Prakerja-Signature": signature,
        }
    else:
        signature = sign(key.encode(), client_code, stamp, "POST", habit.signed_path(path), signed)
        credentials = dict(zip(habit.names, (client_code, stamp, signature), strict=True))
    return Wire(habit.sent_path(path), {**habit.headers, **credentials, **headers}, raw)
