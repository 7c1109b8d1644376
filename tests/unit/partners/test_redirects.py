"""Where people may be sent back to: scheme, host, port and path as registered, any query, nothing ambiguous."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.partners import is_registered_redirect

HOME = "https://lms.example.test/kembali"
REGISTERED = (HOME, "http://localhost:8080/cb", "https://other.example.test")


@pytest.mark.parametrize(
    "address",
    [
        HOME,
        HOME + "?",
        HOME + "?kelas=7&next=https://anywhere.test/%2e%2e/",
        "https://lms.example.test:443/kembali?x",
        "HTTPS://LMS.example.test/kembali",
        "http://localhost:8080/cb?a=b",
        "https://other.example.test",
        "https://other.example.test/?q=1",
    ],
)
def test_what_matches(address: str) -> None:
    assert is_registered_redirect(address, REGISTERED)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kembali",
        "/kembali",
        "//lms.example.test/kembali",
        "https:/lms.example.test/kembali",
        "http://lms.example.test/kembali",
        "https://lms.example.test/",
        "https://lms.example.test/kembali/",
        "https://lms.example.test/Kembali",
        "https://lms.example.test/kembal%69",
        "https://lms.example.test:444/kembali",
        "https://lms.example.test:0/kembali",
        "https://lms.example.test:99999/kembali",
        "https://lms.example.test:/kembali#",
        "https://lms.example.test./kembali",
        "https://sub.lms.example.test/kembali",
        "https://lms.example.test.evil.test/kembali",
        "https://user@lms.example.test/kembali",
        "https://lms.example.test@evil.test/kembali",
        "https://lms.example.test\\@evil.test/kembali",
        "https://lms.example.test/x/../kembali",
        "https://lms.example.test/x/%2E%2e/kembali",
        "https://lms.example.test/./kembali",
        "https://lms.example.test/kembali#x",
        "https://lms.example.test/kembali ",
        " https://lms.example.test/kembali",
        "https://lms.example.test/kembali\n",
        "https://lms.example.test/kem\tbali",
        "https://lms.example.test/kembali?x=\u00e9",
        "javascript://lms.example.test/kembali",
        "https://[::1/kembali",
        HOME + "?" + "x" * 2048,
    ],
)
def test_what_does_not_match(address: str) -> None:
    assert not is_registered_redirect(address, REGISTERED)


def test_nothing_matches_where_nothing_is_registered() -> None:
    assert not is_registered_redirect(HOME, ())
    assert not is_registered_redirect("", ("",))


@given(st.text(max_size=200))
def test_any_text_gets_an_answer_and_what_is_added_to_the_path_never_matches(text: str) -> None:
    assert isinstance(is_registered_redirect(text, REGISTERED), bool)
    if text and text[0] not in "?":
        assert not is_registered_redirect(HOME + text, (HOME,))


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='#\\<>"`{}|^'), max_size=200))
def test_any_clean_query_matches(query: str) -> None:
    assert is_registered_redirect(f"{HOME}?{query}", REGISTERED)
