"""Our client against the stand-in provider without a network: same bytes, same checks, a clock that tests move."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from starlette.types import ASGIApp

from prakerja.gateways.http import OutsideUnavailable
from prakerja.gateways.snap import PROFILES, Credentials, SnapProvider
from prakerja.payouts.answers import AccountQuestion, PreparedRequest, TransferOrder
from sandbox.world.snap import Courier, Engine, report, serve
from sandbox.world.snap.books import Account, Client
from sandbox.world.snap.wire import Reply, Request
from tests.support.clock import FixedClock

AMOUNT = 600_000
FUNDS = 1_000_000_000
SOURCE = "0987654321"
NUMBERS = {
    "BNI": "0123456789",
    "BCA": "0123456789",
    "OVO": "6281234567890",
    "GOPAY": "6281234567890",
    "DANA": "6281234567890",
    "LINKAJA": "6281234567890",
}
BY_THE_STANDARD = ("BNI", "LINKAJA")
"""A bank and a wallet without peculiarities of their own."""
HOLDER = "SITI AMINAH"


@lru_cache
def keys() -> tuple[str, str]:
    """A private and a public key, PEM; made once, because making them takes a while."""
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def secret_entry(name: str) -> dict[str, str]:
    """Our side of the agreement with a provider, as it stands in the secret."""
    return {
        "client_id": f"prakerja-{name.lower()}",
        "client_secret": f"secret of {name} for tests",
        "private_key": keys()[0],
        "source_account": SOURCE,
        "channel_id": "95221",
    }


def client_entry(name: str) -> dict[str, str]:
    """The provider's side of it."""
    entry = secret_entry(name)
    return {
        "provider": name.lower(),
        "public_key": keys()[1],
        **{key: entry[key] for key in ("client_id", "client_secret", "source_account")},
    }


@dataclass
class InProcess:
    """Carries requests to an engine. What the provider loses, the caller waits for in vain; no time passes."""

    engine: Engine
    provider: str
    refusing: bool = False
    """Nothing listens at the provider's address."""
    patience: float = 10
    """Seconds; who answers later is not heard."""
    courier: Courier | None = None
    """Delivers what comes before an answer."""
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        if self.refusing:
            raise OutsideUnavailable(self.provider, "no connection", sent=False)
        self.sent.append((path, dict(headers), body))
        lower = {name.lower(): value for name, value in headers.items()}
        reply = self.engine.handle(Request(self.provider, "POST", path, lower, body))
        self.replies.append(reply)
        if self.courier is not None:
            self.courier.deliver(reply.first)
        if reply.lost or reply.delay_seconds > self.patience:
            raise OutsideUnavailable(self.provider, "time-out")
        return reply.status, reply.body


@dataclass
class Bank:
    """One provider with a funded source account and one good destination, and our client for it."""

    name: str
    clock: FixedClock
    engine: Engine
    transport: InProcess
    provider: SnapProvider
    count: int = 0

    @classmethod
    def open(
        cls, name: str, funds: int = FUNDS, *, clock: FixedClock | None = None, callback_url: str = "", seed: int = 1
    ) -> Bank:
        clock = clock or FixedClock()
        engine = Engine(":memory:", clock.wall, seed)
        engine.add_client(Client(**client_entry(name), callback_url=callback_url))
        engine.add_accounts(
            Account(name.lower(), SOURCE, "PMO PRAKERJA", balance=funds),
            Account(name.lower(), NUMBERS[name], HOLDER),
        )
        transport = InProcess(engine, name.lower())
        provider = SnapProvider(PROFILES[name], Credentials.of(secret_entry(name)), transport, clock.wall)
        return cls(name, clock, engine, transport, provider)

    def external_id(self) -> str:
        self.count += 1
        return self.provider.external_id(self.clock.wall(), f"{self.count:011d}")

    def prepare(self, payout: str = "payout-1", attempt: int = 1, **changes: Any) -> PreparedRequest:
        at = self.clock.wall()
        terms: dict[str, Any] = {
            "reference": self.provider.reference(payout, attempt, at),
            "amount": AMOUNT,
            "account_number": NUMBERS[self.name],
            "holder_name": HOLDER,
            "note": "Insentif Prakerja",
            "at": at,
        }
        return self.provider.prepare_transfer(TransferOrder(**{**terms, **changes}))

    def question(self, **changes: Any) -> AccountQuestion:
        at = self.clock.wall()
        terms: dict[str, Any] = {
            "reference": self.provider.reference("inquiry", 1, at),
            "account_number": NUMBERS[self.name],
            "holder_name": HOLDER,
            "amount": AMOUNT,
            "at": at,
        }
        return AccountQuestion(**{**terms, **changes})

    def books(self) -> dict[str, Any]:
        books = report.books(self.engine)
        assert books["agrees"], "the judge's own books must be sane"
        one: dict[str, Any] = books["providers"][self.name.lower()]
        return one

    def credits(self) -> int:
        number: int = self.books()["totals"]["credits"]
        return number


def serving(engine: Engine) -> AbstractContextManager[str]:
    """The engine behind HTTP on a free port; its base address."""
    return serving_app(serve(engine), lifespan="off")


@contextmanager
def serving_app(app: ASGIApp, lifespan: Literal["on", "off"] = "on") -> Iterator[str]:
    """An application on a free port; its base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan=lifespan, ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit, server.force_exit = True, lifespan == "off"
        thread.join(5)
        listener.close()
