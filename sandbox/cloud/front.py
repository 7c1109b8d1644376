"""The front door: the two HTTP APIs at the root of one port, as their hosts answer on AWS."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from ministack import app as emulator
from ministack.core.sigv4 import decode_header_value
from ministack.services import apigateway, cloudformation

from .quiesce import working
from .repairs import workers

REQUEST_BYTES = 10 * 1024 * 1024  # AWS: payload of an HTTP API
ANSWER_SECONDS = 30.0  # AWS: longest integration timeout of an HTTP API
PARTNER_PREFIXES = ("/api/v1/", "/callbacks/")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, dict[str, Any], bytes]

log = logging.getLogger("front")


class Front:
    """The ASGI application of both listeners: the emulator's port, and the front door.

    `opened` is called once, when the saved state is loaded and before the first request. `busy` counts the requests
    of the front door that are being answered.
    """

    def __init__(self, front_port: int, opened: Callable[[], None]) -> None:
        self.front_port = front_port
        self.opened = opened
        self.busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await emulator.app(scope, receive, self._announcing(send))
        elif scope["type"] == "http" and scope["server"][1] == self.front_port:
            self.busy += 1
            try:
                await emulator._send_response(
                    emulator._with_date_header(send),
                    *await self._answer(scope, receive),
                    head=scope["method"] == "HEAD",
                )
            finally:
                self.busy -= 1
        elif scope["type"] == "http" and scope["path"] == "/_cloud/workers":
            if scope["method"] == "POST":  # ?copies=2 warms every function
                await asyncio.to_thread(workers.warm, int(scope["query_string"].decode().removeprefix("copies=")))
            await emulator._send_response(send, 200, dict(JSON), json.dumps(workers.running()).encode())
        else:
            await emulator.app(scope, receive, send)

    def _announcing(self, send: Send) -> Send:
        async def announce(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                self.opened()
            await send(message)

        return announce

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        body = await read_body(receive)
        if body is None:
            return message(413, "Request Entity Too Large")
        if not working.is_set():
            return message(503, "Service Unavailable")
        path = apigateway.decode_http_api_path(scope["raw_path"].decode("latin-1"))
        output = "PartnerApiId" if is_partner(path) else "MainApiId"
        api = find_api(output)
        if api is None:
            return message(503, f"Nothing is deployed yet: no stack has the output {output}")
        query = scope["query_string"].decode("latin-1")
        task = asyncio.ensure_future(
            apigateway.handle_execute(
                api, "$default", path, scope["method"], joined_headers(scope["headers"]), body,
                parse_qs(query, keep_blank_values=True), raw_query_string=query,
            )
        )  # fmt: skip
        await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not task.done():
            return message(503, "Service Unavailable")
        try:
            answer: Answer = task.result()
        except Exception:
            log.exception("%s %s", scope["method"], path)
            return message(500, "Internal Server Error")
        return answer


JSON = {"Content-Type": "application/json"}


def message(status: int, text: str) -> Answer:
    """An answer of the gateway itself."""
    return status, dict(JSON), json.dumps({"message": text}).encode()


def is_partner(path: str) -> bool:
    """Whether a path belongs to the partner host; legacy clients double the slash at the beginning."""
    return ("/" + path.lstrip("/")).startswith(PARTNER_PREFIXES)


def find_api(output: str) -> str | None:
    """The API id that a deployed stack gives under this output key."""
    for stack in list(cloudformation._stacks._data.values()):
        for pair in stack.get("Outputs") or []:
            if pair["OutputKey"] == output:
                return str(pair["OutputValue"])
    return None


def joined_headers(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers in lower case; one that is repeated is joined, a cookie by semicolon."""
    headers: dict[str, str] = {}
    for raw, value in pairs:
        name = raw.decode("latin-1").lower()
        before = headers[name] + ("; " if name == "cookie" else ",") if name in headers else ""
        headers[name] = before + decode_header_value(value)
    return headers


async def read_body(receive: Receive) -> bytes | None:
    """A request's whole body; None when it is larger than HTTP APIs take.

    It is read to its end in either case: a client that is still sending would see a reset, not the answer.
    """
    body, size = bytearray(), 0
    while True:
        event = await receive()
        chunk = event.get("body", b"")
        size += len(chunk)
        if size <= REQUEST_BYTES:
            body += chunk
        if not event.get("more_body"):
            return bytes(body) if size <= REQUEST_BYTES else None
