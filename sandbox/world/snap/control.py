"""The control plane: seed, break and read the provider. JSON for programs, plain forms for people."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import report
from .books import WIB, Account, Client
from .engine import Engine
from .menu import CATALOGUE, MENU
from .page import control_page
from .profiles import PROFILES
from .settlement import NotReady, csv_file

_STATUSES = ("ACTIVE", "INACTIVE", "CLOSED", "DORMANT", "FROZEN")
_LEVELS = ("FULL", "BASIC", "NONE")
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
            "clock": self._advance,
        }
        gets = {
            "books": self._books,
            "calls": self._calls,
            "callbacks": self._callbacks,
            "clock": self._clock,
            "faults": self._faults,
            "keys": self._keys,
            "ledger": self._ledger,
            "menu": self._menu,
            "profiles": self._profiles,
            "settlement": self._settlement,
        }
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
                return _wrong(error)
            if form and "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(f"{request.scope.get('root_path', '')}/control", status_code=303)
            return JSONResponse({"done": len(answers), "answers": answers[:1]}, status_code=200)

        return handler

    async def _page(self, request: Request) -> Response:
        base = f"{request.scope.get('root_path', '')}/control"
        engine = self._engine
        latest = engine.callbacks.listed(20)
        return HTMLResponse(control_page(base, engine.now(), report.books(engine), engine.faults.listed(), latest))

    async def _books(self, request: Request) -> Response:
        return JSONResponse(report.books(self._engine, request.query_params.get("provider", "")))

    async def _calls(self, request: Request) -> Response:
        return JSONResponse(report.calls(self._engine, _limit(request)))

    async def _callbacks(self, request: Request) -> Response:
        return JSONResponse(self._engine.callbacks.listed(_limit(request)))

    async def _clock(self, request: Request) -> Response:
        return JSONResponse({"now": self._engine.now().astimezone(WIB).isoformat()})

    async def _faults(self, request: Request) -> Response:
        return JSONResponse(self._engine.faults.listed())

    async def _keys(self, request: Request) -> Response:
        """What call-backs are verified with: a public key, or for a provider of the older style a shared one."""
        wanted = request.query_params.get("provider", "").lower()
        names = [name for name in PROFILES if wanted in ("", name)]
        return JSONResponse({name: self._engine.callback_key(name) for name in names})

    async def _ledger(self, request: Request) -> Response:
        return JSONResponse(report.ledger(self._engine, request.query_params.get("provider", "")))

    async def _menu(self, request: Request) -> Response:
        numbered = {
            number: {"title": one.title, "variants": [dict(variant) for variant in one.variants], "else": one.by_itself}
            for number, one in CATALOGUE.items()
        }
        return JSONResponse({"numbered": numbered, "kinds": dict(MENU)})

    async def _profiles(self, request: Request) -> Response:
        profiles = (self._engine.profile(name) for name in PROFILES)
        return JSONResponse({one.name: {**asdict(one), "services": sorted(one.services)} for one in profiles if one})

    async def _settlement(self, request: Request) -> Response:
        asked = request.query_params
        try:
            provider, day = _provider(dict(asked)), date.fromisoformat(asked.get("day", ""))
            content = csv_file(self._engine, provider, day, early=asked.get("early", "") in ("1", "yes"))
        except ValueError as error:
            return _wrong(error)
        except NotReady as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        name = f'attachment; filename="{provider}-{day.isoformat()}.csv"'
        return Response(content, media_type="text/csv", headers={"content-disposition": name})

    def _add_client(self, given: dict[str, Any]) -> dict[str, Any]:
        names = [one.name for one in fields(Client) if one.name != "callback_url"]
        missing = [name for name in names if not isinstance(given.get(name), str) or not given[name]]
        if missing:
            raise ValueError(f"a client needs {', '.join(missing)} as text")
        url = str(given.get("callback_url") or "")
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("callback_url begins with http:// or https://")
        values = {name: given[name] for name in names} | {"provider": _provider(given)}
        self._engine.add_client(Client(**values, callback_url=url))
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
        if values.get("status", "ACTIVE") not in _STATUSES or values.get("kyc", "FULL") not in _LEVELS:
            raise ValueError(f"status is one of {', '.join(_STATUSES)}; kyc of {', '.join(_LEVELS)}")
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
        changes = {name: str(value) for name, value in given.items() if name != "provider"}
        self._engine.configure(_provider(given), **changes)
        return {}

    def _advance(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"now": self._engine.advance(_whole("seconds", given.get("seconds"))).astimezone(WIB).isoformat()}


def _wrong(error: ValueError) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


def _limit(request: Request) -> int:
    limit = request.query_params.get("limit", "100")
    return int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 8 else 100


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
