"""The control pages: how each stand-in behaves, what it has counted, and buttons to make it misbehave.

``GET /control`` and ``GET /control/<name>`` answer a page to browsers and JSON to everything else;
``POST /control/<name>`` takes `faults.Fault` as JSON or as a form; ``all`` stands for every stand-in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.world.faults import Fault, Mode, Switchboard
from sandbox.world.pages import escape, page
from sandbox.world.people import generate
from sandbox.world.registry import RegisteredPerson, Registry, Seed
from sandbox.world.web import read, wants_page, whole_number

_BUTTONS = {Mode.UP: "normal", Mode.SLOW: "lambat", Mode.DOWN: "mati", Mode.LOSSY: "hilang", Mode.DUPLICATE: "ganda"}
_SAMPLE = 10


@dataclass(frozen=True)
class StandIn:
    """One outside system as its control page shows it."""

    title: str
    facts: Callable[[], Mapping[str, Any]]


class Control:
    def __init__(self, switchboard: Switchboard, stand_ins: Mapping[str, StandIn], registry: Registry) -> None:
        self._switchboard = switchboard
        self._stand_ins = stand_ins
        self._registry = registry

    def routes(self) -> list[Route]:
        return [
            Route("/control", self._overview),
            Route("/control/health", self._health),
            Route("/control/registry/people", self._people),
            Route("/control/registry/people", self._register, methods=["POST"]),
            Route("/control/{name}", self._one),
            Route("/control/{name}", self._set, methods=["POST"]),
        ]

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "pid": os.getpid()})

    async def _overview(self, request: Request) -> Response:
        if wants_page(request):
            cards = "".join(self._card(name) for name in self._stand_ins)
            return HTMLResponse(page("Dunia luar / The outside world", cards))
        return JSONResponse({name: self._state(name) for name in self._stand_ins})

    async def _one(self, request: Request) -> Response:
        name = self._known(request)
        if wants_page(request):
            people = self._people_list() if name == "registry" else ""
            return HTMLResponse(page(self._stand_ins[name].title, self._card(name) + people))
        return JSONResponse(self._state(name))

    async def _set(self, request: Request) -> Response:
        everything = request.path_params["name"] == "all"
        names = list(self._stand_ins) if everything else [self._known(request)]
        fault = await read(request, Fault, form=True)
        for name in names:
            self._switchboard.set(name, fault)
        if wants_page(request):
            return RedirectResponse("/control", 303)
        states = {name: self._state(name) for name in names}
        return JSONResponse(states if everything else states[names[0]])

    async def _people(self, request: Request) -> Response:
        return JSONResponse({"people": self._registry.people(whole_number(request, "limit", _SAMPLE, 10_000))})

    async def _register(self, request: Request) -> Response:
        seed = await read(request, Seed)
        invented = [RegisteredPerson.model_validate(record, strict=False) for record in _records(seed)]
        return JSONResponse({"registered": self._registry.register([*seed.people, *invented])})

    def _known(self, request: Request) -> str:
        name: str = request.path_params["name"]
        if name not in self._stand_ins:
            raise HTTPException(404, f"there are: {', '.join(self._stand_ins)}")
        return name

    def _state(self, name: str) -> dict[str, Any]:
        fault = self._switchboard.get(name).model_dump(mode="json")
        return {"title": self._stand_ins[name].title, **fault, "facts": dict(self._stand_ins[name].facts())}

    def _card(self, name: str) -> str:
        state, fault = self._stand_ins[name], self._switchboard.get(name)
        facts = "".join(f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in state.facts().items())
        buttons = "".join(
            f'<button name="mode" value="{mode}"{" class=now aria-current=true" if mode is fault.mode else ""}>'
            f"{word} / {mode}</button>"
            for mode, word in _BUTTONS.items()
        )
        detail = "" if fault.mode is Mode.UP else escape(fault.model_dump_json(exclude_none=True))
        return f"""<article><h2><a href="/control/{name}">{escape(state.title)}</a></h2>
<form method="post" action="/control/{name}">{buttons}</form>
<p class="quiet">{detail}</p><dl>{facts}</dl></article>"""

    def _people_list(self) -> str:
        rows = "".join(
            "<article><dl>"
            + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in person.items())
            + "</dl></article>"
            for person in self._registry.people(_SAMPLE)
        )
        return f"<h2>Orang rekaan / Invented people</h2>{rows or '<p>–</p>'}"


def _records(seed: Seed) -> list[dict[str, Any]]:
    return [record for person in generate(seed.seed, seed.count) if (record := person.record()) is not None]
