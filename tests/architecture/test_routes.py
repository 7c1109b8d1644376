"""Every route says who may use it, and the gateway sends it to the function that has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from docs.discover import apis
from infra.entry import Http
from infra.functions import FUNCTIONS
from prakerja.platform.auth import Operator, Participant
from prakerja.platform.http import authorisers_of, is_public
from prakerja.principals import operator, participant

Route = Callable[..., Any]
ROUTES: list[tuple[str, str, str, Route]] = [
    (function, *route) for function, api in apis().items() for route in api.routes()
]
AUTHORISER = {"participant_api": participant, "sign_in": participant, "operator_api": operator}
"""Whom the private routes of a function are for."""

routes = pytest.mark.parametrize(
    ("function", "method", "path", "route"), ROUTES, ids=[f"{method} {path}" for _, method, path, _ in ROUTES]
)


def test_there_are_routes() -> None:
    assert set(apis()) == set(AUTHORISER)
    assert len(ROUTES) > 20


@routes
def test_route_is_public_or_has_one_authoriser(function: str, method: str, path: str, route: Route) -> None:
    if is_public(route):
        assert authorisers_of(route) == []
    else:
        assert authorisers_of(route) == [AUTHORISER[function]]


def test_public_routes_are_few_and_known() -> None:
    """Whoever opens another route to everybody writes it down here, for a reviewer to see."""
    public = {f"{method} {path}" for _, method, path, route in ROUTES if is_public(route)}
    assert public - {f"GET {path}" for path in _documentation()} == PUBLIC


PUBLIC = {
    "GET /.well-known/jwks.json",
    "GET /v1/courses",
    "GET /v1/courses/{course_code}",
    "GET /v1/receipt-keys",
    "GET /v1/regions",
    "GET /v1/waves",
    "GET /v1/waves/{wave_id}",
    "GET /v1/waves/{wave_id}/draw",
    "POST /v1/sessions/refresh",
    "POST /v1/sign-in/challenges",
    "POST /v1/sign-in/challenges/{challenge_id}/resend",
    "POST /v1/sign-in/challenges/{challenge_id}/verify",
}


@routes
def test_route_is_reached_through_the_gateway(function: str, method: str, path: str, route: Route) -> None:
    """The most specific route of the gateway wins; it must be one of the function that serves the path."""
    assert _target(method, path) == function


def test_the_most_specific_gateway_route_wins() -> None:
    assert _target("GET", "/v1/waves") == "participant_api"
    assert _target("POST", "/v1/sessions/x") == "sign_in"
    assert _target("GET", "/operator/v1/x") == "operator_api"
    assert _target("GET", "/nowhere") == "site"


def test_principals_cannot_be_confused() -> None:
    assert not issubclass(Operator, Participant)
    assert not issubclass(Participant, Operator)


def _documentation() -> set[str]:
    found = {f"/docs/{api.audience}" for api in apis().values()}
    return found | {f"{path}/openapi.json" for path in found}


def _target(method: str, path: str) -> str:
    """The function that the main API gives a request to, by API Gateway's order: longest literal path, then ANY, $default."""
    best: tuple[int, int] = (-1, -1)
    target = ""
    for entry in FUNCTIONS:
        for trigger in entry.triggers:
            if isinstance(trigger, Http) and trigger.api == "main":
                for route in trigger.routes:
                    rank = _rank(route, method, path)
                    if rank is not None and rank > best:
                        best, target = rank, entry.name
    return target


def _rank(route: str, method: str, path: str) -> tuple[int, int] | None:
    if route == "$default":
        return (0, 0)
    verb, _, shape = route.partition(" ")
    if verb not in ("ANY", method):
        return None
    expression = re.escape(shape).replace(r"\{proxy\+\}", ".+")
    return (len(shape), int(verb == method)) if re.fullmatch(expression, path) else None
