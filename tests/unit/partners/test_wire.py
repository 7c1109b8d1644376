"""Which bodies are read, which are refused and why, and the spellings of a path."""

from __future__ import annotations

import base64
import time

import pytest

from prakerja.partners.errors import MalformedBody
from prakerja.partners.wire import MAX_BODY, MAX_DEPTH, canonical_paths, parse, received
from prakerja.platform.addresses import route_path
from prakerja.platform.problems import TooLarge


def test_text_tokens_and_data_of_a_body() -> None:
    parsed = parse(b'{ "b": [1, true],\r\n\t"a" : "x y" }')
    assert parsed.text == '{ "b": [1, true],\r\n\t"a" : "x y" }'
    assert "".join(parsed.tokens) == '{"b":[1,true],"a":"x y"}'
    assert list(parsed.data.items()) == [("b", [1, True]), ("a", "x y")]


def test_white_space_inside_strings_is_not_touched() -> None:
    assert "".join(parse(b'{"a": "  \\" : , { } \\\\" }').tokens) == '{"a":"  \\" : , { } \\\\"}'


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse(b'\xef\xbb\xbf{"a":1}') == parse(b'{"a":1}')


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"a":"\xe9"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b'{"a":"\\ude00\\ud83d"}', "surrogate"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"1", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a":1', "not JSON at line 1, column 7"),
        (b'{"a":1,}', "not JSON"),
        (b'{"a":"x\ny"}', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":1}{"a":2}', "not JSON"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":+1}', "not JSON"),
        (b'{"a":"\\x"}', "not JSON"),
        (b"redeem_code=X&sequence=1", "not JSON"),
        ('{"a":\u00a01}'.encode(), "not JSON"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":[-Infinity]}', "-Infinity"),
        (b'{"a":1e400}', "too large"),
        (b'{"a":9223372036854775808}', "too large"),
        (b'{"a":-9223372036854775808}', "too large"),
        (b'{"a":' + b"9" * 5000 + b"}", "too large"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":1,"\\u0061":2}', "twice"),
        (b'{"x":[{"y":{"a":1,"b":2,"a":3}}]}', "twice"),
        (b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "levels deep"),
        (b"[" * MAX_BODY, "levels deep"),
        (b'{"a":' * 9000, "levels deep"),
    ],
)  # fmt: skip
def test_a_body_that_is_refused_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedBody, match=reason):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}",
        b'{"a":"' + b"[{" * 100 + b'"}',
        b'{"a":9223372036854775807,"b":-9223372036854775807,"c":1.5e3}',
        b'{"a":{"x":1},"b":{"x":1}}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}',
    ],
    ids=lambda body: body[:20].decode(),
)
def test_a_body_at_the_edge_is_read(body: bytes) -> None:
    assert parse(body).text.encode() == body


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        parse(b'{"a":"' + b"x" * (MAX_BODY - 7) + b'"}')


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 32_000, b'{"a":"' + b'"' * 60_000, b"\\" * 65_000, b'{"a":"' + b'\\"' * 32_000, b" " * 65_000],
    ids=["escaped quotes", "quotes", "backslashes", "unclosed", "blanks"],
)
def test_a_hostile_body_costs_time_in_proportion_to_its_length(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(MalformedBody):
        parse(body)
    assert time.process_time() - started < 0.5  # a quadratic scan takes minutes


# the event's body -------------------------------------------------------------------------------------------------
def test_the_body_of_an_event_is_text_or_base64() -> None:
    assert received('{"a":"é"}', is_base64=False) == '{"a":"é"}'.encode()
    assert received(base64.b64encode(b'{"a":1}').decode(), is_base64=True) == b'{"a":1}'
    assert received(None, is_base64=False) == b""
    assert received(None, is_base64=True) == b""


@pytest.mark.parametrize(("body", "is_base64"), [("%%%", True), ("e30", True), ("é", True), ('{"a":"\ud800"}', False)])
def test_an_impossible_event_body_is_malformed(body: str, is_base64: bool) -> None:
    with pytest.raises(MalformedBody):
        received(body, is_base64=is_base64)


@pytest.mark.parametrize("is_base64", [True, False])
def test_an_oversized_event_body_is_not_even_decoded(is_base64: bool) -> None:
    with pytest.raises(TooLarge):
        received("A" * (MAX_BODY * 2 + 4), is_base64=is_base64)


# paths ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "spellings"),
    [
        ("/api/v1/x", ("/api/v1/x", "/api/v1/x/")),
        ("/api/v1/x/", ("/api/v1/x/", "/api/v1/x")),
        ("//api/v1/x", ("//api/v1/x", "/api/v1/x", "/api/v1/x/")),
        ("//api//v1///x//", ("//api//v1///x//", "/api/v1/x/", "/api/v1/x")),
        ("/", ("/",)),
        ("", ("/",)),
    ],
)
def test_spellings_of_a_path(raw: str, spellings: tuple[str, ...]) -> None:
    assert canonical_paths(raw) == spellings
    assert {route_path(spelling) for spelling in spellings} == {route_path(raw)}


@pytest.mark.parametrize(
    ("raw", "routed"), [("//a//b//", "/a/b"), ("/a/b", "/a/b"), ("/", "/"), ("", "/"), ("/a/../b", "/a/../b")]
)
def test_the_path_for_routing(raw: str, routed: str) -> None:
    assert route_path(raw) == routed
