"""All stand-ins as one ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from sandbox.world import face, registry, snap
from sandbox.world.beacon import Beacon
from sandbox.world.book import Clock, machine_clock, open_book
from sandbox.world.control import Control, StandIn
from sandbox.world.faults import Faults, Switchboard
from sandbox.world.messages import Messages
from sandbox.world.registry import Registry
from sandbox.world.web import error_answer

NAMES = ("registry", "face", "sms", "email", "beacon")
"""Stand-ins that can be made to misbehave at ``/control/<name>``; payment providers have a control page of their own."""


def create(
    state_dir: Path,
    clock: Clock = machine_clock,
    *,
    beacon_period: int = 1,
    registry_key: str = registry.DEFAULT_API_KEY,
    face_key: str = face.DEFAULT_API_KEY,
) -> ASGIApp:
    """The outside world. ``beacon_period`` (seconds) counts only when ``state_dir`` is new."""
    book = open_book(state_dir)
    people = Registry(book, clock, registry_key)
    faces = face.Faces(book, clock, people, face_key)
    messages = Messages(book, clock)
    beacon = Beacon(book, clock, beacon_period)
    switchboard = Switchboard(book, NAMES)
    payments = snap.create(state_dir, clock)
    stand_ins = {
        "registry": StandIn("Catatan sipil / Civil registry", people.facts),
        "face": StandIn("Pemeriksaan wajah / Face check", faces.facts),
        "sms": StandIn("SMS", lambda: messages.facts("sms")),
        "email": StandIn("E-mail", lambda: messages.facts("email")),
        "beacon": StandIn("Suar acak / Randomness beacon", beacon.facts),
    }

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        going_on = [asyncio.create_task(beacon.keep_up()), asyncio.create_task(payments.keep_delivering())]
        yield
        for task in going_on:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        payments.engine.close()
        book.close()

    async def front_page(request: Request) -> Response:
        return RedirectResponse("/control")

    routes: list[BaseRoute] = [
        Route("/", front_page),
        *people.routes(),
        *faces.routes(),
        *messages.routes("sms"),
        *messages.routes("email"),
        *messages.inbox_routes(),
        *beacon.routes(),
        *Control(switchboard, stand_ins, people).routes(),
        Mount("/snap", app=payments.app),
    ]
    world = Starlette(routes=routes, lifespan=living, exception_handlers={HTTPException: error_answer})
    return Faults(world, switchboard, {name: name for name in NAMES})
