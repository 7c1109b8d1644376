"""API Gateway for tests: a WSGI application that turns an HTTP request into the event a function gets, and back.

As the HTTP API (payload 2.0) does it: header names in small letters, repeated headers and query parameters joined by
commas, cookies apart, the path decoded, the query raw as well as decoded, and a body that is not text in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Handler = Callable[[dict[str, Any]], dict[str, Any]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_TEXT = ("text/", "application/json", "application/problem+json", "application/javascript", "application/xml")


def wsgi(handle: Handler) -> Wsgi:
    """``handle(event)`` → response of a function, as a WSGI application."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = handle(event_of(environ))
        status = int(answer["statusCode"])
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        headers = [(name, str(value)) for name, value in answer.get("headers", {}).items()]
        headers += [("Set-Cookie", cookie) for cookie in answer.get("cookies", ())]
        start_response(f"{status} {phrase}", headers)
        body = answer.get("body") or ""
        return [base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()]

    return application


def event_of(environ: dict[str, Any]) -> dict[str, Any]:
    """The event of a WSGI request."""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    query = environ.get("QUERY_STRING", "")
    headers = _headers(environ)
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
            },
            "requestId": "request-1",
            "stage": "$default",
        },
        **_body(environ, headers),
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    return event


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        found["content-type"] = environ["CONTENT_TYPE"]
    return found


def _body(environ: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if not raw:
        return {"isBase64Encoded": False}
    try:
        if headers.get("content-type", "application/json").startswith(_TEXT):
            return {"body": raw.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        pass
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
