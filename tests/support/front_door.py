"""The partner host on a port of its own: real HTTP in, the function's events and answers behind it, one at a time.

The reading of requests is that of the local front door (``sandbox.cloud.front``) and of the emulator behind it, served by
the same server; only the function is called in this process, on a test's world.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.services.apigateway import _v2_request_body_is_text, decode_http_api_path

from sandbox.cloud.front import Receive, Scope, Send, is_partner, joined_headers, message, read_body

Handler = Callable[[dict[str, Any]], dict[str, Any]]
HOST = "127.0.0.1"


class Door:
    """An ASGI application. ``answered`` counts requests that reached the function."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._one_at_a_time = threading.Lock()  # the tables in memory are not thread-safe
        self.answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _alive(receive, send)
            return
        body = await read_body(receive)
        path = decode_http_api_path(scope["raw_path"].decode("latin-1"))
        if body is None:
            status, headers, sent = message(413, "Request Entity Too Large")
        elif not is_partner(path):
            status, headers, sent = message(404, "Not Found")
        else:
            status, headers, sent = await asyncio.to_thread(self._answer, scope, path, body)
        fields = [(name.lower().encode(), str(value).encode()) for name, value in headers.items()]
        fields.append((b"content-length", str(len(sent)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else sent})

    def _answer(self, scope: Scope, path: str, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        with self._one_at_a_time:
            self.answered += 1
            answer = self._handler(event_of(scope, path, body))
        sent = answer.get("body") or ""
        raw = base64.b64decode(sent) if answer.get("isBase64Encoded") else sent.encode()
        return int(answer["statusCode"]), dict(answer["headers"]), raw


def event_of(scope: Scope, path: str, body: bytes) -> dict[str, Any]:
    """The event that the gateway makes of a request (HTTP API, payload 2.0)."""
    headers, query = joined_headers(scope["headers"]), scope["query_string"].decode("latin-1")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {"method": scope["method"], "path": path, "protocol": "HTTP/1.1", "sourceIp": HOST},
            "requestId": "request-1",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if body and _v2_request_body_is_text(headers.get("content-type")):
        event["body"] = body.decode("utf-8", "replace")
    elif body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    if query:
        parsed = parse_qs(query, keep_blank_values=True)
        event["queryStringParameters"] = {name: ",".join(values) for name, values in parsed.items()}
    return event


@contextmanager
def listening(door: Door) -> Iterator[int]:
    """Serve on a free port, in a thread of its own; answers the port."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.loglevel = "ERROR"
    config.keep_alive_timeout = 75
    application: Any = door
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(serve(application, config, shutdown_trigger=over.wait)), daemon=True
    )
    thread.start()
    _wait_for(port)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            threading.Event().wait(0.02)
    raise RuntimeError("the partner host does not answer")


async def _alive(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{kind}.complete"})
        if kind == "shutdown":
            return
