"""Log in with Prakerja, the wire: odd requests, what they cost, and two at once."""

from __future__ import annotations

import sys

import pytest

from functions.partner_api.handler import handler
from prakerja.partners.signature import sign
from prakerja.platform.observability import log
from tests.support.clients import OAUTH, PROFILE, Clients
from tests.support.wired import sample
from tests.support.world import World


@pytest.fixture
def clients(world: World, monkeypatch: pytest.MonkeyPatch) -> Clients:
    return Clients(world, monkeypatch)


# the wire ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", ["", "[]", "{", '{"code":"a","code":"b"}', "code=x"])
def test_bodies_that_are_no_json_object(clients: Clients, body: str) -> None:
    assert clients.call("POST", f"{OAUTH}/token", body).code == "ERRREQ40001"


@pytest.mark.parametrize("body", [{}, {"code": 7}, {"code": None}, {"code": ["x"]}, {"token": {}}])
def test_bodies_without_code_or_token(clients: Clients, body: dict[str, object]) -> None:
    assert clients.call("POST", f"{OAUTH}/token", body).code == "ERRREQ40002"


@pytest.mark.parametrize("path", ["//api/v1/oauth/token", "/api/v1/oauth/token/"])
def test_slashes(clients: Clients, path: str) -> None:
    assert clients.call("POST", path, {"code": clients.consent()}).status == 200


def test_pages_do_not_mind_slashes_either(clients: Clients) -> None:
    """A client whose base address ends in a slash works there, too, and its question survives signing in."""
    for spelling in ("//consent-sso", "/consent-sso/", "//consent-sso//"):
        page = clients.who.open(f"{spelling}?{clients.query()}")
        assert (page.status, "Lpk meminta data Anda" in page.text) == (200, True)
        assert clients.who.submit(page.forms[0], button="izinkan").query["code"]
        asked = clients.site.visitor().open(f"{spelling}?{clients.query()}")
        assert asked.path == "/masuk"


def test_a_client_that_sends_its_name_in_both_headers(clients: Clients) -> None:
    """Whichever signature is there counts."""
    path, query = f"{OAUTH}/authorize", clients.query()
    timestamp = str(int(clients.world.clock.wall().timestamp()))
    signature = sign(clients.market.keys["lpk"].encode(), "lpk", timestamp, "GET", path, "")
    signed = {"x-timestamp": timestamp, "x-signature": signature}
    for name in ("client_code", "Client_code", "client-code"):
        assert clients.call("GET", path, query=query, **signed, **{name: "lpk"}).status == 200


@pytest.mark.parametrize("header", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_json_whatever_the_content_type(clients: Clients, header: str) -> None:
    body = {"code": clients.consent()}
    assert clients.call("POST", f"{OAUTH}/token", body, content_type=header).status == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", f"{OAUTH}/token"), ("POST", PROFILE), ("POST", f"{OAUTH}/authorize")]
)
def test_wrong_methods(clients: Clients, method: str, path: str) -> None:
    answer = clients.call(method, path, {} if method == "POST" else None)
    assert (answer.status, answer.body["code"]) == (405, "ERRREQ40501")


@pytest.mark.parametrize("case", ["sso_authorize", "sso_token", "sso_refresh", "sso_profile"])
def test_samples_are_refused_in_json(clients: Clients, case: str) -> None:
    assert handler(sample("partner_api", case), None)["statusCode"] in (400, 401)


def test_what_it_costs(clients: Clients) -> None:
    code = clients.consent()
    tokens = clients.token(code).data  # warm
    code = clients.consent()
    with clients.market.counted() as exchanging:
        tokens = clients.token(code).data
    with clients.market.counted() as reading:
        clients.profile(tokens["access_token"])
    with clients.market.counted() as refreshing:
        clients.refresh(tokens["refresh_token"])
    assert exchanging.operations == ["BatchGetItem", "TransactWriteItems"]
    assert exchanging.written == [3]
    assert reading.operations == ["BatchGetItem", "BatchGetItem"]
    assert refreshing.operations == ["BatchGetItem", "UpdateItem"]


def test_one_code_two_exchanges_at_once(clients: Clients) -> None:
    """The second comes between the first one's read and its write. One of them may hold a copy, so it ends as if one had
    come after the other.
    """
    code = clients.consent()
    answers = []
    clients.market.before_commit(lambda: answers.append(clients.token(code)))
    answers.append(clients.token(code))
    first, second = answers
    assert first.status == 200
    assert second.code == "ERROAUTH4031"
    assert clients.profile(first.data["access_token"]).code == "ERROAUTH4030"
    assert clients.refresh(first.data["refresh_token"]).status == 400


def test_one_refresh_token_two_refreshes_at_once(clients: Clients) -> None:
    token = clients.tokens()["refresh_token"]
    answers = []
    clients.market.before_commit(lambda: answers.append(clients.refresh(token)))
    answers.append(clients.refresh(token))
    assert answers[0].data == answers[1].data


def test_a_lost_answer_costs_the_person_another_log_in(clients: Clients) -> None:
    """A code that comes again may be a copy; that it may be the same client is not enough."""
    code = clients.consent()
    clients.market.lose_answer()
    assert clients.token(code).status == 500
    assert clients.token(code).code == "ERROAUTH4031"
    assert clients.token(clients.consent()).status == 200


def test_nothing_of_it_is_logged(
    clients: Clients, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for handler_ in (log.registered_handler, *log.handlers):
        monkeypatch.setattr(handler_, "stream", sys.stdout, raising=False)
    code = clients.consent()
    tokens = clients.token(code).data
    profile = clients.profile(tokens["access_token"]).data
    clients.token(code)
    clients.refresh("x" + tokens["refresh_token"])
    written = capsys.readouterr()
    for secret in (code, tokens["access_token"], tokens["refresh_token"], *profile.values()):
        assert not secret or secret not in written.out + written.err
