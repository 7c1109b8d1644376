"""A pretended payment provider, without HTTP: give it a request, get a reply, look at its books.

Order of checks: route and method, headers, time form, client, clock, signature, token, rate, X-EXTERNAL-ID, body,
duplicate reference, business rules, credit. One call is one transaction, so a killed process leaves whole calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import accounts, spoil, statements, transfers
from .books import Account, Books, Client, Transfer, settings, stored
from .callbacks import Callback, Callbacks
from .desk import Desk
from .faults import Fault, Faults
from .moves import Moves
from .profiles import PROFILES, ROLES, TOKEN, CallbackStyle, Profile
from .rows import Reader
from .settings import SETTINGS, changed
from .verify import bearer, caller
from .wire import Refused, Reply, Request, refuse, say

_WORK: Mapping[str, Callable[[Desk, dict[str, Any]], Reply]] = {
    "11": accounts.balance,
    "15": accounts.bank_account,
    "16": accounts.bank_account,
    "37": accounts.wallet_account,
    **dict.fromkeys(("17", "18", "38"), transfers.transfer),
    **dict.fromkeys(("36", "39"), transfers.status),
    "12": statements.history,
    "14": statements.bank_statement,
}
_AHEAD = "clock_ahead_seconds"


class Engine:
    """All providers on one set of books. ``clock`` answers aware times; ``seed`` decides tokens and rates."""

    def __init__(self, path: Path | str, clock: Callable[[], datetime], seed: int = 1) -> None:
        self.books = Books(path)
        self.faults = Faults(self.books, seed)
        self.callbacks = Callbacks(self.books, self.faults, self.profile)
        self.seed = seed
        self._clock = clock
        self._ahead = timedelta(seconds=int(settings(self.books, "").get(_AHEAD, "0")))
        self._profiles: dict[str, Profile] = {}
        self._moves = Moves(self.books, self.callbacks, self.profile)

    def close(self) -> None:
        self.books.close()

    def now(self) -> datetime:
        """The providers' time: the given clock, and what it was advanced by."""
        return self._clock() + self._ahead

    def advance(self, seconds: int) -> datetime:
        """Move the providers' clock forward for good; the new time. Callers' clocks then look slow to them."""
        with self.books.atomic():
            self._ahead += timedelta(seconds=seconds)
            ahead = str(int(self._ahead.total_seconds()))
            self.books.run("INSERT OR REPLACE INTO settings VALUES ('', ?, ?)", _AHEAD, ahead)
            self._settle_due(self.now())
            return self.now()

    def handle(self, request: Request) -> Reply:
        """One call to a provider. Never raises for what the caller sends."""
        with self.books.atomic():
            now = self.now()
            self._settle_due(now)
            profile = self.profile(request.provider)
            service = profile.service(request.path.partition("?")[0]) if profile else None
            if profile is None or service is None or request.method != "POST":
                return say(service or "00", 405, "00")
            body = _object(request.body)
            reference = str(body.get("partnerReferenceNo") or body.get("originalPartnerReferenceNo") or "")
            account = str(body.get("beneficiaryAccountNo") or body.get("customerNumber") or "")
            fault = self.faults.pick(profile.name, ROLES[service], reference, account, now)
            self.callbacks.race.clear()
            for copy in (fault, None) if fault and fault.what == "arrives_twice" else (fault,):
                reply = self._reply(profile, service, request, body, now, copy)
                self.books.insert(
                    "calls",
                    provider=profile.name,
                    at=stored(now),
                    service=service,
                    reference=reference,
                    external_id=request.headers.get("x-external-id", ""),
                    fault=fault.what if fault else "",
                    status=reply.status,
                    code=reply.code,
                )
            return replace(reply, first=tuple(self.callbacks.race))

    def profile(self, provider: str) -> Profile | None:
        """A provider as it is set now."""
        name = provider.lower()
        if name not in PROFILES:
            return None
        if name not in self._profiles:
            self._profiles[name] = changed(PROFILES[name], settings(self.books, name))
        return self._profiles[name]

    def configure(self, provider: str, **changes: str) -> None:
        """Change a provider: ``configure("bni", dedup="off")``. Raises ValueError."""
        name = provider.lower()
        if name not in PROFILES or not set(changes) <= set(SETTINGS):
            raise ValueError(f"known providers: {', '.join(PROFILES)}; settings: {', '.join(SETTINGS)}")
        changed(PROFILES[name], changes)
        for setting, value in changes.items():
            self.books.run("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", name, setting, value)
        self._profiles.pop(name, None)

    def add_client(self, client: Client) -> None:
        """Let somebody call a provider."""
        with self.books.atomic():
            self.books.put_client(client)

    def add_accounts(self, *accounts: Account) -> None:
        """Open accounts or change their terms."""
        with self.books.atomic():
            for account in accounts:
                self.books.put_account(account, self.now())

    def add_fault(self, what: str, **conditions: Any) -> int:
        """Put a fault in force; its id. Raises ValueError."""
        with self.books.atomic():
            return self.faults.add(Fault.of({"what": what, **conditions}), self.now())

    def settle(self, provider: str, reference: str, outcome: str) -> None:
        """End a pending transfer by hand: ``SUCCESS`` or ``FAILED``. Raises ValueError."""
        with self.books.atomic():
            self._moves.settle(self._one(provider, reference, "PENDING"), outcome, self.now())

    def refund(self, provider: str, reference: str) -> None:
        """Send a paid transfer back to the source account. Raises ValueError."""
        with self.books.atomic():
            self._moves.refund(self._one(provider, reference, "SUCCESS"), self.now())

    def settle_due(self) -> None:
        """Carry out what time has made due; every call does it, and so does reading the books."""
        with self.books.atomic():
            self._settle_due(self.now())

    def callback_key(self, provider: str) -> str:
        """What call-backs of a provider are verified with: its public key (PEM), or the key shared with it."""
        profile = PROFILES[provider.lower()]
        keys = self.callbacks.keys
        with self.books.atomic():
            shared = profile.callback is CallbackStyle.MIDTRANS
            return keys.shared(profile.name) if shared else keys.public(profile.name)

    def due_callbacks(self, among: Sequence[int] | None = None) -> list[Callback]:
        """Call-backs that may be sent now, oldest first (or those of certain ones that may)."""
        with self.books.atomic():
            self._settle_due(self.now())
            return self.callbacks.due(self.now(), among)

    def callback_answered(self, number: int, status: int, body: bytes = b"") -> None:
        """What the partner answered to a call-back; ``status`` 0: nothing. Without a 2xx it comes again."""
        with self.books.atomic():
            self.callbacks.answered(number, status, body, self.now())

    def next_callback_at(self) -> datetime | None:
        """When the next call-back, of those planned so far, is due on the clock that was given."""
        with self.books.atomic():
            at = self.callbacks.next_at()
        return at - self._ahead if at else None

    def reader(self, provider: str, role: str) -> Reader:
        """The source account of a provider's first client. Raises ValueError if nobody may call the provider."""
        self.settle_due()
        found = self.books.run("SELECT source_account FROM clients WHERE provider = ? ORDER BY rowid LIMIT 1", provider)
        if not found:
            raise ValueError(f"{provider} has no client")
        return self._reader(provider, found[0]["source_account"], role)

    def _reader(self, provider: str, source: str, role: str) -> Reader:
        return Reader(self.books, self.faults, provider, source, role, self.now())

    def _one(self, provider: str, reference: str, state: str) -> Transfer:
        rows = self.books.run(
            "SELECT id FROM transfers WHERE provider = ? AND reference = ? AND state = ?", provider, reference, state
        )
        if not rows:
            raise ValueError(f"{provider} has no {state} transfer {reference!r}")
        return self.books.transfer(rows[0]["id"])

    def _settle_due(self, now: datetime) -> None:
        due = self.books.run("SELECT id FROM transfers WHERE settles_at <= ? ORDER BY settles_at, id", stored(now))
        for row in due:
            transfer = self.books.transfer(row["id"])
            self._moves.settle(transfer, transfer.outcome or "FAILED", now)

    def _reply(
        self, profile: Profile, service: str, request: Request, body: dict[str, Any], now: datetime, fault: Fault | None
    ) -> Reply:
        nothing_done = spoil.before(fault, service) if fault else None
        if nothing_done:
            return nothing_done
        try:
            client = caller(self.books, profile, service, request, now)
            if service == TOKEN:
                reply = self._token(profile, client, body, now)
            else:
                self._admit(profile, client, service, request, now, fault)
                if not body:
                    raise refuse(service, 400, "00")
                reader = self._reader(profile.name, client.source_account, "statement")
                desk = Desk(self.books, self._moves, reader, profile, client, service, now, fault)
                reply = _WORK[service](desk, body)
        except Refused as refused:
            reply = refused.reply
        return spoil.after(fault, service, reply) if fault else reply

    def _admit(
        self, profile: Profile, client: Client, service: str, request: Request, now: datetime, fault: Fault | None
    ) -> None:
        what = fault.what if fault else ""
        if what == "signature_refused":
            raise refuse(service, 401, "00", "Invalid Signature")
        if not profile.asymmetric:
            token = bearer(service, request)
            if what == "token_expired":
                self.books.run("UPDATE tokens SET expires_at = '' WHERE token = ?", token)
            valid = "token = ? AND provider = ? AND client_id = ? AND expires_at > ?"
            values = (token, profile.name, client.client_id, stored(now))
            if not self.books.run(f"SELECT 1 FROM tokens WHERE {valid}", *values):
                raise refuse(service, 401, "01")
        if what == "rate_limited" or self._too_fast(profile, now):
            raise refuse(service, 429, "00")
        external_id = request.headers["x-external-id"]
        if len(external_id) > 36:
            raise refuse(service, 400, "01", "X-EXTERNAL-ID")
        if not self.books.new_external_id(client, external_id, now):
            raise refuse(service, 409, "00")

    def _too_fast(self, profile: Profile, now: datetime) -> bool:
        if not profile.calls_per_second:
            return False
        since = stored(now - timedelta(seconds=1))
        rows = self.books.run("SELECT count(*) AS n FROM calls WHERE provider = ? AND at > ?", profile.name, since)
        return int(rows[0]["n"]) >= profile.calls_per_second

    def _token(self, profile: Profile, client: Client, body: dict[str, Any], now: datetime) -> Reply:
        if body.get("grantType") != "client_credentials":
            raise refuse(TOKEN, 400, "02", "grantType")
        given = self.books.run("SELECT count(*) AS n FROM tokens")[0]["n"]
        token = hashlib.sha256(f"{self.seed}:{given}:{client.client_secret}".encode()).hexdigest()
        expires_at = stored(now + timedelta(seconds=profile.token_seconds))
        self.books.insert(
            "tokens", token=token, provider=profile.name, client_id=client.client_id, expires_at=expires_at
        )
        return say(TOKEN, 200, "00", accessToken=token, tokenType="Bearer", expiresIn=str(profile.token_seconds))


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; empty if there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
