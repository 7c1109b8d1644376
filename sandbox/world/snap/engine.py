"""A pretended payment provider, without HTTP: give it a request, get a reply, look at its books.

Order of checks: route and method, headers, time form, client, signature, token, rate, X-EXTERNAL-ID, body,
duplicate reference, business rules, credit. One call is one transaction, so a killed process leaves whole calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import spoil
from .books import Account, Books, Client, Transfer, settings, stored
from .faults import Fault, Faults
from .profiles import PROFILES, ROLES, SERVICES, TOKEN, Dedup, Profile
from .services import Desk, settle
from .verify import bearer, caller
from .wire import Refused, Reply, Request, refuse, say

_SETTINGS = ("dedup", "dedup_days", "encoding", "asymmetric", "calls_per_second", "token_seconds", "tolerance_seconds")


class Engine:
    """All providers on one set of books. ``clock`` answers aware times; ``seed`` decides tokens and rates."""

    def __init__(self, path: Path | str, clock: Callable[[], datetime], seed: int = 1) -> None:
        self.books = Books(path)
        self.faults = Faults(self.books, seed)
        self.seed = seed
        self._clock = clock

    def close(self) -> None:
        self.books.close()

    def handle(self, request: Request) -> Reply:
        """One call to a provider. Never raises for what the caller sends."""
        with self.books.atomic():
            now = self._clock()
            self._settle_due(now)
            profile = self.profile(request.provider)
            service = SERVICES.get(request.path.removeprefix(f"/{profile.version}/")) if profile else None
            offered = profile and service and (service == TOKEN or service in profile.services)
            if profile is None or service is None or not offered or request.method != "POST":
                return say(service or "00", 405, "00")
            body = _object(request.body)
            reference = str(body.get("partnerReferenceNo") or body.get("originalPartnerReferenceNo") or "")
            account = str(body.get("beneficiaryAccountNo") or body.get("customerNumber") or "")
            fault = self.faults.pick(profile.name, ROLES[service], reference, account, now)
            reply = self._reply(profile, service, request, body, now, fault)
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
            return reply

    def profile(self, provider: str) -> Profile | None:
        """A provider as it is set now."""
        profile = PROFILES.get(provider.lower())
        if profile is None:
            return None
        given = settings(self.books, profile.name)
        changes: dict[str, Any] = {name: int(given[name]) for name in given if name not in ("dedup", "encoding")}
        if "dedup" in given:
            changes["dedup"] = Dedup(given["dedup"])
        if "encoding" in given:
            changes["encoding"] = given["encoding"]
        return replace(profile, **changes)

    def configure(self, provider: str, **changes: str) -> None:
        """Change a provider: ``configure("bni", dedup="off")``. Raises ValueError."""
        if provider not in PROFILES or not set(changes) <= set(_SETTINGS):
            raise ValueError(f"known providers: {', '.join(PROFILES)}; settings: {', '.join(_SETTINGS)}")
        for name, value in changes.items():
            fits = {"dedup": value in [*Dedup], "encoding": value in ("base64", "hex")}.get(name, value.isdigit())
            if not fits:
                raise ValueError(f"{name} cannot be {value!r}")
            self.books.run("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", provider, name, value)

    def add_client(self, client: Client) -> None:
        """Let somebody call a provider."""
        with self.books.atomic():
            self.books.put_client(client)

    def add_accounts(self, *accounts: Account) -> None:
        """Open accounts or change their terms."""
        with self.books.atomic():
            for account in accounts:
                self.books.put_account(account, self._clock())

    def add_fault(self, what: str, **conditions: Any) -> int:
        """Put a fault in force; its id. Raises ValueError."""
        with self.books.atomic():
            return self.faults.add(Fault.of({"what": what, **conditions}), self._clock())

    def settle(self, provider: str, reference: str, outcome: str) -> None:
        """End a pending transfer by hand: ``SUCCESS`` or ``FAILED``. Raises ValueError."""
        with self.books.atomic():
            profile, transfer = self._one(provider, reference, "PENDING")
            settle(self.books, transfer, profile, outcome, self._clock())

    def refund(self, provider: str, reference: str) -> None:
        """Send a paid transfer back to the source account. Raises ValueError."""
        with self.books.atomic():
            _, paid = self._one(provider, reference, "SUCCESS")
            self.books.set_state(paid, "REFUNDED")
            self.books.move("REFUND", paid.provider, paid.id, paid.account, paid.source, paid.amount, self._clock())

    def settle_due(self) -> None:
        """Carry out what time has made due; every call does it, and so does reading the books."""
        with self.books.atomic():
            self._settle_due(self._clock())

    def _one(self, provider: str, reference: str, state: str) -> tuple[Profile, Transfer]:
        rows = self.books.run(
            "SELECT id FROM transfers WHERE provider = ? AND reference = ? AND state = ?", provider, reference, state
        )
        profile = self.profile(provider)
        if not rows or profile is None:
            raise ValueError(f"{provider} has no {state} transfer {reference!r}")
        return profile, self.books.transfer(rows[0]["id"])

    def _settle_due(self, now: datetime) -> None:
        due = self.books.run("SELECT id FROM transfers WHERE settles_at <= ? ORDER BY settles_at, id", stored(now))
        for row in due:
            transfer = self.books.transfer(row["id"])
            profile = self.profile(transfer.provider)
            if profile is not None:
                settle(self.books, transfer, profile, transfer.outcome or "FAILED", now)

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
                desk = Desk(self.books, profile, client, service, now, fault)
                work = {
                    "balance": desk.balance,
                    "account": desk.inquire_account,
                    "transfer": desk.transfer,
                    "status": desk.status,
                }[ROLES[service]]
                if not body:
                    raise refuse(service, 400, "00")
                reply = work(body)
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
