"""The OpenAPI document as it really is: Powertools' draft, with our problem bodies in place of its own error schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from inspect import getdoc
from typing import Any

from prakerja.platform.problems import Problem

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. 'type' names the problem; 'detail' says what is wrong and how to mend it.",
    "required": ["type", "title", "status", "detail", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "correlation_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"where": {"type": "string"}, "what": {"type": "string"}}},
        },
    },
    "example": {
        "type": "https://prakerja.example/problems/wave-closed",
        "title": "Gelombang sudah ditutup",
        "status": 409,
        "detail": "Gelombang ini ditutup pada 15 Januari 2026 23.59 WIB.",
        "correlation_id": "5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d",
    },
}
ALWAYS = {"500": "Unforeseen; tell us the correlation id", "503": "Busy; see Retry-After"}
FOR_BODIES = {"400": "Not JSON", "413": "Too large", "415": "Not declared as JSON"}


def describe(
    app: Any, *, title: str, description: str, is_public: Callable[[Callable[..., Any]], bool]
) -> dict[str, Any]:
    """The document of an Api: every response that can happen, security per operation, nothing that cannot."""
    draft = app.get_openapi_json_schema(title=title, version="1", description=description)
    document: dict[str, Any] = json.loads(draft)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for method, path, function in app.routes():
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            operation["description"] = getdoc(function) or ""
            _complete(operation, public=is_public(function), refused=getattr(function, "refuses", ()))
    return document


def _complete(operation: dict[str, Any], *, public: bool, refused: Iterable[type[Problem]]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses.get("204", {}).pop("content", None)
    possible = dict(ALWAYS)
    if not public:
        operation["security"] = [{"bearer": []}]
        possible |= {"401": "Not signed in", "403": "Not allowed"}
    if "requestBody" in operation:
        possible |= FOR_BODIES
        operation["requestBody"]["required"] = True
    if "requestBody" in operation or operation.get("parameters"):
        possible["422"] = "Some fields are not right"
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        possible["404"] = "Not there, or not yours"
    for problem in refused:
        words = possible.get(str(problem.status))
        possible[str(problem.status)] = f"{words}; {problem.slug}" if words else problem.slug
    for status, words in possible.items():
        responses.setdefault(status, {"description": words})
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def swagger_page(document: dict[str, Any]) -> str:
    """Swagger UI with the document inside; nothing is loaded from elsewhere."""
    from importlib.resources import files

    from aws_lambda_powertools.event_handler.openapi.swagger_ui import generate_swagger_html

    assets = files("aws_lambda_powertools.event_handler.openapi.swagger_ui")
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    spec = json.dumps(document, ensure_ascii=False).replace("</", "<\\/")
    return str(generate_swagger_html(spec, script, style, "", None))
