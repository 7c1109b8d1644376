"""Misbehaviour on demand, around any stand-in: slow, down, lossy, duplicate.

``slow``       works and answers after ``ms`` milliseconds, even if the client has hung up by then.
``down``       503, nothing is done.
``lossy``      the request is carried out, then the connection is closed without an answer.
``duplicate``  the request is carried out twice, as if the network had repeated it; one answer.

``rate`` is the share of requests that it hits (reproducible: the same request numbers each time), ``requests`` for how
many requests it lasts. What is set survives a restart.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, setting TEXT NOT NULL, seen INTEGER NOT NULL) STRICT
"""


class Mode(StrEnum):
    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    LOSSY = "lossy"
    DUPLICATE = "duplicate"


class Fault(BaseModel):
    """How a stand-in behaves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    ms: int = Field(default=2000, ge=0, le=60_000)
    rate: float = Field(default=1.0, gt=0, le=1)
    requests: int | None = Field(default=None, ge=1)
    """How many more requests it lasts; None: until it is changed."""


GOOD = Fault(mode=Mode.UP)


class ResponseLost(Exception):
    """The effect is done, the answer must not arrive: whoever holds the socket closes it."""


class Switchboard:
    """The fault of each stand-in."""

    def __init__(self, book: sqlite3.Connection, names: Iterable[str]) -> None:
        self._book = book
        book.execute(_SCHEMA)
        stored = {row["name"]: row for row in book.execute("SELECT * FROM faults")}
        self._faults = {
            name: Fault.model_validate_json(stored[name]["setting"]) if name in stored else GOOD for name in names
        }
        self._seen = {name: stored[name]["seen"] if name in stored else 0 for name in self._faults}

    def get(self, name: str) -> Fault:
        """Raises KeyError for an unknown stand-in."""
        return self._faults[name]

    def set(self, name: str, fault: Fault) -> None:
        if name not in self._faults:
            raise KeyError(name)
        self._store(name, fault, seen=0)

    def take(self, name: str) -> Fault:
        """How to treat the next request; counts it."""
        fault = self._faults[name]
        if fault.mode is Mode.UP:
            return fault
        number = self._seen[name] + 1
        left = None if fault.requests is None else fault.requests - 1
        self._store(name, GOOD if left == 0 else fault.model_copy(update={"requests": left}), seen=number)
        return fault if _share(name, number) < fault.rate else GOOD

    def _store(self, name: str, fault: Fault, *, seen: int) -> None:
        self._faults[name], self._seen[name] = fault, seen
        self._book.execute("REPLACE INTO faults VALUES (?, ?, ?)", (name, fault.model_dump_json(), seen))


class Faults:
    """ASGI middleware, outermost: the first part of the path says which stand-in is meant."""

    def __init__(self, app: ASGIApp, switchboard: Switchboard, names_by_prefix: Mapping[str, str]) -> None:
        self._app = app
        self._switchboard = switchboard
        self._names = names_by_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._names.get(scope["path"].strip("/").partition("/")[0]) if scope["type"] == "http" else None
        fault = self._switchboard.take(name) if name else GOOD
        match fault.mode:
            case Mode.UP:
                await self._app(scope, receive, send)
            case Mode.SLOW:
                body = await _whole_body(receive)  # now, because an impatient client may be gone when we wake
                await asyncio.sleep(fault.ms / 1000)
                await self._app(scope, _replay(body), send)
            case Mode.DOWN:
                await JSONResponse({"error": f"{name} is down"}, 503)(scope, receive, send)
            case Mode.LOSSY:
                await self._app(scope, receive, _into_the_void)
                raise ResponseLost
            case Mode.DUPLICATE:
                body = await _whole_body(receive)
                await self._app(dict(scope), _replay(body), _into_the_void)
                await self._app(scope, _replay(body), send)


def _share(name: str, number: int) -> float:
    digest = hashlib.sha256(f"{name}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


async def _into_the_void(message: Message) -> None:
    return None


async def _whole_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
