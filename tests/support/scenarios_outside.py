"""The outside world of the scenarios, in this process: the sandbox's own registry, inbox, beacon and payment provider.

Our real adapters reach them in the place of their sockets. Everything is in memory, so a fork copies it.
"""

from __future__ import annotations

import json
import sqlite3
from threading import RLock
from typing import Any

from prakerja.gateways.http import Endpoint
from sandbox.world.beacon import Beacon
from sandbox.world.face import Faces
from sandbox.world.face import Question as Photo
from sandbox.world.messages import Email, Messages, Sms
from sandbox.world.registry import Question, RegisteredPerson, Registry
from sandbox.world.snap import Engine, report
from sandbox.world.snap.books import Account, Client
from sandbox.world.snap.wire import Request
from tests.contract.snap.standin import FUNDS, SOURCE, client_entry
from tests.support.clock import FixedClock
from tests.support.people import Someone

PROVIDER = "LINKAJA"
CALLBACKS = f"https://partner.test/callbacks/snap/{PROVIDER.lower()}"
Reply = tuple[int, dict[str, str], bytes]


def address(system: str) -> str:
    """The base URL of an outside system."""
    return f"https://{system}.test"


class OutsideWorld:
    """Answers what our adapters ask. ``down`` names the systems that are away."""

    def __init__(self, clock: FixedClock) -> None:
        book = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        book.row_factory = sqlite3.Row
        self._book = book
        self._turn = RLock()
        self.registry = Registry(book, clock.wall)
        self.faces = Faces(book, clock.wall, self.registry)
        self.messages = Messages(book, clock.wall)
        self.beacon = Beacon(book, clock.wall, period=30)
        self.bank = Engine(":memory:", clock.wall)
        self.bank.add_client(Client(**client_entry(PROVIDER), callback_url=CALLBACKS))
        self.bank.add_accounts(Account(PROVIDER.lower(), SOURCE, "PMO PRAKERJA", balance=FUNDS))
        self.down: set[str] = set()

    def __call__(self, endpoint: Endpoint, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        with self._turn:  # tests race in threads, but an event loop serves one request after the other
            return self._answer(endpoint, method, path, body, headers)

    def _answer(self, endpoint: Endpoint, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        system = endpoint.base_url.removeprefix("https://").partition(".")[0]
        if system in self.down:
            return 503, {}, b""
        if system == "bank":
            return self._bank(endpoint, method, path, body, headers)
        if system == "beacon":
            return self._beacon(path)
        if system == "registry":
            return _json(200, self.registry.verify(Question.model_validate_json(body)))
        if system == "face":
            return _json(200, self.faces.match(Photo.model_validate_json(body)))
        model: type[Sms | Email] = Sms if system == "sms" else Email
        return _json(202, self.messages.accept(system, model.model_validate_json(body)))

    # people ----------------------------------------------------------------------------------------------------------
    def know(self, who: Someone, **changes: Any) -> None:
        """The registry has a record of somebody, and the provider a wallet."""
        record = {
            "nik": who.nik,
            "family_card_number": who.family_card_number,
            "full_name": who.full_name,
            "birth_date": who.birth_date,
            "mother_name": who.mother_name,
        }
        self.registry.register([RegisteredPerson(**{**record, **changes})])
        self.bank.add_accounts(Account(PROVIDER.lower(), who.phone.lstrip("+"), who.full_name.upper(), nik=who.nik))

    # what is to be judged -------------------------------------------------------------------------------------------
    def sent(self, to: str = "") -> list[dict[str, Any]]:
        """Texts that people got, newest first."""
        return self.messages.find(to=to, limit=1000)

    def look_ups(self) -> int:
        """How often the registry was asked."""
        return int(self.registry.facts()["look_ups"])

    def books(self) -> dict[str, Any]:
        """What the provider has paid."""
        books: dict[str, Any] = report.books(self.bank, PROVIDER.lower())["providers"][PROVIDER.lower()]
        return {name: books[name] for name in ("credits_by_reference", "rupiah_by_account", "totals")}

    def _bank(self, endpoint: Endpoint, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        lower = {name.lower(): value for name, value in headers.items()}
        reply = self.bank.handle(Request(PROVIDER.lower(), method, path, lower, body))
        if reply.lost:
            raise endpoint.unavailable("time-out")
        return reply.status, {}, reply.body

    def _beacon(self, path: str) -> Reply:
        if path == "/info":
            return _json(200, self.beacon.info())
        number = int(path.rpartition("/")[2])
        return _json(200, self.beacon.round(number)) if number <= self.beacon.latest() else (425, {}, b"")


def _json(status: int, document: object) -> Reply:
    return status, {"content-type": "application/json"}, json.dumps(document).encode()
