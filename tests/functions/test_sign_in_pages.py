"""Signing in with a browser: the whole way, what it leaves in the browser, and everything that is refused."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from prakerja.platform.observability import log
from prakerja.platform.problems import Conflict
from prakerja.registration.model.address import Channel
from prakerja.registration.store.person import claim_address
from tests.support.people import plant_person, someone
from tests.support.sign_in import wrong
from tests.support.site import PHONE, Site, steady
from tests.support.visiting import Visitor
from tests.support.world import World


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(world, monkeypatch)


def test_phone_code_and_back_to_where_one_came_from(site: Site) -> None:
    who = site.visitor()
    end = site.sign_in(who, to="/masuk?next=%2F%3Fa%3D1")
    assert (end.status, end.path) == (200, "/")
    assert "Anda sudah masuk" in end.text
    assert set(who.jar) == {"prakerja_access", "prakerja_refresh", "prakerja_device"}
    assert {name: at for name, (_, at) in who.jar.items()} == {
        "prakerja_access": "/",
        "prakerja_refresh": "/masuk",
        "prakerja_device": "/masuk",
    }


def test_cookies_cannot_be_read_by_scripts_nor_sent_by_other_sites(site: Site) -> None:
    who = site.visitor()
    page = site.ask(who)
    code = site.inboxes[Channel.PHONE].code
    event = who.event("POST", page.forms[0].action, "", urlencode({**page.forms[0].fields, "code": code}).encode(), {
        "origin": "https://www.prakerja.example", "content_type": "application/x-www-form-urlencoded",
    })  # fmt: skip
    cookies = site.handle(event)["cookies"]
    assert len(cookies) == 2
    for cookie in cookies:
        assert "; HttpOnly; SameSite=Lax" in cookie
        assert "Secure" not in cookie  # a laptop has no TLS


def test_cookies_are_secure_where_there_is_tls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings = world.settings.model_copy(update={"stage": "production"})
    end = Site(world, monkeypatch).visitor().open("/masuk")
    assert all("; Secure" in cookie for cookie in end.cookies)
    assert end.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_e_mail_signs_in_too(site: Site) -> None:
    assert site.sign_in(site.visitor(), "Budi@Contoh.id").path == "/"
    assert site.inboxes[Channel.EMAIL].received


def test_the_session_goes_on_silently(site: Site) -> None:
    who = site.visitor()
    site.sign_in(who)
    before = who.jar.pop("prakerja_access"), who.jar["prakerja_refresh"]
    end = who.open("/masuk?next=/")
    assert "Anda sudah masuk" in end.text
    assert who.jar["prakerja_refresh"] != before[1]
    assert who.jar["prakerja_access"][0]


def test_a_stolen_refresh_token_ends_the_session_for_both(site: Site) -> None:
    who, thief = site.visitor(), site.visitor()
    site.sign_in(who)
    thief.open("/masuk")  # it has a device of its own
    thief.jar["prakerja_refresh"] = who.jar["prakerja_refresh"]
    assert thief.open("/masuk").forms[0].action == "/masuk"
    assert "prakerja_refresh" not in thief.jar
    assert who.open("/masuk").forms[0].action == "/masuk"


def test_signing_out(site: Site) -> None:
    who = site.visitor()
    site.sign_in(who)
    refresh = who.jar["prakerja_refresh"]
    asked = who.open("/masuk/keluar")
    assert "prakerja_refresh" in who.jar, "looking ends nothing"
    end = who.submit(asked.forms[0])
    assert "Anda sudah keluar" in end.text
    assert set(who.jar) == {"prakerja_device"}
    who.jar["prakerja_refresh"] = refresh
    assert who.open("/masuk").forms, "the session is over on our side, too"
    assert "Anda sudah keluar" in who.submit(asked.forms[0]).text, "doing it twice is no different"


def test_a_verified_person_on_a_new_browser_proves_both_contacts(site: Site) -> None:
    person = plant_person(site.world, someone(1))
    for channel, address in ((Channel.PHONE, person.phone), (Channel.EMAIL, person.email)):
        digests = site.world.guards.digests(channel.value, address)
        site.world.table.commit(*claim_address(person.person_id, channel, digests, Conflict()))
    who = site.visitor()
    page = site.ask(who, person.phone)
    second = who.submit(page.forms[0], code=site.inboxes[Channel.PHONE].code)
    assert "Perangkat ini baru bagi kami" in second.text
    assert "lewat e-mail" in second.text
    assert "prakerja_access" not in who.jar
    site.deliver()
    assert "Anda sudah masuk" in who.submit(second.forms[0], code=site.inboxes[Channel.EMAIL].code).text


def test_a_code_is_sent_again(site: Site) -> None:
    who = site.visitor()
    page = site.ask(who)
    first = site.inboxes[Channel.PHONE].code
    soon = who.submit(page.forms[1])
    assert soon.status == 429
    assert "Coba lagi dalam 60 detik" in soon.text
    site.world.clock.move(minutes=1)
    again = who.submit(page.forms[1])
    assert "Kode baru sedang dikirim" in again.text
    site.deliver()
    assert site.inboxes[Channel.PHONE].code != first
    assert who.submit(again.forms[0], code=first).status == 422
    assert who.submit(again.forms[0], code=site.inboxes[Channel.PHONE].code).path == "/"


@pytest.mark.parametrize("address", ["", "0812", "budi@", "08123456789012345", "<script>alert(1)</script>", "a b@c.id"])
def test_an_address_that_is_none(site: Site, address: str) -> None:
    page = site.ask(site.visitor(), address)
    assert page.status == 422
    assert "Alamat belum benar" in page.text
    assert "<script>" not in page.html
    assert page.forms[0].fields["address"] == address, "what was typed is still there"
    assert not site.inboxes[Channel.PHONE].received


def test_wrong_codes(site: Site) -> None:
    who = site.visitor()
    page = site.ask(who)
    code = site.inboxes[Channel.PHONE].code
    for given in ("", "12345", "1234567", "abcdef"):  # these count as no try
        assert "Kode terdiri dari 6 angka" in who.submit(page.forms[0], code=given).text
    for left in (2, 1):
        shown = who.submit(page.forms[0], code=wrong(code))
        assert (shown.status, f"{left} kode salah lagi" in shown.text) == (422, True)
    assert who.submit(page.forms[0], code=wrong(code)).status == 429
    assert who.submit(page.forms[0], code=code).status == 429, "locked"
    assert "prakerja_access" not in who.jar


def test_a_code_may_be_typed_with_a_space(site: Site) -> None:
    who = site.visitor()
    page = site.ask(who)
    code = site.inboxes[Channel.PHONE].code
    assert who.submit(page.forms[0], code=f"{code[:3]} {code[3:]}").path == "/"


def test_another_browser_cannot_use_the_code(site: Site) -> None:
    """Nor can somebody sign a victim in as themselves: the challenge is the browser's that asked for it."""
    who, thief = site.visitor(), site.visitor()
    action = site.ask(who).forms[0].action
    thief.open("/masuk")
    page = thief.open(action)
    shown = thief.submit(page.forms[0], code=site.inboxes[Channel.PHONE].code)
    assert (shown.status, "prakerja_access" in thief.jar) == (404, False)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "evil", ""],
)
def test_nobody_is_sent_elsewhere(site: Site, elsewhere: str) -> None:
    end = site.sign_in(site.visitor(), to=f"/masuk?{urlencode({'next': elsewhere})}")
    assert (end.path, end.away) == ("/", "")


