"""Functions on a test's world: handlers run as deployed, with real events, through the real composition root.

``wire`` gives the process the environment of a function and puts the world's tables, clock, vault and guards under the
composition root. Secrets are invented: the secret of ``CODE_SECRET`` is the text ``"CODE_SECRET for tests"``.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prakerja import wiring
from prakerja.platform.clock import SystemClock
from prakerja.platform.settings import settings
from tests.support.world import World

SECRETS = (
    "GUARD_SECRET",
    "CODE_SECRET",
    "PAYMENT_CODE_SECRET",
    "TOKEN_SECRET",
    "RECEIPT_SECRET",
    "CURSOR_SECRET",
    "FORM_SECRET",
    "SSO_SECRET",
)
HEAD_START = timedelta(minutes=10)
"""PyJWT judges tokens by the machine's clock. The world starts this much earlier, so that it can be moved forward."""


class _Secrets:
    def get(self, name: str, **_: Any) -> str:
        return f"{name} for tests"


def wire(world: World, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    """Make this process a function that works on ``world``."""
    given = {name: value for name, value in world.settings.model_dump().items() if name.startswith(("stage", "table_"))}
    for name, value in {**given, **{secret: secret for secret in SECRETS}, **environment}.items():
        monkeypatch.setenv(name.upper(), value)
    settings.cache_clear()
    wiring._public_key.cache_clear()
    monkeypatch.setattr(wiring, "table", lambda: world.table)
    monkeypatch.setattr(wiring, "clock", lambda: world.clock)
    monkeypatch.setattr(wiring, "_vault", lambda: world.vault)
    monkeypatch.setattr(wiring, "_guards", lambda: world.guards)
    monkeypatch.setattr(wiring, "_secrets", _Secrets)
    world.clock.now = SystemClock().wall() - HEAD_START


def request(method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    """An API Gateway HTTP API event (payload 2.0). Underscores in header names become hyphens."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **{name.replace("_", "-"): h for name, h in headers.items()}},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
            "stage": "$default",
        },
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def answer_of(response: dict[str, Any]) -> tuple[int, Any]:
    """(status, body as JSON or text) of a handler's response."""
    text = response.get("body") or ""
    return response["statusCode"], json.loads(text) if "json" in str(response["headers"].get("Content-Type")) else text


def sample(function: str, case: str) -> dict[str, Any]:
    """A sample event of a function, as AWS sends it."""
    event: dict[str, Any] = json.loads(Path("events", "samples", function, f"{case}.json").read_text("utf-8"))
    return event
