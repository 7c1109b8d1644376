"""Forms as browsers send them, and the tokens in them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.platform.web.errors import FormTooLarge, NotAForm, StaleForm
from prakerja.platform.web.forms import FORM_LIFE, FormSigner
from prakerja.platform.web.multipart import read_multipart
from prakerja.platform.web.visit import form_of, visit_of
from tests.support.visiting import multipart
from tests.support.wired import request

NOW = datetime(2026, 1, 15, 3, tzinfo=UTC)
KEY = "5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d"
SIGNER = FormSigner("a secret", "device-1")
fields = st.dictionaries(
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.text(max_size=200) | st.binary(max_size=2000), max_size=5
)


# tokens -----------------------------------------------------------------------------------------------------------
def test_a_token_answers_its_key() -> None:
    token = SIGNER.token("/a", KEY, NOW)
    assert SIGNER.check(token, "/a", NOW) == KEY
    assert SIGNER.check(token, "/a", NOW + FORM_LIFE - timedelta(seconds=1)) == KEY


@pytest.mark.parametrize("moment", [NOW + FORM_LIFE, NOW - timedelta(seconds=1)])
def test_a_token_of_another_time(moment: datetime) -> None:
    with pytest.raises(StaleForm):
        SIGNER.check(SIGNER.token("/a", KEY, NOW), "/a", moment)


@pytest.mark.parametrize(
    ("signer", "action"),
    [
        (FormSigner("another", "device-1"), "/a"),
        (FormSigner("a secret", "device-2"), "/a"),
        (SIGNER, "/b"),
        (SIGNER, "/a/"),
    ],
)
def test_a_token_of_another_secret_holder_or_form(signer: FormSigner, action: str) -> None:
    with pytest.raises(StaleForm):
        signer.check(SIGNER.token("/a", KEY, NOW), action, NOW)


@given(st.integers(0, 111), st.characters())
def test_a_token_with_one_character_changed(place: int, other: str) -> None:
    token = SIGNER.token("/a", KEY, NOW)
    spoilt = token[:place] + other + token[place + 1 :]
    if spoilt != token:
        with pytest.raises(StaleForm):
            SIGNER.check(spoilt, "/a", NOW)


@pytest.mark.parametrize("token", ["", ".", "1.2.3", "١" * 10 + f".{KEY}." + "a" * 64])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(StaleForm):
        SIGNER.check(token, "/a", NOW)


# forms with files -------------------------------------------------------------------------------------------------
@given(fields)
def test_a_form_with_files_is_read_as_it_was_sent(sent: dict[str, str | bytes]) -> None:
    form = read_multipart(multipart(sent, "xyz"), "multipart/form-data; boundary=xyz")
    assert form.fields == {name: text for name, text in sent.items() if isinstance(text, str)}
    assert form.files == {name: data for name, data in sent.items() if isinstance(data, bytes)}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (multipart({"a": "b"}, "x")[:-6], "multipart/form-data; boundary=x"),
        (multipart({"a": "b"}, "x"), "multipart/form-data; boundary=y"),
        (multipart({"a": "b"}, "x"), "multipart/form-data"),
        (b"--x\r\nContent-Type: text/plain\r\n\r\nb\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (multipart({f"f{n}": "x" for n in range(21)}, "x"), "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"A: b\r\n" * 50 + b"\r\nb\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_no_form(body: bytes, kind: str) -> None:
    with pytest.raises(NotAForm):
        read_multipart(body, kind)


@given(
    st.binary(max_size=3000),
    st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "b" * 300]),
)
def test_whatever_comes_is_a_form_or_refused(body: bytes, kind: str) -> None:
    with suppress(NotAForm, UnicodeDecodeError):
        read_multipart(body, kind)


def test_a_form_that_is_too_large() -> None:
    event = request("POST", "/", "a=" + "x" * 100)
    with pytest.raises(FormTooLarge):
        form_of(event, {"content-type": "application/x-www-form-urlencoded"}, 50)
    with pytest.raises(FormTooLarge):
        form_of({**event, "isBase64Encoded": True}, {}, 50)


# requests ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["cookies", "header"])
def test_cookies_come_in_either_place(where: str) -> None:
    """The gateway puts them beside the headers, the local one leaves them there."""
    event = request("GET", "/", **({"Cookie": "a=1; b=x=y"} if where == "header" else {}))
    if where == "cookies":
        event["cookies"] = ["a=1", "b=x=y"]
    found = visit_of(event).cookies
    assert (found["a"], found["b"]) == ("1", "x=y")


def test_a_cookie_that_comes_twice() -> None:
    """The browser sends the one with the longest path first: that is the one of ours."""
    event = request("GET", "/")
    event["cookies"] = ["a=ours", "a=planted"]
    assert visit_of(event).cookies["a"] == "ours"