# no oracle --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("known", [PHONE, "budi@contoh.id"])
def test_an_unknown_address_looks_like_a_known_one(site: Site, known: str) -> None:
    """Pages, headers and calls are the same, up to the right code."""
    site.sign_in(site.visitor(), known)
    unknown = "089876543210" if known == PHONE else "siti@contoh.id"
    site.world.clock.move(minutes=2)
    assert _seen(site, known) == _seen(site, unknown)


def _seen(site: Site, address: str) -> list[Any]:
    calls: list[str] = []
    events = site.world.client.meta.events
    events.register("before-call.dynamodb", note := lambda model, **_: calls.append(model.name))
    who = site.visitor()
    page = site.ask(who, address)
    channel = Channel.EMAIL if "@" in address else Channel.PHONE
    pages = [page, who.submit(page.forms[0], code=wrong(site.inboxes[channel].code)), who.submit(page.forms[1])]
    events.unregister("before-call.dynamodb", note)
    headers = [{name: text for name, text in one.headers.items() if name != "x-correlation-id"} for one in pages]
    return [[steady(one.html).replace(address, "…") for one in pages], [one.status for one in pages], headers, calls]


def test_the_code_page_looks_nothing_up(site: Site) -> None:
    who = site.visitor()
    real = site.ask(who).forms[0].action
    shown = [
        who.open(f"{path}?lewat=PHONE&next=/") for path in (real, "/masuk/kode/00000000-0000-5000-8000-000000000000")
    ]
    assert steady(shown[0].html) == steady(shown[1].html)


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
