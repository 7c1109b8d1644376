"""The control pages of the outside world: who exists there, what goes wrong there, and what its books say."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import urllib3

from sandbox.demo.api import NoAnswer, Stopped
from sandbox.world.people import Person

PATIENCE_SECONDS = 30.0
AT_ONCE = 200


class Outside:
    """Everything here may be repeated, so a world that was killed meanwhile is asked again."""

    def __init__(self, world_url: str, stop: threading.Event) -> None:
        self._url = world_url
        self._stop = stop
        self._pool = urllib3.PoolManager()

    # civil registry ----------------------------------------------------------------------------------------------
    def register(self, people: Sequence[Person]) -> None:
        """Enter people into the civil registry (not those whom it must not know)."""
        records = [record for person in people if (record := person.record()) is not None]
        for start in range(0, len(records), AT_ONCE):
            self._post("/control/registry/people", {"people": records[start : start + AT_ONCE]})

    def behave(self, stand_in: str, mode: str, **more: Any) -> None:
        """Make a stand-in ``down``, ``slow``, ``lossy`` or ``up`` again."""
        self._post(f"/control/{stand_in}", {"mode": mode, **more})

    # payment providers -------------------------------------------------------------------------------------------
    def add_payment_client(self, **client: str) -> None:
        """Let the programme call a payment provider."""
        self._post("/snap/control/clients", client)

    def open_accounts(self, accounts: Sequence[dict[str, Any]]) -> None:
        """Open bank accounts and wallets."""
        for start in range(0, len(accounts), AT_ONCE):
            self._post("/snap/control/accounts", list(accounts[start : start + AT_ONCE]))

    def break_payments(self, what: str, **conditions: Any) -> None:
        """Put a fault of the providers in force."""
        self._post("/snap/control/faults", {"what": what, **conditions})

    def mend_payments(self) -> None:
        """End all faults of the providers."""
        self._post("/snap/control/faults/clear", {})

    def configure_payments(self, provider: str, **settings: Any) -> None:
        """Change how a provider works."""
        self._post("/snap/control/settings", {"provider": provider, **settings})

    def callback_keys(self, providers: Iterable[str]) -> dict[str, str]:
        """What the call-backs of some providers are verified with, by name."""
        keys = self._ask("GET", "/snap/control/keys", None)
        return {provider: keys[provider.lower()] for provider in providers}

    def callbacks(self) -> list[dict[str, Any]]:
        """Every call-back that a provider has planned, sent or lost."""
        sent: list[dict[str, Any]] = self._ask("GET", f"/snap/control/callbacks?limit={10**6}", None)
        return sent

    def payment_faults(self) -> dict[str, int]:
        """How often each kind of fault in force has struck."""
        struck: Counter[str] = Counter()
        for fault in self._ask("GET", "/snap/control/faults", None):
            struck[fault["what"]] += fault["fired"]
        return dict(struck)

    def settlement_file(self, provider: str, day: date) -> bytes:
        """The CSV that a provider puts out about a day (WIB); of today, as far as it has gone."""
        path = f"/snap/control/settlement?provider={provider.lower()}&day={day.isoformat()}&early=1"
        return self._answer("GET", path, None).data

    def books(self) -> dict[str, Any]:
        """What the providers say was paid."""
        books: dict[str, Any] = self._ask("GET", "/snap/control/books", None)
        return books

    # message providers -------------------------------------------------------------------------------------------
    def facts(self, stand_in: str) -> dict[str, Any]:
        """What a stand-in has counted."""
        facts: dict[str, Any] = self._ask("GET", f"/control/{stand_in}", None)["facts"]
        return facts

    def _post(self, path: str, document: Any) -> Any:
        return self._ask("POST", path, document)

    def _ask(self, method: str, path: str, document: Any) -> Any:
        return self._answer(method, path, document).json()

    def _answer(self, method: str, path: str, document: Any) -> urllib3.BaseHTTPResponse:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._pool.request(method, self._url + path, json=document, timeout=20.0, retries=False)
                if answer.status < 500:
                    break
            except urllib3.exceptions.HTTPError as error:
                if time.monotonic() > until:
                    raise NoAnswer(f"{path} of the outside world does not answer") from error
            if self._stop.wait(0.5):
                raise Stopped
        if answer.status >= 400:
            raise ValueError(f"{path}: {answer.data[:300]!r}")
        return answer
