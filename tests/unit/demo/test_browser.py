"""The demonstration's browser does what browsers do, as far as its pages need it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from sandbox.demo.api import Api, Reply
from sandbox.demo.browser import Browser, Page, WrongPage

SITE = "http://site.example"
FORM = b"""<h1>Masuk</h1><a href="https://elsewhere.example/x?a=1&amp;b=2">away</a><a href="/home">home</a>
<form method="post" action="/masuk"><input type="hidden" name="token" value="t&amp;1">
<input name="address" type="text"><button>Go</button></form>
<form method="post" action="/foto" enctype="multipart/form-data"><input type="hidden" name="token" value="t2">
<input name="photo" type="file"><button name="jawaban" value="ya">Yes</button></form>"""
PROBLEM = b"""<h1>Masuk</h1><div class="problem" role="alert"><p><strong>Salah</strong></p><p>Coba lagi.</p></div>
<form method="post" action="/masuk"><input name="address"></form>"""


class Site(Api):
    """Answers what it is told, and keeps what it was sent."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(SITE, threading.Event())
        self.replies = list(replies)
        self.seen: list[tuple[str, str, Mapping[str, str], bytes | None]] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        self.seen.append((method, path, headers, body))
        return self.replies.pop(0)


def to(location: str, *cookies: str) -> Reply:
    return Reply(303, {"location": location}, b"", cookies)


def shown(*cookies: str) -> Reply:
    return Reply(200, {}, FORM, cookies)


def test_redirects_are_followed_within_the_site_only() -> None:
    site = Site(to("/masuk?next=%2Fx"), to("https://lms.example/kembali?state=1"))
    page = Browser(site).open(f"{SITE}/attendance/1")
    assert page.left_for == "https://lms.example/kembali?state=1"
    assert [path for _, path, _, _ in site.seen] == ["/attendance/1", "/masuk?next=%2Fx"]


def test_a_site_whose_name_only_begins_alike_is_another_one() -> None:
    page = Browser(Site()).open("http://site.example.evil.example/")
    assert page.left_for


def test_cookies_go_where_they_belong_and_can_be_taken_away() -> None:
    site = Site(shown("a=1; Path=/", "b=2; Path=/masuk; HttpOnly"), shown(), shown("a=; Path=/; Max-Age=0"), shown())
    browser = Browser(site)
    for path in ("/", "/masuk/kode", "/", "/"):
        browser.open(SITE + path)
    assert [headers.get("Cookie") for _, _, headers, _ in site.seen] == [None, "a=1; b=2", "a=1", None]
    assert browser.secrets >= {"1", "2"}


def test_a_form_is_sent_with_its_hidden_fields_from_its_own_site() -> None:
    site = Site(shown(), shown())
    browser = Browser(site)
    page = browser.open(SITE + "/")
    form = page.form("address")
    assert form is not None
    browser.send(page, form, {"address": "08 1"})
    method, path, headers, body = site.seen[1]
    assert (method, path, body) == ("POST", "/masuk", b"token=t%261&address=08+1")
    assert (headers["Origin"], headers["Sec-Fetch-Site"]) == (SITE, "same-origin")
    assert "t&1" in browser.secrets


def test_a_file_is_sent_as_it_is() -> None:
    site = Site(shown(), shown())
    browser = Browser(site)
    page = browser.open(SITE + "/")
    form = page.form("photo")
    assert form is not None
    assert form.asks_for == {"photo", "jawaban"}
    browser.send(page, form, {}, {"photo": b"\xff\xd8\r\n\x00"})
    _, _, headers, body = site.seen[1]
    boundary = headers["Content-Type"].partition("boundary=")[2].encode()
    assert body is not None
    assert body.count(b"--" + boundary) == 3
    assert b"\r\n\r\n\xff\xd8\r\n\x00\r\n--" in body


def test_what_a_page_says_is_wrong_can_be_read_and_tried_again() -> None:
    with pytest.raises(WrongPage) as wrong:
        Browser(Site(Reply(422, {}, PROBLEM))).open(SITE + "/")
    assert (wrong.value.status, wrong.value.kind) == (422, "Salah")
    assert wrong.value.page.form("address")


def test_the_way_out_is_the_first_link_to_another_site() -> None:
    page = Browser(Site(shown())).open(SITE + "/")
    assert page.link_out() == "https://elsewhere.example/x?a=1&b=2"
    assert Page(SITE).link_out() == ""
