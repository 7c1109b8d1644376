"""The signature over each body form, its limits, and the amount of work that it costs."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prakerja.partners import signature as module
from prakerja.partners.errors import BadSignature
from prakerja.partners.signature import KEY_SLOTS, MAX_MACS, Form, body_forms, sign, verify
from prakerja.partners.wire import EMPTY, canonical_paths, parse

STAMP = 1698289216
NOW = datetime.fromtimestamp(STAMP, UTC)
CLIENT = "myclient_code"
PATH = "/api/v1/integration/tpm/submission"
KEY, NEXT_KEY = b"my_sign_key", b"my_next_sign_key"

# One body on which all eight forms differ: spaced, a slash, an ampersand escaped one way and one raw, an accent.
WIRE = '{ "url": "https://a/?x=1&y=2", "note":"caf\\u00e9 – \\/ <b>" , "n": 10 }'
SPELLINGS: dict[Form, str] = {
    "raw": WIRE,
    "minified": '{"url":"https://a/?x=1&y=2","note":"caf\\u00e9 – \\/ <b>","n":10}',
    "utf8": '{"url":"https://a/?x=1&y=2","note":"café – / <b>","n":10}',
    "utf8_go": '{"url":"https://a/?x=1\\u0026y=2","note":"café – / \\u003cb\\u003e","n":10}',
    "ascii": '{"url":"https://a/?x=1&y=2","note":"caf\\u00e9 \\u2013 / <b>","n":10}',
    "ascii_php": '{"url":"https:\\/\\/a\\/?x=1&y=2","note":"caf\\u00e9 \\u2013 \\/ <b>","n":10}',
    "minified_go": '{"url":"https://a/?x=1\\u0026y=2","note":"caf\\u00e9 – \\/ \\u003cb\\u003e","n":10}',
    "python": '{"url": "https://a/?x=1&y=2", "note": "caf\\u00e9 \\u2013 / <b>", "n": 10}',
}


def check(body: str, given: str, **changes: Any) -> module.Verified:
    """Verify ``body`` against the signature ``given``, with the defaults of this file."""
    call: dict[str, Any] = {
        "keys": [KEY], "client_code": CLIENT, "timestamp": str(STAMP), "method": "POST",
        "paths": canonical_paths(PATH), "parsed": parse(body.encode()), "signature": given, "now": NOW,
    }  # fmt: skip
    return verify(**(call | changes))


def signed(body: str, **changes: Any) -> str:
    call: dict[str, Any] = {
        "key": KEY, "client_code": CLIENT, "timestamp": STAMP, "method": "POST", "path": PATH, "body": body,
    }  # fmt: skip
    return sign(**(call | changes))


def test_the_forms_of_a_body_are_these_in_this_order() -> None:
    assert {form: spelling for spelling, form in body_forms(parse(WIRE.encode())).items()} == SPELLINGS
    assert list(body_forms(parse(WIRE.encode())).values()) == list(SPELLINGS)


@pytest.mark.parametrize("form", SPELLINGS)
def test_each_form_verifies_and_is_named(form: Form) -> None:
    assert check(WIRE, signed(SPELLINGS[form])).form == form


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_form_means_what_was_received(spelling: str) -> None:
    assert json.loads(spelling) == json.loads(WIRE)


def test_equal_forms_are_tried_once() -> None:
    assert list(body_forms(parse(b'{"redeem_code":"X"}')).values()) == ["raw", "python"]
    assert list(body_forms(parse(b"{}")).values()) == ["raw"]


@pytest.mark.parametrize(
    ("wire", "php"),
    [
        ('{"a":"\\\\u007f/"}', '{"a":"\\\\u007f\\/"}'),  # a backslash, then the letters u007f: not an escape
        ('{"a":"\\u007f"}', '{"a":"\x7f"}'),  # DEL, which PHP leaves alone and Python escapes
        ('{"a/b":"\\\\/"}', '{"a\\/b":"\\\\\\/"}'),
        ('{"a":"\\ud83d\\ude00"}', '{"a":"\\ud83d\\ude00"}'),
    ],
)
def test_php_spelling_keeps_the_meaning(wire: str, php: str) -> None:
    assert json.loads(wire) == json.loads(php)
    check(wire, signed(php))


def test_line_separators_are_escaped_as_go_does() -> None:
    check('{"a":"x\u2028y\u2029"}', signed('{"a":"x\\u2028y\\u2029"}'))


@pytest.mark.parametrize("numbers", ['{"n":1e2}', '{"n":-0}', '{"n":1.50}', '{"n":12345678901234567890.0}'])
def test_numbers_keep_the_spelling_that_was_received(numbers: str) -> None:
    assert all(spelling.replace(" ", "") == numbers for spelling in body_forms(parse(numbers.encode())))


def test_a_request_without_a_body_signs_nothing_after_the_path() -> None:
    given = sign(KEY, CLIENT, STAMP, "GET", "/api/v1/oauth/authorize", "")
    assert given == "960b4c9b50b4f1c939c31e83552c7bd9b9bdb15d"
    check("{}", given, method="GET", paths=("/api/v1/oauth/authorize",), parsed=EMPTY)


# what is refused --------------------------------------------------------------------------------------------------
BODY = '{"redeem_code":"GHOPNYXUVMT0","sequence":1}'


@pytest.mark.parametrize(
    "signed_as",
    [
        {"key": b"other"},
        {"client_code": "other"},
        {"timestamp": STAMP + 1},
        {"method": "GET"},
        {"path": "/api/v1/integration/tpm/submission/status"},
        {"path": PATH.upper()},
        {"path": "https://api.prakerja.go.id" + PATH},
        {"path": PATH + "?a=1"},
        {"body": '{"redeem_code":"GHOPNYXUVMT0","sequence":2}'},
        {"body": '{"sequence":1,"redeem_code":"GHOPNYXUVMT0"}'},
        {"body": '{"redeem_code":"GHOPNYXUVMT0","sequence":"1"}'},
        {"body": '{"redeem_code":"ghopnyxuvmt0","sequence":1}'},
        {"body": '{"redeem_code":"GHOPNYXUVMT0"}'},
        {"body": ""},
    ],
    ids=str,
)
def test_a_signature_over_anything_else_is_refused(signed_as: dict[str, Any]) -> None:
    given = signed(signed_as.pop("body", BODY), **signed_as)
    with pytest.raises(BadSignature) as refused:
        check(BODY, given)
    assert refused.value.why == "signature"


RIGHT = signed(BODY)


@pytest.mark.parametrize(
    "given",
    [
        "",
        RIGHT[:-1],
        RIGHT + "0",
        RIGHT.upper(),
        f"{RIGHT},{RIGHT}",
        " " + RIGHT,
        "sha1=" + RIGHT,
        "é" * 40,
        "\ud800",
        "0" * 40,
    ],
)
def test_only_forty_lower_case_hex_digits_match(given: str) -> None:
    check(BODY, RIGHT)
    with pytest.raises(BadSignature):
        check(BODY, given)


@pytest.mark.parametrize("off", [-300, -299, 0, 299, 300])
def test_a_clock_may_be_five_minutes_off(off: int) -> None:
    stamp = STAMP + off
    assert check(BODY, signed(BODY, timestamp=stamp), timestamp=str(stamp))


@pytest.mark.parametrize("off", [-301, 301, -86_400, STAMP * 999])
def test_a_timestamp_outside_the_window_is_refused_although_signed(off: int) -> None:
    stamp = STAMP + off
    with pytest.raises(BadSignature) as refused:
        check(BODY, signed(BODY, timestamp=stamp), timestamp=str(stamp))
    assert refused.value.why == "timestamp"


def test_the_window_does_not_grow_by_the_fraction_of_our_second() -> None:
    check(BODY, RIGHT, now=NOW + timedelta(seconds=300, microseconds=999_999))
    with pytest.raises(BadSignature):
        check(BODY, RIGHT, now=NOW + timedelta(seconds=301))


@pytest.mark.parametrize(
    "stamp", ["", f"+{STAMP}", f"{STAMP} ", f"{STAMP}.0", "1698289216e0", "١٦٩٨٢٨٩٢١٦", "0x6539d680", "-1"]
)
def test_a_timestamp_is_plain_digits(stamp: str) -> None:
    with pytest.raises(BadSignature) as refused:
        check(BODY, signed(BODY, timestamp=stamp), timestamp=stamp)
    assert refused.value.why == "timestamp"


def test_the_timestamp_is_judged_after_the_signature() -> None:
    with pytest.raises(BadSignature) as refused:
        check(BODY, "0" * 40, timestamp="1")
    assert refused.value.why == "signature"


# keys -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "position"), [(KEY, 0), (NEXT_KEY, 1)])
def test_both_keys_of_a_rotation_count(key: bytes, position: int) -> None:
    assert check(BODY, signed(BODY, key=key), keys=[KEY, NEXT_KEY]).key == position


def test_a_key_that_was_taken_away_counts_no_more() -> None:
    with pytest.raises(BadSignature):
        check(BODY, signed(BODY), keys=[NEXT_KEY])


@pytest.mark.parametrize("keys", [[], [KEY]])
def test_the_filling_key_never_verifies(keys: list[bytes]) -> None:
    with pytest.raises(BadSignature):
        check(BODY, signed(BODY, key=module._NO_KEY), keys=keys)


@pytest.mark.parametrize("keys", [[b""], [KEY, b""], [KEY, NEXT_KEY, b"third"]])
def test_keys_that_no_partner_may_have_are_an_error_of_ours(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="at most 2 keys"):
        check(BODY, RIGHT, keys=keys)


# work -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def macs(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The keys of all HMACs really computed, counted below our own code."""
    used: list[bytes] = []
    real = hmac.digest

    def counting(key: bytes, text: bytes, digest: str) -> bytes:
        used.append(key)
        return real(key, text, digest)

    monkeypatch.setattr(hmac, "digest", counting)
    return used


