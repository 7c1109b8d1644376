"""What is known about a request that got no answer: whether anything can have left."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from prakerja.gateways.http import Endpoint, OutsideUnavailable
from prakerja.gateways.snap import HttpTransport, snap_providers
from prakerja.payouts.answers import Outcome
from tests.unit.gateways.snap.scripted import AT, credentials_entry, order

Peer = Callable[[socket.socket], None]


@contextmanager
def listening(behave: Peer) -> Iterator[int]:
    """One connection is answered by ``behave``; the port."""

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def sent(url: str) -> bool:
    transport = HttpTransport(Endpoint("provider", url, connect_seconds=1, read_seconds=0.15))
    with pytest.raises(OutsideUnavailable) as caught:
        transport.post("/v1.0/emoney/topup", {}, b"{}")
    return caught.value.sent


def test_no_such_host() -> None:
    assert not sent("http://provider.invalid")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not sent(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 This is no TLS\r\n\r\n", b""], ids=["no TLS", "closed"])
def test_tls_that_is_not_agreed(words: bytes) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(words)

    with listening(refuse) as port:
        assert not sent(f"https://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"HTTP/1.",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n" + b"x" * 70_000,
        b"\x00" * 50,
    ],
    ids=["closed", "half a line", "half a body", "too long", "no HTTP"],
)
def test_an_answer_that_breaks(words: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(words)

    with listening(speak) as port:
        assert sent(f"http://127.0.0.1:{port}")


def test_a_megabyte_is_not_read_to_its_end() -> None:
    def flood(connection: socket.socket) -> None:
        connection.recv(65_536)
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1_000_000)
            while connection.recv(65_536):
                pass

    with listening(flood) as port:
        place = {"base_url": f"http://127.0.0.1:{port}", "read_seconds": 2}
        provider = snap_providers({"DANA": place}, {"DANA": credentials_entry()}, lambda: AT)["DANA"]
        answer = provider.send(provider.prepare_transfer(order("DANA")), provider.external_id(AT, "0" * 11))
    assert (answer.outcome, answer.message) == (Outcome.AMB, "no answer (more than 262144 bytes)")
    assert answer.exchanges[0].http_status is None


def test_silence() -> None:
    done = threading.Event()

    def wait(connection: socket.socket) -> None:
        done.wait(5)

    with listening(wait) as port:
        assert sent(f"http://127.0.0.1:{port}")
        done.set()


def test_an_answer_that_drips() -> None:
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not done.wait(0.05):
            connection.sendall(b"x")

    with listening(drip) as port:
        url = f"http://127.0.0.1:{port}"
        transport = HttpTransport(Endpoint("provider", url, connect_seconds=0.05, read_seconds=0.15))
        with pytest.raises(OutsideUnavailable) as caught:
            transport.post("/v1.0/emoney/topup", {}, b"{}")
        assert caught.value.sent
        done.set()
