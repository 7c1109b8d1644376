"""Our own three APIs on one world, reached as through the gateway, with a stand-in for everything outside.

``Apis.call`` finds the function that serves a path, as the gateway does. People's tokens are made with the key that
``sign_in`` would use; operators' tokens come from an issuer that lives in this file.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from moto.backends import get_backend

from functions.operator_api import routes_ledger
from functions.operator_api.handler import handler as operator_api
from functions.participant_api import routes_waves
from functions.participant_api.handler import handler as participant_api
from functions.partner_api.handler import handler as partner_api
from functions.sign_in import answers
from functions.sign_in.handler import handler as sign_in
from functions.site.handler import handler as site
from prakerja import principals, wiring
from prakerja.platform.auth import Role
from prakerja.platform.clock import SystemClock
from prakerja.platform.http import Api
from prakerja.platform.settings import settings
from prakerja.registration.tokens import TokenKeys
from tests.contract.snap.standin import Bank
from tests.support.market import Market
from tests.support.outside import MemoryArchive
from tests.support.statements import MemoryFiles
from tests.support.wired import request
from tests.support.world import MOTO_ACCOUNT, REGION, World

ISSUER, CLIENT_ID, KID = "https://operators.test", "console", "operators-1"
TOKEN_SECRET = "TOKEN_SECRET for tests"
APIS: Mapping[str, Api] = {"sign_in": sign_in, "participant_api": participant_api, "operator_api": operator_api}
HANDLERS: dict[str, Callable[[dict[str, Any], Any], dict[str, Any]]] = {**APIS, "site": site}
"""Whatever the main host's functions are called by: the APIs, and the pages."""
DEAD, ALIVE = "notify-dead", "notify"
SESSION_ID = "00000000-0000-4000-8000-00000000beef"
HOUR = 3600
_SIGN_IN = ("/masuk", "/v1/sign-in", "/v1/contacts", "/v1/sessions", "/.well-known/", "/docs/sign-in")


@dataclass(frozen=True)
class Answer:
    """What came back. ``body`` is JSON, if it is JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def slug(self) -> str:
        """Which problem it is, or "" for a good answer."""
        return str(self.body["type"]).rpartition("/")[2] if self.status >= 400 else ""


@lru_cache
def operator_key() -> RSAPrivateKey:
    """The key of the operators' issuer; made once, because that takes a while."""
    return generate_private_key(65537, 2048)


class _Jwks(jwt.PyJWKClient):
    """The real client of the issuer's key set, without a network."""

    def fetch_data(self) -> Any:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(operator_key().public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KID, "use": "sig", "alg": "RS256"}]}


