"""One HTTP exchange with an outside system: once, bounded in time and size, and every non-answer named.

Nothing is repeated here, because only the caller knows whether a repeat is safe. Redirects are not followed, because
no outsider chooses the addresses that we call. urllib3, because boto3 has imported it already.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

from prakerja.platform.problems import Unavailable

_CHUNK = 16_384


class OutsideUnavailable(Unavailable):
    """No proper answer came. ``sent`` is False only if the request certainly never left, so nothing can have happened.

    ``reason`` is made of our own words, never of the other side's text, so it is safe in logs.
    """

    slug: ClassVar[str] = "outside-unavailable"
    title: ClassVar[str] = "A system that we depend on is not available"
    title_id: ClassVar[str] = "Sistem yang kami perlukan sedang tidak tersedia"
    detail: ClassVar[str] = "The {system} gives no proper answer ({reason}). It will be tried again."
    detail_id: ClassVar[str] = "Tidak ada jawaban yang benar dari {system} ({reason}). Akan dicoba lagi."

    def __init__(self, system: str, reason: str, *, sent: bool = True, retry_after: int | None = None) -> None:
        super().__init__(system=system, reason=reason, retry_after=retry_after)
        self.sent = sent


@dataclass(frozen=True)
class Endpoint:
    """Where an outside system is, and how long and how much we listen to it."""

    system: str
    """What people call it: ``"civil registry"``."""
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request; may hold a key, hence not shown."""
    connect_seconds: float = 2.0
    read_seconds: float = 5.0
    """Longest silence, and longest time for the whole body."""
    max_body: int = 65_536
    """Bytes."""

    def unavailable(self, reason: str, *, sent: bool = True, retry_after: int | None = None) -> OutsideUnavailable:
        return OutsideUnavailable(self.system, reason, sent=sent, retry_after=retry_after)


@dataclass(frozen=True)
class HttpAnswer:
    """A complete HTTP answer, whatever its status. Header names are in small letters."""

    endpoint: Endpoint = field(repr=False)
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises OutsideUnavailable if it is anything else."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise self.unavailable("the body is not JSON") from error
        if not isinstance(document, dict):
            raise self.unavailable("the body is not a JSON object")
        return document

    def unavailable(self, reason: str) -> OutsideUnavailable:
        """For an answer that makes no sense; keeps the other side's ``Retry-After`` if it is whole seconds."""
        seconds = self.headers.get("retry-after", "")
        patience = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= 5 else None
        return self.endpoint.unavailable(f"status {self.status}, {reason}", retry_after=patience)


def exchange(
    endpoint: Endpoint, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """Send one request and read the whole answer. Raises OutsideUnavailable."""
    deadline = time.monotonic() + endpoint.connect_seconds + endpoint.read_seconds
    try:
        response = _connections().request(
            method,
            endpoint.base_url.rstrip("/") + path,
            body=body,
            headers={**endpoint.headers, **(headers or {})},
            timeout=urllib3.Timeout(connect=endpoint.connect_seconds, read=endpoint.read_seconds),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            content = _read(endpoint, response, deadline)
        except BaseException:
            response.close()  # the rest of this answer must not be taken for the next one
            raise
        response.release_conn()
    except _NotConnected as error:
        raise endpoint.unavailable("no connection", sent=False) from error
    except ReadTimeoutError as error:
        raise endpoint.unavailable("time-out") from error
    except (HTTPError, OSError) as error:
        raise endpoint.unavailable("the connection broke") from error
    names = {name.lower(): value for name, value in response.headers.items()}
    return HttpAnswer(endpoint, response.status, names, content)


def post_json(
    endpoint: Endpoint, path: str, document: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """POST one JSON object, UTF-8. Raises OutsideUnavailable."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return exchange(endpoint, "POST", path, body=body, headers={"content-type": "application/json", **(headers or {})})


def get(endpoint: Endpoint, path: str) -> HttpAnswer:
    """GET a resource. Raises OutsideUnavailable."""
    return exchange(endpoint, "GET", path)


def _read(endpoint: Endpoint, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    content = bytearray()
    while chunk := response.read1(_CHUNK, decode_content=True):
        content += chunk
        if len(content) > endpoint.max_body:
            raise endpoint.unavailable(f"more than {endpoint.max_body} bytes")
        if time.monotonic() > deadline:  # a drip resets the silence, not this
            raise endpoint.unavailable("time-out")
    return bytes(content)


@lru_cache(maxsize=1)
def _connections() -> urllib3.PoolManager:
    """Kept open between invocations of a warm function."""
    manager = urllib3.PoolManager(num_pools=8, maxsize=4)
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return manager


class _NotConnected(Exception):
    """Raised out of ``connect``: name, address or TLS failed, so no byte of the request has left.

    urllib3 reports TLS trouble while connecting and while reading with the same error; only here are they told apart.
    """


class _Plain(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (HTTPError, OSError) as error:
            raise _NotConnected from error


class _Tls(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (HTTPError, OSError) as error:
            raise _NotConnected from error


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Tls
