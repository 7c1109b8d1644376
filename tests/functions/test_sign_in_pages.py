"""Signing in with a browser: the whole way, what it leaves in the browser, and everything that is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from prakerja.platform.problems import Conflict
from prakerja.registration.model.address import Channel
from prakerja.registration.store.person import claim_address
from tests.support.people import plant_person, someone
from tests.support.sign_in import wrong
from tests.support.site import PHONE, Site, steady
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
