"""Web addresses as we write them: by which path a request is routed, a query added to one, its origin, and what may follow a sign-in on our own host."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MAX_PATH = 4096
"""Longer than an address of ours that carries two addresses of others."""
_LOCAL = re.compile(r"/(?![/\\])[!$-;=?-\[\]_a-z~]*")
"""A path and its query in printable ASCII, without what browsers rewrite (a second slash, a backslash)."""


def route_path(raw_path: str) -> str:
    """The path by which a request is routed: one slash where several came, none at the end (``/`` for the root)."""
    return "/" + "/".join(part for part in raw_path.split("/") if part)


def with_query(address: str, **parameters: str) -> str:
    """The address with these parameters added to its query; earlier ones of the same names give way."""
    parts = urlsplit(address)
    kept = [pair for pair in parts.query.split("&") if pair and _name(pair) not in parameters]
    return urlunsplit((*parts[:3], "&".join([*kept, urlencode(parameters)]), ""))


def origin(address: str) -> str:
    """Scheme, host and port of an address: what a browser calls its origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def local_path(text: str | None, otherwise: str = "/") -> str:
    """A path on our own host (its query included), or ``otherwise``: nobody is sent elsewhere by it."""
    return text if text and len(text) <= MAX_PATH and _LOCAL.fullmatch(text) else otherwise


def _name(pair: str) -> str:
    return parse_qsl(pair, keep_blank_values=True)[0][0]
