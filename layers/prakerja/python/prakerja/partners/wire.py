"""The bytes of a partner's request, judged before anything is looked up or signed (partner-contract rules, pure).

A body is one JSON object: at most 64 KB, UTF-8, no key twice at any depth, at most 16 levels deep, integers within
64 bits, no NaN or infinity, no half of a surrogate pair. One byte-order mark in front is dropped, because .NET's
``StreamWriter`` puts one there and it means nothing. The media type is not looked at: clients are known to send JSON
as a form. The text is kept as it came, since a signature may cover any of several spellings of it.
"""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from prakerja.partners.errors import MalformedBody
from prakerja.platform.problems import TooLarge

MAX_BODY = 64 * 1024
"""Bytes. Below API Gateway's own limit, whose errors cannot be shaped."""
MAX_DEPTH = 16
MAX_INTEGER = 2**63 - 1
_MAX_DIGITS = 20  # a sign and the 19 digits of MAX_INTEGER: longer ones are refused before they are converted

# A string (an unclosed one swallows the rest, so that the scan stays linear), white space, a mark, or a bare word.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[ \t\n\r]+|[{}\[\],:]|[^ \t\n\r{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True)
class ParsedBody:
    """A body that may be looked at. ``text`` is what was received; ``tokens`` the same without white space."""

    text: str
    tokens: tuple[str, ...]
    data: dict[str, Any]


EMPTY = ParsedBody("", (), {})
"""The body of a request that carries none (GET)."""


def received(body: str | None, *, is_base64: bool) -> bytes:
    """The bytes behind an API Gateway event's ``body``. Raises TooLarge, MalformedBody."""
    text = body or ""
    if len(text) > MAX_BODY * (2 if is_base64 else 1):
        raise TooLarge(limit=MAX_BODY)
    try:
        return base64.b64decode(text, validate=True) if is_base64 else text.encode()
    except ValueError:  # not base64, not ASCII, or a lone surrogate
        raise MalformedBody("it is not UTF-8 text", "bukan teks UTF-8") from None


def parse(body: bytes) -> ParsedBody:
    """Read a body, or refuse it. Costs time in proportion to its length, whatever it holds.

    Raises TooLarge and MalformedBody.
    """
    if len(body) > MAX_BODY:
        raise TooLarge(limit=MAX_BODY)
    try:
        text = body.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise MalformedBody("it is not UTF-8 text", "bukan teks UTF-8") from None
    tokens = tuple(token for token in _TOKEN.findall(text) if not token.isspace())
    if not tokens:
        raise MalformedBody("it is empty", "kosong")
    _refuse_deep(tokens)
    data = _load(text)
    if not isinstance(data, dict):
        raise MalformedBody("it is not a JSON object", "bukan objek JSON")
    return ParsedBody(text, tokens, data)


def canonical_paths(raw_path: str) -> tuple[str, ...]:
    """The spellings of a path that its client may have signed, likeliest first, at most three.

    As received, with repeated slashes collapsed, and that with its last slash dropped or added. All of them have the
    same ``route_path``, so whichever was signed, it is the request that is being answered.
    """
    collapsed = re.sub("/{2,}", "/", "/" + raw_path)
    toggled = collapsed[:-1] if collapsed.endswith("/") else collapsed + "/"
    return tuple(path for path in dict.fromkeys((raw_path, collapsed, toggled)) if path)


def _refuse_deep(tokens: tuple[str, ...]) -> None:
    """Count levels before parsing, because the parser recurses."""
    depth = 0
    for mark in tokens:
        if mark in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedBody(f"it is more than {MAX_DEPTH} levels deep", f"lebih dari {MAX_DEPTH} tingkat")
        elif mark in "}]":
            depth -= 1


def _load(text: str) -> Any:
    try:
        data = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
        )
        json.dumps(data, ensure_ascii=False).encode()  # "\ud800" alone parses, but is no text and cannot be stored
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise MalformedBody(
            f"not JSON at line {line}, column {column}", f"bukan JSON pada baris {line}, kolom {column}"
        ) from None
    except UnicodeEncodeError:
        raise MalformedBody("it holds half of a surrogate pair", "berisi setengah pasangan surrogate") from None
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # two readers could take two meanings from it, and one signature covers both
        raise MalformedBody("a key appears twice", "ada kunci yang muncul dua kali")
    return found


def _integer(lexeme: str) -> int:
    if len(lexeme) > _MAX_DIGITS or abs(int(lexeme)) > MAX_INTEGER:
        raise MalformedBody("a number is too large", "ada angka yang terlalu besar")
    return int(lexeme)


def _real(lexeme: str) -> float:
    """Fractions occur only in fields that nobody reads: the request models take integers."""
    number = float(lexeme)
    if math.isinf(number):
        raise MalformedBody("a number is too large", "ada angka yang terlalu besar")
    return number


def _constant(lexeme: str) -> NoReturn:
    raise MalformedBody(f"{lexeme} is not JSON", f"{lexeme} bukan JSON")