@pytest.mark.parametrize("body", [BODY, WIRE, "{}"])
@pytest.mark.parametrize("path", [PATH, "/" + PATH + "/"])
@pytest.mark.parametrize(
    ("keys", "timestamp", "right"),
    [
        ([], str(STAMP), False),
        ([], "", False),
        ([KEY], str(STAMP), False),
        ([KEY], str(STAMP), True),
        ([KEY, NEXT_KEY], str(STAMP), False),
        ([NEXT_KEY, KEY], str(STAMP), True),
        ([KEY], "1", True),
        ([KEY], "yesterday", False),
    ],
)
def test_the_work_depends_on_the_request_alone(
    macs: list[bytes], body: str, path: str, keys: list[bytes], timestamp: str, right: bool
) -> None:
    parsed, paths = parse(body.encode()), canonical_paths(path)
    given = sign(KEY, CLIENT, timestamp, "POST", PATH, body) if right else "0" * 40
    macs.clear()
    try:
        told = verify(keys, CLIENT, timestamp, "POST", paths, parsed, given, NOW).macs
    except BadSignature as refusal:
        told = refusal.macs
    assert len(macs) == told == len(body_forms(parsed)) * len(paths) * KEY_SLOTS
    assert told <= MAX_MACS


def test_the_bound_is_reached_by_the_worst_request(macs: list[bytes]) -> None:
    with pytest.raises(BadSignature):
        check(WIRE, "0" * 40, paths=canonical_paths("/" + PATH + "/"))
    assert len(macs) == MAX_MACS