class Apis:
    """Everything behind the main API's host, on one world."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.market = Market(world, monkeypatch)
        self.banks = {name: Bank.open(name, clock=world.clock) for name in ("BNI", "LINKAJA")}
        self.bank = self.banks["LINKAJA"]
        self.archive = MemoryArchive()
        self.statements = MemoryFiles()
        forget_caches()
        queues = {name: wiring.sqs().create_queue(QueueName=name)["QueueUrl"] for name in (ALIVE, DEAD)}
        self.dead_letters = queues[DEAD]
        for name, value in {
            "OPERATOR_ISSUER": ISSUER,
            "OPERATOR_CLIENT_ID": CLIENT_ID,
            "OPERATOR_JWKS_URL": f"{ISSUER}/jwks.json",
            "SNAP_SECRET": "SNAP_SECRET",
            "QUEUE_URLS": json.dumps({ALIVE: queues[ALIVE]}),
            "DEAD_LETTER_QUEUE_URLS": json.dumps({ALIVE: queues[DEAD]}),
        }.items():
            monkeypatch.setenv(name, value)
        jwks = _Jwks(f"{ISSUER}/jwks.json")
        monkeypatch.setattr(principals, "_operator_keys", lambda: jwks)
        monkeypatch.setattr(wiring, "_face_check", lambda *_: self.market.faces)
        monkeypatch.setattr(wiring, "_providers", lambda _: {name: bank.provider for name, bank in self.banks.items()})
        monkeypatch.setattr(routes_waves, "archive", lambda: self.archive)
        monkeypatch.setattr(routes_ledger, "statement_files", lambda: self.statements)
        forget_caches()
        for keys in ("/.well-known/jwks.json", "/v1/receipt-keys"):  # looking at them publishes them
            self.call("GET", keys)

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "", query: str = "", **headers: str
    ) -> Answer:
        """One request. Underscores in header names become hyphens."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        event = request(method, path, body, **headers)
        event["rawQueryString"], event["queryStringParameters"] = query, dict(parse_qsl(query))
        return self.send(event)

    def send(self, event: dict[str, Any]) -> Answer:
        """One event, to the function that serves its path."""
        response = self.handle(event)
        return Answer(response["statusCode"], response["headers"], response.get("body") or "")

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The response of that function."""
        return HANDLERS[function_of(event["rawPath"])](event, None)

    def partner(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One event on the partners' host: (status, envelope)."""
        response = partner_api(event, None)
        return response["statusCode"], json.loads(response["body"])

    # who is asking ------------------------------------------------------------------------------------------------
    def person_token(self, person_id: str, *, session_id: str = SESSION_ID, **claims: Any) -> str:
        """A person's access token, good for an hour of the machine's clock; ``claims`` replace the usual ones."""
        now = int(SystemClock().wall().timestamp())
        keys = TokenKeys.of(TOKEN_SECRET)
        usual = {"iss": settings().token_issuer, "aud": "participant", "iat": now, "exp": now + HOUR}
        payload = {**usual, "sub": person_id, "sid": session_id, **claims}
        return jwt.encode(payload, keys.signer.private_key, algorithm="EdDSA", headers={"kid": keys.signer.kid})

    def operator_token(self, sub: str = "op-1", roles: tuple[str, ...] = tuple(Role), **claims: Any) -> str:
        """An operator's ID token."""
        now = int(SystemClock().wall().timestamp())
        usual = {"iss": ISSUER, "aud": CLIENT_ID, "iat": now, "exp": now + HOUR, "token_use": "id"}
        signed_in = int(self.world.clock.wall().timestamp())
        payload = {**usual, "sub": sub, "auth_time": signed_in, "cognito:groups": list(roles), **claims}
        return jwt.encode(payload, operator_key(), algorithm="RS256", headers={"kid": KID})

    # looking ------------------------------------------------------------------------------------------------------
    def rewind(self) -> Callable[[], None]:
        """A way back to this moment and to what the tables hold now, however often."""
        tables = get_backend("dynamodb")[MOTO_ACCOUNT][REGION].tables
        kept = {name: copy.deepcopy(table.items) for name, table in tables.items()}
        moment, ahead = self.world.clock.now, self.world.clock.ahead

        def back() -> None:
            for name, items in kept.items():
                tables[name].items = copy.deepcopy(items)
            self.world.clock.now, self.world.clock.ahead = moment, ahead

        return back

    @contextmanager
    def written(self) -> Iterator[list[str]]:
        """The names of the DynamoDB calls made inside that changed something."""
        writes: list[str] = []

        def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
            done = parsed["ResponseMetadata"]["HTTPStatusCode"] == 200
            if done and model.name.startswith(("Transact", "Put", "Update", "Delete", "BatchWrite")):
                writes.append(model.name)

        events = self.world.client.meta.events
        events.register("after-call.dynamodb", note)
        try:
            yield writes
        finally:
            events.unregister("after-call.dynamodb", note)


def forget_caches() -> None:
    """What a process keeps between requests, and another world must not see."""
    for cache in (settings, answers._published, routes_waves.signer, wiring.client):
        cache.cache_clear()


def function_of(path: str) -> str:
    """The function that the gateway sends a path of the main host to."""
    if path.startswith(_SIGN_IN):
        return "sign_in"
    if path.startswith(("/operator/v1/", "/docs/operator")):
        return "operator_api"
    return "participant_api" if path.startswith(("/v1/", "/docs/participant")) else "site"
