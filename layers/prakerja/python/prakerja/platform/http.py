"""The frame of the participant and operator APIs: routes in, problem+json out, and an OpenAPI document that is true.

Order of work for a request: correlation id, size, who is asking (401 before anything else is said), what is asked (422),
the command. Texts are Indonesian unless ``Accept-Language`` asks for English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Request, Response
from aws_lambda_powertools.event_handler.api_gateway import _DEPENDS_CACHE_KEY, Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin, correlation_id, count, log
from prakerja.platform.openapi import describe, swagger_page
from prakerja.platform.problems import (
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unexpected,
    UnsupportedMediaType,
)
from prakerja.platform.rendering import PROBLEM_JSON, preferred_language, problem_json
from prakerja.platform.validation import field_errors

MAX_BODY = 256 * 1024
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="New for each new request, the same when you repeat one.",
        example="6b1d7c9e-sign-up-1",
    ),
]
Id = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description="as a list or an earlier answer named it",
        example="0a0f5a0e-3d0b-5f0e-9f4f-0d5f5a6b7c8d",
    ),
]
"""An id in a path: whatever else stands there cannot be the key of an item."""
_CORRELATION = re.compile(r"[A-Za-z0-9-]{8,64}")
_DEPENDENCIES = _DEPENDS_CACHE_KEY

Routed = TypeVar("Routed", bound=Callable[..., Any])


def public(route: Routed) -> Routed:
    """Mark a route as open to anybody. Every other route must depend on an authoriser; a test enumerates them."""
    route.is_public = True  # type: ignore[attr-defined]
    return route


def refuses(*problems: type[Problem]) -> Callable[[Routed], Routed]:
    """Name the problems of a route beyond the usual ones, for its OpenAPI document."""

    def mark(route: Routed) -> Routed:
        route.refuses = problems  # type: ignore[attr-defined]
        return route

    return mark


def authoriser(function: Routed) -> Routed:
    """Mark a dependency as one that decides who is asking; it runs before the request is looked at."""
    function.is_authoriser = True  # type: ignore[attr-defined]
    return function


def authorisers_of(route: Callable[..., Any]) -> list[Callable[[Request], Any]]:
    """The authorising dependencies of a route function."""
    from typing import get_type_hints

    found = []
    for hint in get_type_hints(route, include_extras=True).values():
        for extra in getattr(hint, "__metadata__", ()):
            if isinstance(extra, Depends) and getattr(extra.dependency, "is_authoriser", False):
                found.append(extra.dependency)
    return found


class Api(APIGatewayHttpResolver):
    """An audience's routes. ``api(event, context)`` is the Lambda handler."""

    def __init__(self, audience: str, title: str, description: str, routers: Iterable[Router]) -> None:
        super().__init__(enable_validation=True)
        self.audience = audience
        self.title = title
        self.description = description
        self._request_validation_middleware = _AuthoriseThenValidate()  # type: ignore[no-untyped-call]
        self.exception_handler(Exception)(self._problem)
        self.not_found(self._nowhere)
        for router in routers:
            self.include_router(router)
        self.get(f"/docs/{audience}", include_in_schema=False)(self._docs)
        self.get(f"/docs/{audience}/openapi.json", include_in_schema=False)(self._document)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        headers = event.get("headers") or {}
        given = headers.get("x-correlation-id", "")
        begin(given if _CORRELATION.fullmatch(given) else RandomIds().new())
        answer = self.resolve(event, context)
        answer.setdefault("headers", {})["x-correlation-id"] = correlation_id()
        count("Request", audience=self.audience, status=str(answer["statusCode"])[0] + "xx")
        return answer

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document of this audience."""
        return describe(self, title=self.title, description=self.description, is_public=is_public)

    def routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """(method, path, function) of every route."""
        return [(route.method, route.openapi_path, route.func) for route in self._static_routes + self._dynamic_routes]

    def _docs(self) -> Response[str]:
        return Response(200, "text/html; charset=utf-8", swagger_page(self.openapi()))

    def _document(self) -> Response[str]:
        return Response(200, "application/json", json.dumps(self.openapi(), ensure_ascii=False))

    _docs.is_public = True  # type: ignore[attr-defined]
    _document.is_public = True  # type: ignore[attr-defined]

    def _nowhere(self, _: NotFoundError) -> Response[str]:
        path = self.current_event.path
        allowed = sorted({r.method for r in self._static_routes + self._dynamic_routes if r.rule.match(path)})
        problem: Problem = MethodNotAllowed(allow=", ".join(allowed)) if allowed else NotFound()
        answer = self._problem(problem)
        if allowed:
            answer.headers["Allow"] = ", ".join(allowed)
        return answer

    def _problem(self, error: Exception) -> Response[str]:
        language = preferred_language(self.current_event.headers or {})
        if isinstance(error, RequestValidationError):
            error = _input_problem(error, language)
        elif not isinstance(error, Problem):
            route = self.context.get("_route")  # not the path: it may hold what only its caller should know
            log.exception("unforeseen", route=getattr(route, "openapi_path", None))
            count("Unforeseen", audience=self.audience)
            error = Unexpected()
        return render(error, language)


def render(problem: Problem, language: str) -> Response[str]:
    """A problem as RFC 9457 JSON."""
    body, headers = problem_json(problem, language)
    answer: Response[str] = Response(problem.status, PROBLEM_JSON, body, dict(headers))
    return answer


def is_public(route: Callable[..., Any]) -> bool:
    """True for a route marked with ``public``."""
    return bool(getattr(route, "is_public", False))


def language_of(request: Request) -> str:
    """The reader's language, for texts in good answers."""
    return preferred_language(request.headers)


class _AuthoriseThenValidate(OpenAPIRequestValidationMiddleware):
    def handler(self, app: Any, next_middleware: Any) -> Any:
        route = app.context["_route"]
        solved = app.context.setdefault(_DEPENDENCIES, {})
        for dependency in authorisers_of(route.func):
            solved[dependency] = app.dependency_overrides.get(dependency, dependency)(app.request)
        if route.dependant.body_params:
            _check_body(app.current_event)
        return super().handler(app, next_middleware)


def _check_body(event: Any) -> None:
    text = event.body or ""
    if len(text) > MAX_BODY:
        raise TooLarge(limit=MAX_BODY)
    kind = (event.headers or {}).get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType
    try:
        body = json.loads(event.decoded_body or "")
    except UnicodeDecodeError as error:
        raise MalformedRequest(reason="not UTF-8") from error
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg} at character {error.pos}" if isinstance(error, json.JSONDecodeError) else "not readable"
        raise MalformedRequest(reason=reason) from error
    if not isinstance(body, dict):
        raise MalformedRequest(reason="not an object")


def _input_problem(error: RequestValidationError, language: str) -> Problem:
    return InvalidInput(errors=field_errors(error.errors(), language))
