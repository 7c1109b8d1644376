"""A client that writes its requests byte by byte, so that it can do what real clients do and libraries hide."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


def raw_request(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    chunks: int = 0,
    version: str = "HTTP/1.1",
    host: str = "partner.test",
) -> bytes:
    """The bytes of a request. ``chunks``: how many to cut the body into; 0: a Content-Length, as most clients send it."""
    lines = [f"{method} {path} {version}", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if chunks:
        size = max(1, -(-len(body) // chunks))
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        lines.append("Transfer-Encoding: chunked")
    else:
        sent = body
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + sent


class Connection:
    """One connection, kept alive from request to request."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self.host = parts.netloc
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=TIMEOUT_SECONDS)

    def send(self, request: bytes, method: str = "POST") -> Reply:
        """Send a request as it is, and read one whole answer."""
        self._socket.sendall(request)
        answer = http.client.HTTPResponse(self._socket, method=method)
        answer.begin()
        text = answer.read().decode()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def send_once(base_url: str, method: str, path: str, headers: Mapping[str, str], body: bytes, **how: Any) -> Reply:
    """One request on a connection of its own."""
    with Connection(base_url) as connection:
        return connection.send(raw_request(method, path, headers, body, host=connection.host, **how), method)
