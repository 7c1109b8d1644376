"""The control plane: seed, break and read the provider. JSON for programs, plain forms for people."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import report
from .books import Account, Client
from .engine import Engine
from .page import control_page
from .profiles import PROFILES

_STATUSES = ("ACTIVE", "INACTIVE", "CLOSED", "DORMANT", "FROZEN")
_NUMBERS = ("balance", "max_balance", "monthly_in", "min_amount", "max_amount")


class Control:
    """Handlers of /control; every POST takes a JSON object (or a list of them) or a form."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def routes(self) -> list[Route]:
        """What to mount."""
        posts = {
            "clients": self._add_client,
            "accounts": self._add_account,
            "faults": self._add_fault,
            "faults/clear": self._clear_fault,
            "settle": self._settle,
            "refund": self._refund,
            "settings": self._configure,
        }
        gets = {"books": self._books, "calls": self._calls, "faults": self._faults}
        return [
            Route("/control", self._page, methods=["GET"]),
            Route("/control/", self._page, methods=["GET"]),
            *(Route(f"/control/{name}", handler, methods=["GET"]) for name, handler in gets.items()),
            *(Route(f"/control/{name}", self._post(act), methods=["POST"]) for name, act in posts.items()),
        ]

    def _post(self, act: Any) -> Any:
        async def handler(request: Request) -> Response:
            form = "json" not in request.headers.get("content-type", "")
            try:
                answers = [act(given) for given in _given(await request.body(), form=form)]
            except ValueError as error:
                return JSONResponse({"error": str(error)}, status_code=400)
            if form and "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(f"{request.scope.get('root_path', '')}/control", status_code=303)
            return JSONResponse({"done": len(answers), "answers": answers[:1]}, status_code=200)

        return handler

    async def _page(self, request: Request) -> Response:
        base = f"{request.scope.get('root_path', '')}/control"
        return HTMLResponse(control_page(base, report.books(self._engine), self._engine.faults.listed()))

    async def _books(self, request: Request) -> Response:
        return JSONResponse(report.books(self._engine, request.query_params.get("provider", "").lower()))

    async def _calls(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "100")
        return JSONResponse(report.calls(self._engine, int(limit) if limit.isdigit() else 100))

    async def _faults(self, request: Request) -> Response:
        return JSONResponse(self._engine.faults.listed())

    def _add_client(self, given: dict[str, Any]) -> dict[str, Any]:
        names = [one.name for one in fields(Client)]
        missing = [name for name in names if not isinstance(given.get(name), str) or not given[name]]
        if missing:
            raise ValueError(f"a client needs {', '.join(missing)} as text")
        values = {name: given[name] for name in names} | {"provider": _provider(given)}
        self._engine.add_client(Client(**values))
        return {"client_id": given["client_id"]}

    def _add_account(self, given: dict[str, Any]) -> dict[str, Any]:
        known = {one.name for one in fields(Account)}
        if not set(given) <= known or not given.get("number") or not given.get("name"):
            raise ValueError(f"an account needs a number and a name; known: {', '.join(sorted(known))}")
        values = {name: value for name, value in given.items() if value not in ("", None)}
        values["provider"] = _provider(given)
        for name in _NUMBERS:
            if name in values:
                values[name] = _whole(name, values[name])
        values["quiet"] = str(values.get("quiet", False)).lower() in ("true", "1", "on", "yes")
        if values.get("status", "ACTIVE") not in _STATUSES or values.get("kyc", "FULL") not in ("FULL", "BASIC"):
            raise ValueError(f"status is one of {', '.join(_STATUSES)}; kyc is FULL or BASIC")
        self._engine.add_accounts(Account(**values))
        return {"number": values["number"]}

    def _add_fault(self, given: dict[str, Any]) -> dict[str, Any]:
        what = str(given.get("what", ""))
        return {"id": self._engine.add_fault(what, **{name: v for name, v in given.items() if name != "what"})}

    def _clear_fault(self, given: dict[str, Any]) -> dict[str, Any]:
        self._engine.faults.clear(_whole("id", given["id"]) if given.get("id") else None)
        return {}

    def _settle(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("outcome") not in ("SUCCESS", "FAILED"):
            raise ValueError("outcome is SUCCESS or FAILED")
        self._engine.settle(_provider(given), str(given.get("reference", "")), given["outcome"])
        return {}

    def _refund(self, given: dict[str, Any]) -> dict[str, Any]:
        self._engine.refund(_provider(given), str(given.get("reference", "")))
        return {}

    def _configure(self, given: dict[str, Any]) -> dict[str, Any]:
        changes = {name: str(value) for name, value in given.items() if name != "provider" and value != ""}
        self._engine.configure(_provider(given), **changes)
        return {}


def _given(body: bytes, *, form: bool) -> list[dict[str, Any]]:
    if form:
        return [dict(parse_qsl(body.decode()))]
    document = json.loads(body)
    listed = document if isinstance(document, list) else [document]
    if not all(isinstance(one, dict) for one in listed):
        raise ValueError("send one JSON object, or a list of them")
    return listed


def _provider(given: dict[str, Any]) -> str:
    name = str(given.get("provider", "")).lower()
    if name not in PROFILES:
        raise ValueError(f"provider is one of {', '.join(PROFILES)}")
    return name


def _whole(name: str, value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name} must be a whole number")
    return int(text)
