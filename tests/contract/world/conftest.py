"""The outside world in this process: its real application, a clock that tests move, and no socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import ASGIApp, Message

from prakerja.gateways import http
from sandbox.world import app
from sandbox.world.faults import ResponseLost


class MovedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 3, 0, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@dataclass(frozen=True)
class Heard:
    """An HTTP answer of the world."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Outside:
    """Calls the application as a server would; `restart` builds it again from what is on disk."""

    def __init__(self, state_dir: Path, clock: MovedClock) -> None:
        self.state_dir, self.clock = state_dir, clock
        self.app: ASGIApp = app.create(state_dir, clock)

    def restart(self) -> None:
        self.app = app.create(self.state_dir, self.clock)

    def get(self, path: str, *, page: bool = False) -> Heard:
        return self.call("GET", path, headers={"accept": "text/html"} if page else {})

    def post(self, path: str, document: object, **headers: str) -> Heard:
        return self.call("POST", path, json.dumps(document).encode(), headers)

    def press(self, path: str, **form: str) -> Heard:
        """What a browser does with a button of a page."""
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
        return self.call("POST", path, urlencode(form).encode(), headers)

    def call(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Heard:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))  # type: ignore[arg-type]
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Heard(sent[0]["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def outside(tmp_path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """The world; the adapters of the system reach it in place of their sockets."""
    world = Outside(tmp_path, clock)

    def exchange(
        endpoint: http.Endpoint,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> http.HttpAnswer:
        try:
            heard = world.call(method, endpoint.base_url + path, body or b"", {**endpoint.headers, **(headers or {})})
        except ResponseLost:
            raise endpoint.unavailable("the connection broke") from None
        return http.HttpAnswer(endpoint, heard.status, heard.headers, heard.body)

    monkeypatch.setattr(http, "exchange", exchange)
    return world
