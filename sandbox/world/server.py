"""Serving the world on 127.0.0.1, with connections that can be cut in place of an answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.world.faults import ResponseLost

HOST = "127.0.0.1"

_open: dict[tuple[str, int], asyncio.Transport] = {}
"""Client address → its connection, because ASGI does not hand out the socket."""


class _Connection(H11Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        _open[transport.get_extra_info("peername")] = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        _open.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


def cutting(app: ASGIApp) -> ASGIApp:
    """Where the app raises ResponseLost, reset the connection: the client cannot know whether the effect was done."""

    async def serve_or_cut(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ResponseLost:
            _open[tuple(scope["client"])].abort()
            while (await receive())["type"] != "http.disconnect":
                pass

    return serve_or_cut


def serve(app: ASGIApp, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Nothing that people send is logged. Exits with status 1 if the port is taken."""
    config = uvicorn.Config(
        cutting(app),
        host=HOST,
        port=port,
        http=_Connection,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C, after everything is closed
        uvicorn.Server(config).run()
