"""Log in with Prakerja in every habit of real clients, over real sockets: authorize, token, profile, refresh."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from functions.partner_api.routes import ENDPOINTS
from prakerja.partners.signature import sign, sign_strongly
from prakerja.platform.ids import RandomIds
from prakerja.sso.model import Asked
from prakerja.sso.service.asking import give_consent
from tests.contract.partner.client import PREFIX
from tests.contract.partner.habits import HABITS, Habit
from tests.contract.partner.target import Here, a_market_here
from tests.contract.partner.wire_client import Reply, send_once
from tests.support.clients import ALL_SCOPES, BACK, FAILED, OAUTH, PROFILE, take_part

AUTHORIZE, TOKEN, REFRESH = (f"{OAUTH}/{name}" for name in ("authorize", "token", "token/refresh"))
TOKENS = ("access_token", "expires_in", "refresh_token", "scope", "token_type")
PERSON = ("dp_user_id", "email", "name", "no_prakerja", "phone_number", "user_id")
NAMES = ("X-Client-Id", "X-Timestamp", "X-Signature")


class Shop:
    """Client ``lpk``, which does everything in one habit."""

    def __init__(self, here: Here, habit: Habit, consents: Iterator[int]) -> None:
        self._here, self._habit, self._consents = here, habit, consents
        shouts = habit.names[0].isupper()
        self._names = tuple(name.upper() if shouts else name for name in NAMES)

    def authorize(self) -> Reply:
        """The one request that is signed; its query is not, under the contract's signature."""
        asked = {"client_id": "lpk", "redirect_uri": BACK, "login_uri": FAILED, "scope": ALL_SCOPES, "state": "a b"}
        stamp, key = str(self._here.now()), self._here.keys["lpk"]
        if self._habit.strong:
            target, nonce = _with(self._habit.signed_path(AUTHORIZE), asked), f"nonce-{RandomIds().new()}"
            mark = sign_strongly(key.encode(), "lpk", stamp, nonce, "GET", target, b"")
            signed = {"Prakerja-Client": "lpk", "Prakerja-Timestamp": stamp, "Prakerja-Nonce": nonce}
            signed["Prakerja-Signature"] = mark
        else:
            mark = sign(key.encode(), "lpk", stamp, "GET", self._habit.signed_path(AUTHORIZE), "")
            signed = dict(zip(self._names, ("lpk", stamp, mark), strict=True))
        return self._send("GET", _with(self._habit.sent_path(AUTHORIZE), asked), signed)

    def code(self) -> str:
        """A person agrees."""
        (who,) = [
            item for item in self._here.market.world.items("programme") if item.get("card_number", "")[-1:] == "1"
        ]
        asked = Asked(client_id="lpk", redirect_uri=BACK, scope=ALL_SCOPES)
        person_id, key = who["pk"].partition("#")[2], f"form-{next(self._consents)}"
        address = give_consent(self._here.market.world.platform, "forms", person_id=person_id, asked=asked, key=key)
        assert address is not None
        return parse_qs(urlsplit(address).query)["code"][0]

    def token(self, code: str) -> Reply:
        return self._post(TOKEN, {"code": code})

    def refresh(self, token: str) -> Reply:
        return self._post(REFRESH, {"token": token})

    def profile(self, token: str, scheme: str) -> Reply:
        named = {self._names[0]: "lpk", "Authorization": f"{scheme}{token}"}
        return self._send("GET", self._habit.sent_path(PROFILE), named)

    def _post(self, path: str, body: Mapping[str, str]) -> Reply:
        sent = self._habit.spelling({**body, "catatan": "R&D <uji> é/ñ 𝄞"})[0].encode()
        return self._send("POST", self._habit.sent_path(path), {self._names[0]: "lpk"}, sent)

    def _send(self, method: str, path: str, named: Mapping[str, str], body: bytes = b"") -> Reply:
        how = {"chunks": self._habit.chunks if body else 0, "version": self._habit.version}
        return send_once(self._here.base_url, method, path, {**self._habit.headers, **named}, body, **how)


def _with(path: str, query: Mapping[str, str]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with a_market_here() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSO_SECRET", "SSO_SECRET")
        take_part(made.market.world, "lpk")
        yield made


@pytest.fixture(scope="module")
def consents() -> Iterator[int]:
    return itertools.count()


def _data(reply: Reply, names: tuple[str, ...]) -> dict[str, Any]:
    """Of a success, in the envelope of these endpoints: text in every field."""
    assert reply.status == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    body = reply.body
    assert {name: word for name, word in body.items() if name != "data"} == {
        "success": True,
        "message": "no error",
        "errorCode": "0",
    }
    data: dict[str, Any] = body["data"]
    assert tuple(sorted(data)) == names
    assert all(isinstance(word, str) for word in data.values())
    return data


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_logging_in_works_in_every_habit(here: Here, habit: Habit, consents: Iterator[int]) -> None:
    shop = Shop(here, habit, consents)
    address = urlsplit(_data(shop.authorize(), ("redirect_url",))["redirect_url"])
    assert (address.path, parse_qs(address.query)["state"]) == ("/consent-sso", ["a b"])
    tokens = _data(shop.token(shop.code()), TOKENS)
    assert (tokens["token_type"], tokens["scope"], tokens["expires_in"].isdigit()) == ("Bearer", ALL_SCOPES, True)
    person = _data(shop.profile(tokens["access_token"], ""), PERSON)
    assert all(person[name] for name in ("name", "email", "no_prakerja", "phone_number", "user_id"))
    after = _data(shop.refresh(tokens["refresh_token"]), TOKENS)
    assert after["access_token"] != tokens["access_token"]
    assert _data(shop.profile(after["access_token"], "Bearer "), PERSON) == person


@pytest.mark.parametrize("habit", [HABITS[0], HABITS[-1]], ids=lambda habit: habit.name)
def test_what_is_not_good_is_refused_in_the_contracts_words(here: Here, habit: Habit, consents: Iterator[int]) -> None:
    shop = Shop(here, habit, consents)
    code = shop.code()
    assert shop.token(code).status == 200
    refused = [shop.token(code), shop.token("x" * 43), shop.refresh("x"), shop.profile("x", "Bearer ")]
    assert [(reply.status, reply.body["code"]) for reply in refused] == [
        *[(400, "ERROAUTH4031")] * 2,
        (400, "ERRSSO40006"),
        (400, "ERROAUTH4030"),
    ]
    for reply in refused:
        assert set(reply.body) == {"code", "message", "success"}


def test_all_endpoints_of_logging_in_are_among_them() -> None:
    paths = {endpoint.path for endpoint in ENDPOINTS if not endpoint.path.startswith(PREFIX)}
    assert paths == {AUTHORIZE, TOKEN, REFRESH, PROFILE}
