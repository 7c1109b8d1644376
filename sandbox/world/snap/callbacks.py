"""What a provider tells its partner by itself: planned with the result, signed, and sent by whoever has a network.

Nothing is sent from here. A `Courier` (or a test) takes what is due, delivers it, and writes down what was answered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from .books import WIB, Books, Client, Transfer, stored
from .faults import Fault, Faults
from .keys import FORGER, Keys
from .menu import Place
from .profiles import CallbackStyle, Profile
from .wire import money

_WORDS = {"00": "Success", "03": "Pending", "04": "Refunded", "06": "Failed"}
_STATUSES = {"SUCCESS": "00", "REFUNDED": "04", "FAILED": "06"}
_MIDTRANS_WORDS = {"00": "completed", "03": "processed", "04": "failed", "06": "failed"}
_TRIES = 3
_BETWEEN_TRIES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Callback:
    """One call-back to send. ``kind``: result, or the fault that made it."""

    id: int
    provider: str
    reference: str
    kind: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    due_at: datetime

    @property
    def method(self) -> str:
        """Always POST."""
        return "POST"

    @property
    def path(self) -> str:
        """Path and query of the address."""
        return _path(self.url)


class Callbacks:
    """The providers' outgoing mail. Call inside a transaction of the books, except for reading."""

    def __init__(self, books: Books, faults: Faults, profile: Callable[[str], Profile | None]) -> None:
        self.keys = Keys(books)
        self.race: list[int] = []
        """What goes out before the answer to the call that is being handled."""
        self._books = books
        self._faults = faults
        self._profile = profile

    def taken_in(self, transfer: Transfer, now: datetime) -> None:
        """Somebody may pretend that a transfer has succeeded as soon as it exists."""
        draft = self._draft(transfer, now)
        fault = draft and self._fault(Place.FORGERY, transfer, now)
        if draft is None or not fault:
            return
        at = now + timedelta(seconds=fault.seconds or 1)
        if fault.what == "callback_tampered":
            headers, body = draft.signed("03", at)
            draft.put(fault.what, headers, draft.body("00", at), at)
        elif fault.what == "callback_other_path":
            headers, body = draft.signed("00", at, path="/v1.0/elsewhere")
            draft.put(fault.what, headers, body, at)
        else:
            headers, body = draft.signed("00", at, signer=FORGER)
            draft.put(fault.what, headers, body, at)

    def decided(self, transfer: Transfer, now: datetime) -> None:
        """A transfer has succeeded, failed or come back."""
        draft = self._draft(transfer, now)
        if draft is None:
            return
        fault = self._fault(Place.CALLBACK, transfer, now)
        what = fault.what if fault else "result"
        seconds = fault.seconds if fault else 0
        at = now + timedelta(seconds=draft.profile.callback_seconds)
        if what == "callback_delayed":
            at = now + timedelta(seconds=seconds or 3_600)
        if what == "callback_before_answer":
            at = now
        status = _STATUSES[transfer.state]
        headers, body = draft.signed(status, at)
        number = draft.put(what, headers, body, at, state="LOST" if what == "callback_lost" else "WAITING")
        if what == "callback_before_answer":
            self.race.append(number)
        if what in ("callback_duplicated", "callback_replayed"):
            usual = 2 if what == "callback_duplicated" else 86_400
            draft.put(what, headers, body, at + timedelta(seconds=seconds or usual))
        if what == "callback_out_of_order":
            for later, stale in enumerate(("03", "06"), start=1):
                then = at + timedelta(seconds=later)
                draft.put(what, *draft.signed(stale, then), then)

    def due(self, now: datetime, among: Sequence[int] | None = None) -> list[Callback]:
        """What may be sent now, oldest first; or what is still to be sent of certain ones."""
        rows = self._books.run(
            "SELECT * FROM callbacks WHERE state = 'WAITING' AND due_at <= ? ORDER BY due_at, id", stored(now)
        )
        return [_callback(row) for row in rows if among is None or row["id"] in among]

    def next_at(self) -> datetime | None:
        """When the next one is due."""
        row = self._books.run("SELECT min(due_at) AS at FROM callbacks WHERE state = 'WAITING'")[0]
        return datetime.fromisoformat(row["at"]) if row["at"] else None

    def answered(self, number: int, status: int, body: bytes, now: datetime) -> None:
        """Note an answer; ``status`` 0 means that none came. Without a 2xx it is tried again, three times in all."""
        row = self._books.run("SELECT tries FROM callbacks WHERE id = ?", number)[0]
        tries = row["tries"] + 1
        done = 200 <= status < 300
        state = "ACCEPTED" if done else "GIVEN_UP" if tries >= _TRIES else "WAITING"
        self._books.run(
            "UPDATE callbacks SET state = ?, tries = ?, status = ?, answer = ?, sent_at = ?,"
            " due_at = CASE ? WHEN 'WAITING' THEN ? ELSE due_at END WHERE id = ?",
            *(state, tries, status, body[:2000].decode("utf-8", "replace"), stored(now)),
            *(state, stored(now + _BETWEEN_TRIES), number),
        )

    def listed(self, limit: int) -> list[dict[str, Any]]:
        """The latest, newest first, with what was answered."""
        rows = self._books.run("SELECT * FROM callbacks ORDER BY id DESC LIMIT ?", limit)
        return [{**row, "headers": json.loads(row["headers"]), "body": row["body"].decode()} for row in map(dict, rows)]

    def _fault(self, place: Place, transfer: Transfer, now: datetime) -> Fault | None:
        return self._faults.pick(transfer.provider, "callback", transfer.reference, transfer.account, now, place)

    def _draft(self, transfer: Transfer, now: datetime) -> _Draft | None:
        client = self._books.client(transfer.provider, transfer.client_id)
        profile = self._profile(transfer.provider)
        if client is None or not client.callback_url or profile is None or profile.callback is CallbackStyle.NONE:
            return None
        return _Draft(self._books, self.keys, profile, client, transfer, now)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Call-backs about one transfer. Each is dated as of when it is to be sent."""

    books: Books
    keys: Keys
    profile: Profile
    client: Client
    transfer: Transfer
    now: datetime

    def body(self, status: str, at: datetime) -> bytes:
        """What is told."""
        transfer = self.transfer
        if self.profile.callback is CallbackStyle.MIDTRANS:
            document: dict[str, Any] = {
                "reference_no": transfer.reference_no,
                "partner_reference_no": transfer.reference,
                "amount": f"{transfer.amount}.00",
                "status": _MIDTRANS_WORDS[status],
                "updated_at": wib_text(self.now),
            }
        else:
            document = {
                "originalPartnerReferenceNo": transfer.reference,
                "originalReferenceNo": transfer.reference_no,
                "merchantId": self.client.client_id,
                "serviceCode": transfer.service,
                "amount": money(transfer.amount),
                "latestTransactionStatus": status,
                "transactionStatusDesc": _WORDS[status],
                "createdTime": wib_text(datetime.fromisoformat(transfer.accepted_at)),
                "finishedTime": wib_text(self.now),
            }
        return json.dumps(document, separators=(",", ":")).encode()

    def signed(self, status: str, at: datetime, *, signer: str = "", path: str = "") -> tuple[dict[str, str], bytes]:
        """Headers and body, signed by the provider (or by somebody else, or for another path)."""
        body, signer = self.body(status, at), signer or self.profile.name
        headers = {"Content-Type": "application/json"}
        if self.profile.callback is CallbackStyle.MIDTRANS:
            keyed = body + (path or self.keys.shared(signer)).encode()
            return {**headers, "Iris-Signature": hashlib.sha512(keyed).hexdigest()}, body
        signed_path = path or (self.profile.callback_path if self.profile.callback_below else _path(self.url))
        time = wib_text(at)
        text = f"POST:{signed_path}:{hashlib.sha256(body).hexdigest()}:{time}"
        number = self.books.run("SELECT coalesce(max(id), 0) AS n FROM callbacks")[0]["n"] + 1
        return {
            **headers,
            "X-TIMESTAMP": time,
            "X-SIGNATURE": self.keys.sign(signer, text),
            "X-PARTNER-ID": self.client.client_id,
            "X-EXTERNAL-ID": f"{at.astimezone(WIB):%Y%m%d}{number:012d}",
            "CHANNEL-ID": "95221",
        }, body

    @property
    def url(self) -> str:
        """The partner's address with the provider's path behind it."""
        return self.client.callback_url.rstrip("/") + self.profile.callback_path

    def put(self, kind: str, headers: Mapping[str, str], body: bytes, at: datetime, state: str = "WAITING") -> int:
        """Write it down for sending; its id."""
        return self.books.insert(
            "callbacks",
            provider=self.profile.name,
            reference=self.transfer.reference,
            kind=kind,
            url=self.url,
            headers=json.dumps(dict(headers)),
            body=body,
            state=state,
            due_at=stored(at),
        )


def wib_text(moment: datetime) -> str:
    """``2026-01-15T09:30:00+07:00``."""
    return moment.astimezone(WIB).isoformat(timespec="seconds")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _callback(row: sqlite3.Row) -> Callback:
    given = {name: row[name] for name in ("id", "provider", "reference", "kind", "url", "body")}
    return Callback(**given, headers=json.loads(row["headers"]), due_at=datetime.fromisoformat(row["due_at"]))
