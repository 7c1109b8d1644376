"""HTTP as a good client does it: patient where patience helps, the same request again, and never in a crowd.

A request is repeated, byte for byte with the same headers, when nothing certain came back: a broken connection, 5xx,
429. The system promises that repeating is safe; a run with CHAOS=yes holds it to that.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3

AT_ONCE = min(8, 2 * (os.cpu_count() or 1))
"""Requests under way at any moment: each keeps a function's worker busy, and a laptop has few processors."""
PATIENCE_SECONDS = 300.0
TRIES_AFTER_500 = 6
ANSWER_SECONDS = 40.0
LONGEST_PAUSE = 65.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or another part of the run has failed."""


class NoAnswer(Exception):
    """The system did not answer, for longer than anybody would wait."""


class Refused(Exception):
    """An answer that says no: ``kind`` is the slug of the problem or the partner's error code."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(f"{status} {kind}: {text}")
        self.status = status
        self.kind = kind
        self.text = text


@dataclass(frozen=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = field(default=(), repr=False)
    """Each ``Set-Cookie`` as it came."""

    def document(self) -> Any:
        """Its JSON; None for an empty body."""
        return json.loads(self.body) if self.body else None


class Api:
    """One base URL. Threads may share it."""

    def __init__(self, base_url: str, stop: threading.Event) -> None:
        self.base_url = base_url
        self._stop = stop
        self._gate = threading.BoundedSemaphore(AT_ONCE)
        self._pool = urllib3.PoolManager(maxsize=AT_ONCE, block=False)
        self.requests = 0
        self.repeats = 0

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "", key: str = "", language: str = "en"
    ) -> Any:
        """A call of our own APIs: JSON in, JSON out. Unsafe methods get an Idempotency-Key. Raises Refused."""
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())  # noqa: TID251 - a client's own id
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        reply = self.send(method, path, headers, data)
        if reply.status >= 400:
            raise refusal(reply)
        return reply.document()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send until something certain comes back. Raises NoAnswer, Stopped."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        tries = 0
        while True:
            reply = self._once(method, path, headers, body)
            tries += 1
            if reply is not None and not _is_uncertain(reply, tries):
                return reply
            pause = _pause(reply, tries)
            if time.monotonic() + pause > give_up:
                raise NoAnswer(f"{method} {path}: {reply.status if reply else 'no answer'} after {tries} tries")
            self.repeats += 1
            self.wait(pause)

    def wait(self, seconds: float) -> None:
        """Wait, unless the run is being stopped. Raises Stopped."""
        if self._stop.wait(seconds):
            raise Stopped

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply | None:
        if self._stop.is_set():
            raise Stopped
        with self._gate:
            self.requests += 1
            try:
                answer = self._pool.request(
                    method,
                    self.base_url + path,
                    body=body,
                    headers=dict(headers),
                    timeout=ANSWER_SECONDS,
                    retries=False,
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError:
                return None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, headers, answer.data, tuple(answer.headers.getlist("set-cookie")))


def refusal(reply: Reply) -> Refused:
    """The problem (RFC 9457) or partner envelope in an answer, as an exception."""
    try:
        document = reply.document() or {}
    except ValueError:
        document = {}
    kind = document.get("code") or str(document.get("type", "")).rsplit("/", 1)[-1] or "unknown"
    text = str(document.get("detail") or document.get("message") or reply.body[:200])
    if document.get("errors"):
        text += " " + json.dumps(document["errors"])
    return Refused(reply.status, str(kind), text)


def _is_uncertain(reply: Reply, tries: int) -> bool:
    if reply.status == 500:
        return tries < TRIES_AFTER_500
    return reply.status in (429, 502, 503, 504)


def _pause(reply: Reply | None, tries: int) -> float:
    asked = reply.headers.get("retry-after", "") if reply else ""
    if asked.isdigit():
        return min(float(asked), LONGEST_PAUSE)
    return min(0.2 * 2.0**tries, 5.0)
