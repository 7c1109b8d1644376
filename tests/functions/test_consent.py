"""The consent page: what people are told is the register's, and nobody is sent where the register knows nothing of."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest

from prakerja.platform.access_patterns import SSO_CODE
from prakerja.platform.evidence import evidence_of
from prakerja.registration.model.address import Channel
from prakerja.sso.model import CODES_PER_FORM
from tests.support.clients import BACK, CONSENT, FAILED, Clients
from tests.support.site import PHONE
from tests.support.world import World


@pytest.fixture
def clients(world: World, monkeypatch: pytest.MonkeyPatch) -> Clients:
    return Clients(world, monkeypatch)


def codes(clients: Clients) -> list[str]:
    return [item["pk"] for item in clients.world.items("programme") if item["pk"].startswith("SSO_CODE#")]


def test_a_person_is_asked_and_agrees(clients: Clients) -> None:
    page = clients.page()
    assert page.status == 200
    for words in ("Lpk meminta data Anda", "kelas.example.test", "nama lengkap Anda", "nomor HP Anda"):
        assert words in page.text
    end = clients.who.submit(page.forms[0], button="izinkan")
    assert end.away.startswith(BACK + "?")
    assert set(end.query) == {"code", "state"}
    assert end.query["state"] == "af0ifjsldkj"
    (fact,) = evidence_of(clients.world.table, clients.member.person_id)
    assert (fact.kind, fact.facts["client_code"]) == ("SSO_CONSENT_GIVEN", "lpk")


def test_the_name_comes_from_the_register_never_from_the_query(clients: Clients) -> None:
    page = clients.page(client_name="Bank Anda")
    assert "Bank Anda" not in page.html
    assert "Nama Palsu" not in page.html


def test_a_name_in_the_register_is_text(clients: Clients) -> None:
    clients.market.change_partner("lpk", name="<b>Lpk</b> & Co")
    page = clients.page()
    assert "<b>Lpk" not in page.html
    assert "<b>Lpk</b> & Co meminta data Anda" in page.text


def test_only_what_is_asked_for_is_listed(clients: Clients) -> None:
    text = clients.page(scope="email").text
    assert "alamat e-mail Anda" in text
    assert "nomor HP Anda" not in text


def test_the_redirects_own_query_is_kept(clients: Clients) -> None:
    page = clients.page(redirect_uri=f"{BACK}?a=1&code=x&b=%20&state=y")
    end = clients.who.submit(page.forms[0], button="izinkan")
    assert {name: end.query[name] for name in ("a", "b", "state")} == {"a": "1", "b": " ", "state": "af0ifjsldkj"}
    assert len(end.query["code"]) == 43


@pytest.mark.parametrize("state", ["", "%20", "a b&c=d#e", 'a"><script>', "x" * 512])
def test_state_comes_back_as_it_was(clients: Clients, state: str) -> None:
    page = clients.page(state=state)
    assert clients.who.submit(page.forms[0], button="izinkan").query.get("state", "") == state


def test_the_same_form_gives_the_same_code(clients: Clients) -> None:
    form = clients.page().forms[0]
    first, second = (clients.who.submit(form, button="izinkan").away for _ in range(2))
    assert first == second
    assert len(codes(clients)) == 1
    assert clients.who.submit(clients.page().forms[0], button="izinkan").away != first


def test_a_form_sent_again_after_its_code_was_used_does_no_harm(clients: Clients) -> None:
    """Pressed twice, or once more after going back: the client gets a code that it can use, and keeps what it has."""
    form = clients.page().forms[0]
    first = clients.token(clients.who.submit(form, button="izinkan").query["code"]).data
    second = clients.token(clients.who.submit(form, button="izinkan").query["code"]).data
    assert second["access_token"] != first["access_token"]
    for tokens in (first, second):
        assert clients.profile(tokens["access_token"]).data["name"]


def test_a_form_sent_again_after_its_codes_minute_gives_a_good_one(clients: Clients) -> None:
    form = clients.page().forms[0]
    clients.who.submit(form, button="izinkan")
    clients.world.clock.move(seconds=60)
    assert clients.token(clients.who.submit(form, button="izinkan").query["code"]).status == 200


def test_a_form_that_was_sent_many_times_asks_anew(clients: Clients) -> None:
    form = clients.page(state="a b").forms[0]
    for _ in range(CODES_PER_FORM):
        assert clients.token(clients.who.submit(form, button="izinkan").query["code"]).status == 200
    page = clients.who.submit(form, button="izinkan")
    assert (page.path, "Lpk meminta data Anda" in page.text) == (CONSENT, True)
    assert clients.who.submit(page.forms[0], button="izinkan").query["state"] == "a b"


def test_the_form_is_sent_to_the_address_of_its_page(clients: Clients) -> None:
    """So whoever follows a client's link by hand needs nothing but that link and the form's token."""
    address = f"{CONSENT}?{clients.query()}"
    token = clients.who.open(address).forms[0].fields["token"]
    body = urlencode({"token": token, "jawaban": "izinkan"}).encode()
    assert clients.who.post(address, body, "application/x-www-form-urlencoded").query["code"]


def test_a_code_is_not_stored(clients: Clients) -> None:
    code = clients.consent()
    (key,) = codes(clients)
    assert code not in key
    (item,) = [one for one in clients.world.items("programme") if one["pk"] == key]
    assert code not in repr(item)
    assert SSO_CODE.parse({"pk": key, "sk": "CODE"})["digest"] == item["digest"]


# refusing ---------------------------------------------------------------------------------------------------------
def test_refusing_leads_to_the_page_for_failures(clients: Clients) -> None:
    end = clients.who.submit(clients.page().forms[0], button="tolak")
    assert end.away.startswith(FAILED + "?")
    assert end.query == {"error": "access_denied", "state": "af0ifjsldkj"}
    assert codes(clients) == []


@pytest.mark.parametrize(
    "login_uri", ["", "https://evil.example/", f"{FAILED}/x", "http://kelas.example.test/gagal", BACK]
)
def test_a_page_for_failures_that_is_not_registered_is_never_used(clients: Clients, login_uri: str) -> None:
    page = clients.page(login_uri=login_uri)
    end = clients.who.submit(page.forms[0], button="tolak")
    assert (end.status, end.away, "Anda menolak" in end.text) == (200, "", True)
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://kelas.example.test;" in policy


@pytest.mark.parametrize("answer", ["", "ya", "IZINKAN"])
def test_anything_but_the_word_is_a_refusal(clients: Clients, answer: str) -> None:
    end = clients.who.submit(clients.page().forms[0], jawaban=answer)
    assert end.query["error"] == "access_denied"
    assert codes(clients) == []


# wishes that are refused ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example/masuk",
        "https://kelas.example.test.evil.example/masuk",
        "https://kelas.example.test@evil.example/masuk",
        "https://kelas.example.test:8443/masuk",
        "http://kelas.example.test/masuk",
        "https://kelas.example.test/masuk/",
        "https://kelas.example.test/masuk/../lain",
        "https://kelas.example.test/Masuk",
        "https://kelas.example.test/masuk#x",
        "https://kelas.example.test\\@evil.example/masuk",
        "javascript:alert(1)",
        "//kelas.example.test/masuk",
        "x",
    ],
)
def test_a_redirect_that_is_not_registered(clients: Clients, redirect: str) -> None:
    told = clients.page(redirect_uri=redirect)
    assert told.away.startswith(FAILED + "?")
    assert told.query["error"] == "invalid_request"
    page = clients.page(redirect_uri=redirect, login_uri="")
    assert (page.status, page.away) == (400, "")
    assert "Alamat kembali tidak terdaftar" in page.text


@pytest.mark.parametrize("same", ["https://KELAS.example.test/masuk", "https://kelas.example.test:443/masuk"])
def test_other_spellings_of_a_registered_redirect(clients: Clients, same: str) -> None:
    end = clients.who.submit(clients.page(redirect_uri=same).forms[0], button="izinkan")
    assert urlsplit(end.away).path == "/masuk"
    assert end.query["code"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "name nik"}, "invalid_scope"),
        ({"scope": "NAME"}, "invalid_scope"),
        ({"state": "x" * 513}, "invalid_request"),
        ({"state": "a\nb"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "a" * 43}, "invalid_request"),
        ({"code_challenge": "a" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_what_a_client_does_wrong(clients: Clients, changes: dict[str, str], error: str) -> None:
    told = clients.page(**changes)
    assert (told.away.partition("?")[0], told.query["error"]) == (FAILED, error)
    page = clients.page(**changes, login_uri="https://evil.example/")
    assert (page.status, page.away) == (400, "")


def test_a_new_client_must_bind_the_code_to_its_browser(clients: Clients) -> None:
    assert clients.page("toko", code_challenge="", code_challenge_method="").query["error"] == "invalid_request"
    assert clients.consent("toko")


@pytest.mark.parametrize("client", ["nobody", "", "bkk", "a#b"])
def test_clients_that_are_not_registered(clients: Clients, client: str) -> None:
    """``bkk`` is a partner, and has registered no address for this."""
    page = clients.page(client)
    assert (page.status, page.away, "Aplikasi ini tidak kami kenal" in page.text) == (400, "", True)


@pytest.mark.parametrize("change", [{"suspended": True}, {"valid_until": "2020-12-31"}])
def test_a_suspended_client_is_out_at_once(clients: Clients, change: dict[str, object]) -> None:
    form = clients.page().forms[0]
    clients.market.change_partner("lpk", **change)
    assert clients.page().status == 400
    assert clients.who.submit(form, button="izinkan").status == 400
    assert codes(clients) == []


# who answers ------------------------------------------------------------------------------------------------------
def test_who_is_not_signed_in_signs_in_first_and_is_asked_then(clients: Clients) -> None:
    nobody = clients.site.visitor()
    start = nobody.open(f"{CONSENT}?{clients.query()}")
    assert start.path == "/masuk"
    page = nobody.submit(start.forms[0], address="081299990001")
    clients.site.deliver()
    asked = nobody.submit(page.forms[0], code=clients.site.inboxes[Channel.PHONE].code)
    assert (asked.path, "Lpk meminta data Anda" in asked.text) == (CONSENT, True)
    assert nobody.submit(asked.forms[0], button="izinkan").query["state"] == "af0ifjsldkj"


@pytest.mark.parametrize("session", ["goes on", "is over"])
def test_an_answer_that_comes_after_the_access_token_leads_back_to_the_question(clients: Clients, session: str) -> None:
    """Nothing of what the client asked is lost, whether the session goes on silently or the person signs in again."""
    who = clients.site.visitor()
    clients.site.sign_in(who)
    asked = {"redirect_uri": f"{BACK}?a=%C3%A9&b=1", "state": "a b&c=d"}
    form = who.open(f"{CONSENT}?{clients.query('toko', **asked)}").forms[0]
    who.jar["prakerja_access"] = (clients.site.access("somebody", minutes_ago=90), "/")
    if session == "is over":
        del who.jar["prakerja_refresh"]
    page = who.submit(form, button="izinkan")
    if session == "is over":
        assert page.path == "/masuk"
        clients.world.clock.move(minutes=2)
        page = who.submit(page.forms[0], address=PHONE)
        clients.site.deliver()
        page = who.submit(page.forms[0], code=clients.site.inboxes[Channel.PHONE].code)
    assert (page.path, "Toko meminta data Anda" in page.text) == (CONSENT, True)
    assert codes(clients) == []
    query = who.submit(page.forms[0], button="izinkan").query
    assert {name: query[name] for name in ("a", "b", "state")} == {"a": "é", "b": "1", "state": "a b&c=d"}
    assert clients.token(query["code"], client="toko").data["access_token"]


def test_an_answer_without_a_session_counts_for_nothing(clients: Clients) -> None:
    form = clients.page().forms[0]
    assert clients.site.visitor().submit(form, button="izinkan").path == "/masuk"
    assert codes(clients) == []


@pytest.mark.parametrize("spoil", ["another session", "no token", "another page"])
def test_answers_without_a_good_token(clients: Clients, spoil: str) -> None:
    form = clients.page().forms[0]
    who = clients.who
    if spoil == "another session":
        who = clients.site.signed_in(clients.member.person_id, "another-session")
    elif spoil == "no token":
        del form.fields["token"]
    else:
        form.fields["token"] = clients.who.open("/masuk/keluar").forms[0].fields["token"]
    shown = who.submit(form, button="izinkan")
    assert (shown.status, shown.away) == (403, "")
    assert codes(clients) == []


@pytest.mark.parametrize("headers", [{"origin": "https://kelas.example.test"}, {"sec_fetch_site": "cross-site"}])
def test_a_client_cannot_answer_for_a_person(clients: Clients, headers: dict[str, str]) -> None:
    body = urlencode({**clients.page().forms[0].fields, "jawaban": "izinkan"}).encode()
    assert clients.who.post(CONSENT, body, "application/x-www-form-urlencoded", **headers).status == 403
    assert codes(clients) == []
