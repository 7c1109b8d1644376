"""Addresses as we write them, and where a sign-in may lead."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.platform.addresses import local_path, origin, with_query

names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
values = st.text(max_size=20)


@pytest.mark.parametrize(
    ("address", "given", "expected"),
    [
        ("https://a.test/b", {"code": "x"}, "https://a.test/b?code=x"),
        ("https://a.test/b?c=1", {"code": "x"}, "https://a.test/b?c=1&code=x"),
        ("https://a.test/b?code=old&c=%20", {"code": "x"}, "https://a.test/b?c=%20&code=x"),
        ("https://a.test/b?c%6Fde=old", {"code": "x"}, "https://a.test/b?code=x"),
        ("https://a.test/b?", {"state": "a b&c"}, "https://a.test/b?state=a+b%26c"),
        ("https://a.test", {"s": "é"}, "https://a.test?s=%C3%A9"),
    ],
)
def test_a_query_is_kept_and_added_to(address: str, given: dict[str, str], expected: str) -> None:
    assert with_query(address, **given) == expected


@given(st.lists(st.tuples(names, values), max_size=4), st.dictionaries(names, values, min_size=1, max_size=3))
def test_what_is_added_is_read_back(before: list[tuple[str, str]], added: dict[str, str]) -> None:
    address = with_query(f"https://a.test/b?{urlencode(before)}", **added)
    found = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    assert found == [pair for pair in before if pair[0] not in added] + list(added.items())


def test_origins() -> None:
    assert origin("https://A.test:8443/b?c") == "https://a.test:8443"


@pytest.mark.parametrize(
    "path", ["/", "/a/b?c=d%20e&f=/g", "/consent-sso?redirect_uri=https%3A%2F%2Fa.test", "/a?b=//c"]
)
def test_paths_of_our_own(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        None,
        "//a.test",
        "/\\a.test",
        "\\/a.test",
        "https://a.test",
        "a",
        "/a b",
        "/a\tb",
        "/a\\b",
        "/é",
        "/" + "a" * 4096,
    ],
)
def test_everything_else_leads_to_the_front_page(elsewhere: str | None) -> None:
    assert local_path(elsewhere) == "/"


@given(st.text())
def test_a_local_path_never_names_a_host(text: str) -> None:
    found = urlsplit(local_path(text))
    assert (found.scheme, found.netloc, found.path[:1]) == ("", "", "/")
