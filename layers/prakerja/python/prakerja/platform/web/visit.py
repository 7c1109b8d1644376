"""One request of a browser, read from the event of an HTTP API (payload 2.0)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from prakerja.platform.addresses import route_path
from prakerja.platform.auth import Participant
from prakerja.platform.rendering import preferred_language
from prakerja.platform.web.errors import FormTooLarge, NotAForm

Event = Mapping[str, Any]

LANGUAGE = "prakerja_lang"
"""The cookie that remembers a chosen language."""
MAX_FIELDS = 20


class SignInFirst(Exception):
    """The page is for somebody who is signed in; the frame sends the browser to the sign-in page and back."""


@dataclass(frozen=True)
class Form:
    """What was sent: fields, and files in memory. No file is ever written or logged."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> str:
        """A field without surrounding white space; empty if it was not sent."""
        return self.fields.get(name, "").strip()


@dataclass(frozen=True)
class Visit:
    """``params`` are the parts of the path; ``key`` is new for each form that was shown, and the same in its repeats."""

    method: str
    path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str] = field(repr=False)
    language: str
    person: Participant | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    key: str = ""

    @property
    def address(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.raw_query}" if self.raw_query else self.path

    def say(self, indonesian: str, english: str) -> str:
        """The text in the reader's language."""
        return english if self.language == "en" else indonesian

    def signed_in(self) -> Participant:
        """Who is asking. Raises SignInFirst."""
        if self.person is None:
            raise SignInFirst
        return self.person


def visit_of(event: Event) -> Visit:
    """The request behind an event; its body is looked at later."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    cookies = _cookies([*(event.get("cookies") or ()), *headers.pop("cookie", "").split(";")])
    raw_query = event.get("rawQueryString") or ""
    query = dict(parse_qsl(raw_query, keep_blank_values=True, errors="replace"))
    chosen = query.get("lang", cookies.get(LANGUAGE, ""))
    method = event["requestContext"]["http"]["method"]
    return Visit(
        method="GET" if method == "HEAD" else method,
        path=route_path(event["rawPath"]),
        raw_query=raw_query,
        query=query,
        headers=headers,
        cookies=cookies,
        language=chosen if chosen in ("id", "en") else preferred_language(headers),
    )


def form_of(event: Event, headers: Mapping[str, str], limit: int) -> Form:
    """The form in a body of at most ``limit`` bytes. Raises FormTooLarge, NotAForm."""
    text = event.get("body") or ""
    if len(text) > (limit * 4 // 3 + 4 if event.get("isBase64Encoded") else limit):
        raise FormTooLarge(limit=limit, megabytes=max(1, limit // 1_000_000))
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
        kind = headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return Form(dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)))
        if kind.startswith("multipart/form-data"):
            from prakerja.platform.web.multipart import read_multipart  # only one page takes files

            return read_multipart(body, kind)
    except ValueError:  # not base64, not UTF-8, too many fields
        raise NotAForm from None
    raise NotAForm


def _cookies(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.strip().partition("=")
        found.setdefault(name, value)
    return found
