"""An outside system that says exactly what a test tells it to, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Script = Callable[[socket.socket], None]


@dataclass
class Stub:
    """Answers every request with ``script``; ``requests`` holds the bytes that arrived."""

    url: str
    script: Script = lambda connection: None
    requests: list[bytes] = field(default_factory=list)

    def answer(self, status: int, body: bytes | str = b"", *headers: str) -> None:
        self.script = says(status, body, *headers)


def says(status: int, body: bytes | str = b"", *headers: str) -> Script:
    """A complete answer."""
    raw = body.encode() if isinstance(body, str) else body
    head = "\r\n".join([f"HTTP/1.1 {status} X", f"content-length: {len(raw)}", *headers, "", ""]).encode()
    return lambda connection: connection.sendall(head + raw)


def silence(connection: socket.socket) -> None:
    """No answer, connection open, until the client has had enough."""
    connection.settimeout(5)
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    """A byte now and then: never silent, never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.01)


def reset(connection: socket.socket) -> None:
    """The request was read, then the connection is torn down."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half(connection: socket.socket) -> None:
    """Headers and a part of the body, then the end."""
    connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"result":')


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65_536)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def _serve(connection: socket.socket, stub: Stub) -> None:
    with connection, contextlib.suppress(OSError):
        while request := _read_request(connection):
            stub.requests.append(request)
            stub.script(connection)
            if stub.script in (reset, half):
                return


def _accept(server: socket.socket, stub: Stub) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection, stub), daemon=True).start()


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = socket.create_server(("127.0.0.1", 0))
    made = Stub(f"http://127.0.0.1:{server.getsockname()[1]}")
    threading.Thread(target=_accept, args=(server, made), daemon=True).start()
    yield made
    server.shutdown(socket.SHUT_RDWR)
    server.close()
