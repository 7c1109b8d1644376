"""Whatever JSON a partner sends: every client habit verifies, and no change of meaning does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prakerja.partners.errors import BadSignature, MalformedBody
from prakerja.partners.signature import MAX_MACS, body_forms, sign, verify
from prakerja.partners.wire import canonical_paths, parse
from prakerja.platform.addresses import route_path

STAMP = 1698289216
NOW = datetime.fromtimestamp(STAMP, UTC)
KEY, CLIENT, PATH = b"my_sign_key", "myclient_code", "/api/v1/integration/payment/redeem-code/status"

SPECIAL = st.sampled_from([*'/\\"<>&\u2028\u2029\x7f\x00\b\f\n\r\t é–😀u007f', "\\u007f", "\\/", "\\\\"])
TEXTS = st.lists(st.one_of(SPECIAL, st.text(st.characters(exclude_categories=["Cs"]), max_size=3)), max_size=6).map(
    "".join
)
INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
LEAVES = st.one_of(st.none(), st.booleans(), INTEGERS, TEXTS)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
BODIES = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5)


# Other people's encoders, written here a second time and differently, one character at a time.
def _short(char: str) -> str | None:
    return {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)


def _units(char: str) -> str:
    raw = char.encode("utf-16-be")
    return "".join(f"\\u{raw[at]:02x}{raw[at + 1]:02x}" for at in range(0, len(raw), 2))


def javascript(char: str) -> str:
    return _short(char) or (_units(char) if char < " " else char)


def go(char: str) -> str:
    return _units(char) if char in "<>&\u2028\u2029" else javascript(char)


def php(char: str) -> str:
    return "\\/" if char == "/" else _short(char) or (_units(char) if char < " " or char > "\x7f" else char)


def python(char: str) -> str:
    return _short(char) or (char if " " <= char <= "~" else _units(char))


def written(value: Any, char: Callable[[str], str], comma: str = ",", colon: str = ":") -> str:
    """``value`` as JSON, strings escaped by ``char``."""
    if isinstance(value, str):
        return '"' + "".join(map(char, value)) + '"'
    if isinstance(value, dict):
        pairs = (written(k, char) + colon + written(v, char, comma, colon) for k, v in value.items())
        return "{" + comma.join(pairs) + "}"
    if isinstance(value, list):
        return "[" + comma.join(written(one, char, comma, colon) for one in value) + "]"
    return json.dumps(value)


HABITS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "JavaScript": (javascript, ",", ":"),
    "Go": (go, ",", ":"),
    "PHP": (php, ",", ":"),
    "Python compact": (python, ",", ":"),
    "Python default": (python, ", ", ": "),
}
WIRES: dict[str, Callable[[Any], str]] = {
    "compact JavaScript": lambda data: written(data, javascript),
    "compact Go": lambda data: written(data, go),
    "compact PHP": lambda data: written(data, php),
    "Python default": lambda data: written(data, python, ", ", ": "),
    "indented": lambda data: json.dumps(data, indent=2, ensure_ascii=False),
    "odd spaces": lambda data: " " + written(data, php, " ,\t", "\r\n: ") + "\n",
    "byte-order mark": lambda data: "\ufeff" + written(data, javascript),
}


def believed(wire: str, signed: str, path: str = PATH, signed_path: str = PATH) -> Any:
    parsed = parse(wire.encode())
    given_signature = sign(KEY, CLIENT, STAMP, "POST", signed_path, signed)
    paths = canonical_paths(path)
    verified = verify([KEY], CLIENT, str(STAMP), "POST", paths, parsed, given_signature, NOW)
    assert verified.macs <= MAX_MACS
    return parsed.data


@pytest.mark.parametrize("signing", HABITS)
@given(data=BODIES, sending=st.sampled_from(sorted(WIRES)))
def test_any_client_verifies_however_its_body_travels(signing: str, data: dict[str, Any], sending: str) -> None:
    assert believed(WIRES[sending](data), written(data, *HABITS[signing])) == data


@given(data=BODIES, sending=st.sampled_from(sorted(WIRES)))
def test_every_form_tried_has_the_meaning_of_what_was_received(data: dict[str, Any], sending: str) -> None:
    for spelling in body_forms(parse(WIRES[sending](data).encode())):
        meant = json.loads(spelling)
        assert meant == data
        assert list(meant) == list(data)


@given(sent=BODIES, signed=BODIES, sending=st.sampled_from(sorted(WIRES)), signing=st.sampled_from(sorted(HABITS)))
def test_another_body_never_verifies(sent: dict[str, Any], signed: dict[str, Any], sending: str, signing: str) -> None:
    assume(json.dumps(sent) != json.dumps(signed))
    with pytest.raises(BadSignature):
        believed(WIRES[sending](sent), written(signed, *HABITS[signing]))


@given(data=BODIES, at=st.integers(0), replacement=st.sampled_from(list('"\\/,:{}[]0a \n<')))
def test_a_body_changed_on_the_way_is_refused_or_means_the_same(
    data: dict[str, Any], at: int, replacement: str
) -> None:
    signed = written(data, javascript)
    at %= len(signed)
    try:
        read = believed(signed[:at] + replacement + signed[at + 1 :], signed)
    except (BadSignature, MalformedBody):
        return
    assert json.dumps(read) == json.dumps(data)


@given(body=st.one_of(st.binary(max_size=200), st.text(alphabet='{}[]":,\\ue0-1.tfn \n', max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_refused_as_malformed(body: bytes) -> None:
    try:
        parsed = parse(body)
    except MalformedBody:
        return
    assert parsed.data == json.loads(body.decode("utf-8-sig"))


PATHS = st.lists(st.sampled_from(["/", "//", "a", "b.c", "%2F", "é"]), max_size=8).map(
    lambda parts: "/" + "".join(parts)
)


@given(raw=PATHS, other=PATHS)
def test_only_a_path_that_is_routed_alike_verifies(raw: str, other: str) -> None:
    believed("{}", "{}", raw, signed_path=raw)
    if route_path(raw) != route_path(other):
        with pytest.raises(BadSignature):
            believed("{}", "{}", raw, signed_path=other)
