"""The frame of pages: forms that are not ours, and what a page lets a browser do."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from prakerja.platform.observability import log
from prakerja.registration.model.address import Channel
from tests.support.site import PHONE, Site
from tests.support.visiting import Visitor
from tests.support.world import World


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(world, monkeypatch)


# forms that are not ours ------------------------------------------------------------------------------------------
def _posted(who: Visitor, page: Any, **headers: str) -> tuple[int, str]:
    body = urlencode({**page.forms[0].fields, "address": PHONE}).encode()
    shown = who.post("/masuk", body, "application/x-www-form-urlencoded", **headers)
    return shown.status, shown.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://www.prakerja.example.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_forms_of_other_sites(site: Site, headers: dict[str, str]) -> None:
    who = site.visitor()
    page = who.open("/masuk")
    status, text = _posted(who, page, **headers)
    assert (status, "tidak dikirim dari halaman kami" in text) == (403, True)
    assert site.world.messages() == []


def test_old_browsers_do_not_say_where_a_form_comes_from(site: Site) -> None:
    who = site.visitor()
    page = who.open("/masuk")
    assert _posted(who, page, origin="", sec_fetch_site="")[0] == 200
    assert len(site.world.messages()) == 1


@pytest.mark.parametrize(
    "spoil", ["token of another browser", "no token", "other action", "too old", "not signed", "no cookie"]
)
def test_forms_without_a_good_token(site: Site, spoil: str) -> None:
    who = site.visitor()
    page = who.open("/masuk")
    form = page.forms[0]
    match spoil:
        case "token of another browser":
            form.fields["token"] = site.visitor().open("/masuk").forms[0].fields["token"]
        case "no token":
            del form.fields["token"]
        case "other action":
            form.fields["token"] = who.open("/masuk/keluar").forms[0].fields["token"]
        case "too old":
            site.world.clock.move(hours=24)
        case "not signed":
            form.fields["token"] = form.fields["token"][:-1] + "x"
        case "no cookie":
            who.jar.clear()
    shown = who.submit(form, address=PHONE)
    assert (shown.status, "terlalu lama terbuka" in shown.text) == (403, True)
    assert site.world.messages() == []


def test_a_form_sent_twice_sends_one_code(site: Site) -> None:
    who = site.visitor()
    form = who.open("/masuk").forms[0]
    first, second = (who.submit(form, address=PHONE).path for _ in range(2))
    assert first == second
    assert len(site.world.messages()) == 1


# the frame --------------------------------------------------------------------------------------------------------
def test_a_page_lets_a_browser_do_nothing_else(site: Site) -> None:
    headers = site.visitor().open("/masuk").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self';" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("address", "headers", "words"),
    [
        ("/masuk", {}, "Kirim kode"),
        ("/masuk", {"accept_language": "en-GB,id;q=0.5"}, "Send the code"),
        ("/masuk?lang=en", {"accept_language": "id"}, "Send the code"),
        ("/masuk?lang=fr", {}, "Kirim kode"),
    ],
)
def test_languages(site: Site, address: str, headers: dict[str, str], words: str) -> None:
    assert words in site.visitor(**headers).open(address).html


def test_a_chosen_language_stays(site: Site) -> None:
    who = site.visitor()
    assert "Send the code" in who.open(who.open("/masuk").links[-1]).html
    assert "Send the code" in who.open("/masuk").html
    assert "Kirim kode" in who.open("/masuk?lang=id").html


def test_bodies_that_are_no_forms(site: Site) -> None:
    who = site.visitor()
    who.open("/masuk")
    form, json_ = "application/x-www-form-urlencoded", "application/json"
    for body, kind, status in (
        (b"{}", json_, 415),
        (b"a=" + b"x" * 20_000, form, 413),
        (b"\xff\xfe=1", form, 415),
        ("&".join(f"f{n}=1" for n in range(50)).encode(), form, 415),
        (b"nonsense", "multipart/form-data; boundary=x", 415),
        (b"nonsense", "multipart/form-data", 415),
        (b"", form, 403),
    ):
        assert who.post("/masuk", body, kind).status == status, (body[:20], kind)
    assert site.world.messages() == []


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/masuk", 405), ("GET", "/masuk/tidak-ada", 404)])
def test_what_is_not_there(site: Site, method: str, path: str, status: int) -> None:
    answer = site.handle(site.visitor().event(method, path, "", None, {}))
    assert answer["statusCode"] == status
    assert answer["headers"]["x-correlation-id"] in answer["body"]


def test_nothing_of_it_is_logged(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for handler in log.registered_handler, *log.handlers:
        monkeypatch.setattr(handler, "stream", sys.stdout, raising=False)
    who = site.visitor()
    site.sign_in(who)
    written = capsys.readouterr()
    for secret in (PHONE, site.inboxes[Channel.PHONE].code, *(value for value, _ in who.jar.values())):
        assert secret not in written.out + written.err
