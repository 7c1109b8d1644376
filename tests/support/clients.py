"""Log in with Prakerja, for tests: two clients, the person they ask, and the calls by which they fetch and read.

Client ``kelas`` is of before 2026 and knows no PKCE; client ``baru`` must use it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from prakerja.partners.signature import sign
from prakerja.platform.access_patterns import PARTNER
from prakerja.platform.parts import update
from prakerja.sso.model import challenge_of
from tests.support import market as partners_host
from tests.support.market import Market
from tests.support.site import Site
from tests.support.visiting import Seen, Visitor
from tests.support.world import World

BACK, FAILED = "https://kelas.example.test/masuk", "https://kelas.example.test/gagal"
ALL_SCOPES = "name email prakerjaid notelp"
VERIFIER = "a-verifier-that-nobody-can-guess-0123456789"
CONSENT = "/consent-sso"
OAUTH = "/api/v1/oauth"
PROFILE = "/api/v1/resource/user_profile"


@dataclass
class Answer:
    """What a client gets."""

    status: int
    body: dict[str, Any] = field(repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """Of a success, whose envelope is the contract's."""
        assert self.status == 200, self.body
        assert {name: text for name, text in self.body.items() if name != "data"} == {
            "message": "no error",
            "success": True,
            "errorCode": "0",
        }
        found: dict[str, Any] = self.body["data"]
        return found

    @property
    def code(self) -> str:
        """Of a failure, whose envelope is the contract's."""
        assert self.status == 400, self.body
        assert set(self.body) == {"code", "message", "success"}
        assert self.body["success"] is False
        assert self.body["message"]
        return str(self.body["code"])


class Clients:
    """``lpk`` and ``toko`` of the market take part; ``lpk`` has no PKCE, ``toko`` must use it."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSO_SECRET", "SSO_SECRET")
        self.market = Market(world, monkeypatch)
        self.site = Site(world, monkeypatch, market=self.market)
        self.world = world
        for client, pkce in (("lpk", False), ("toko", True)):
            take_part(self.world, client, pkce_required=pkce)
        self.member = self.market.member()
        self.who: Visitor = self.site.signed_in(self.member.person_id)

    # the browser --------------------------------------------------------------------------------------------------
    def page(self, client: str = "lpk", **changes: str) -> Seen:
        """The consent page that a client's link leads to."""
        return self.who.open(f"{CONSENT}?{self.query(client, **changes)}")

    def query(self, client: str = "lpk", **changes: str) -> str:
        """As a client writes it; ``changes`` that are empty are left out."""
        asked = {
            "client_id": client,
            "client_name": "Nama Palsu",
            "login_uri": FAILED,
            "redirect_uri": BACK,
            "scope": ALL_SCOPES,
            "state": "af0ifjsldkj",
        }
        if client == "toko":
            asked |= {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
        return urlencode({name: word for name, word in {**asked, **changes}.items() if word})

    def consent(self, client: str = "lpk", **changes: str) -> str:
        """The person agrees: the code."""
        page = self.page(client, **changes)
        return self.who.submit(page.forms[0], button="izinkan").query["code"]

    # the client's server ------------------------------------------------------------------------------------------
    def call(self, method: str, path: str, body: Any = None, **more: str) -> Answer:
        """One request of a client."""
        return ask_as_client(method, path, body, **more)

    def token(self, code: str, *, client: str = "lpk", **more: str) -> Answer:
        """Trade a code."""
        if client == "toko":
            more = {"code_verifier": VERIFIER, **more}
        return self.call("POST", f"{OAUTH}/token", {"code": code, **more}, client=client)

    def tokens(self, client: str = "lpk", **changes: str) -> dict[str, Any]:
        """All the way to tokens."""
        return self.token(self.consent(client, **changes), client=client).data

    def refresh(self, token: str, *, client: str = "lpk") -> Answer:
        """Trade a refresh token."""
        return self.call("POST", f"{OAUTH}/token/refresh", {"token": token}, client=client)

    def profile(self, token: str, *, client: str = "lpk") -> Answer:
        """Read."""
        return self.call("GET", PROFILE, client=client, authorization=token)

    def authorize(self, client: str = "lpk", *, signs: str = "path", key: str = "", **changes: str) -> Answer:
        """The signed request for the consent page's address; ``signs``: path, or path and query."""
        query, path = self.query(client, **changes), f"{OAUTH}/authorize"
        timestamp = str(int(self.world.clock.wall().timestamp()))
        signed = path if signs == "path" else f"{path}?{query}"
        signature = sign((key or self.market.keys[client]).encode(), client, timestamp, "GET", signed, "")
        return self.call("GET", path, client=client, query=query, x_timestamp=timestamp, x_signature=signature)


def ask_as_client(
    method: str, path: str, body: Any = None, *, client: str = "lpk", query: str = "", **headers: str
) -> Answer:
    """One request with the client's name in it, to the function as it is deployed. Underscores become hyphens."""
    made = {"x-client-id": client, **{name.replace("_", "-"): text for name, text in headers.items()}}
    event: dict[str, Any] = {
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name: text for name, text in made.items() if text},
        "requestContext": {"requestId": "request-1", "stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = dict(parse_qsl(query))
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    response = partners_host.handler(event, None)  # type: ignore[attr-defined]  # where the recorder puts its own
    return Answer(response["statusCode"], json.loads(response["body"]))


def take_part(world: World, client: str, **changes: Any) -> None:
    """Register a partner's addresses for log in with Prakerja, as an operator would."""
    terms = {"sso_redirect_uris": [BACK], "sso_login_uris": [FAILED], "pkce_required": False, **changes}
    world.table.commit(update(PARTNER, set=terms, client_code=client))
