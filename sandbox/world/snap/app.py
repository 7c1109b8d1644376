"""The stand-in over HTTP: providers under ``/<provider>/…``, control under ``/control``, call-backs in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .callbacks import wib_text
from .control import Control
from .courier import Courier, keep_delivering, over_http
from .engine import Engine
from .wire import Lost, Reply, Request

_MAX_BODY = 65_536
_PATIENCE_SECONDS = 60
"""How long a lost answer keeps the caller waiting, if the caller waits that long."""


@dataclass(frozen=True, slots=True)
class Payments:
    """What to mount, and what to run beside it."""

    app: ASGIApp
    engine: Engine

    async def keep_delivering(self) -> None:
        """Send call-backs until cancelled."""
        await keep_delivering(self.engine)


def create(state_dir: Path, clock: Callable[[], datetime], seed: int = 1) -> Payments:
    """The providers, to mount at ``/snap``. State lives in ``state_dir`` and outlives the process."""
    state_dir.mkdir(parents=True, exist_ok=True)
    engine = Engine(state_dir / "snap-2.sqlite", clock, seed)
    return Payments(serve(engine), engine)


def serve(engine: Engine) -> ASGIApp:
    """An engine behind HTTP."""
    calls = Route("/{provider}/{path:path}", _Calls(engine))
    return Starlette(routes=[*Control(engine).routes(), calls])


class _Calls:
    """Calls to providers. Plain ASGI, because an answer that never comes cannot be returned as a response."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._courier = Courier(engine, over_http)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = HttpRequest(scope, receive)
        try:
            body = await _body(arrived)
        except ClientDisconnect:
            return
        if body is None:
            await _answer(send, Reply(413, b'{"responseCode":"4000001","responseMessage":"Body too large"}'))
            return
        query = f"?{arrived.url.query}" if arrived.url.query else ""
        request = Request(
            provider=arrived.path_params["provider"],
            method=arrived.method,
            path=f"/{arrived.path_params['path']}{query}",
            headers=dict(arrived.headers),
            body=body,
        )
        reply = self._engine.handle(request)
        if reply.first:
            await asyncio.to_thread(self._courier.deliver, reply.first)
        if reply.delay_seconds and not reply.drip:
            await asyncio.sleep(reply.delay_seconds)
        if reply.lost is Lost.HANG:
            await _silence(receive)
        await _answer(send, reply, wib_text(self._engine.now()))


async def _body(request: HttpRequest) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            return None
    return body


async def _answer(send: Send, reply: Reply, at: str = "") -> None:
    """A cut answer promises more than it sends and never ends; the server then closes the connection."""
    promised = len(reply.body) + (1 if reply.lost else 0)
    headers = [(b"content-type", reply.content_type.encode()), (b"content-length", str(promised).encode())]
    if at:
        headers.append((b"x-timestamp", at.encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.drip:
        await _drip(send, reply)
        return
    body = b"" if reply.lost else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": reply.lost is not None})


async def _drip(send: Send, reply: Reply) -> None:
    """A byte now and then, so that no pause is long enough to be called silence."""
    for place in range(len(reply.body)):
        await asyncio.sleep(reply.delay_seconds / len(reply.body))
        await send({"type": "http.response.body", "body": reply.body[place : place + 1], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _silence(receive: Receive) -> None:
    """Wait until the caller has gone, or patience is at its end."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
