"""Whatever an outside system does, we get a complete answer or OutsideUnavailable, soon, and we ask only once."""

from __future__ import annotations

import json
import socket
import time

import pytest

from prakerja.gateways.http import Endpoint, OutsideUnavailable, exchange, get, post_json
from prakerja.platform.problems import Reaction, Unavailable

from .conftest import Stub, drip, half, reset, says, silence


def endpoint(url: str) -> Endpoint:
    return Endpoint("stub", url, headers={"x-api-key": "s3cret"}, connect_seconds=0.1, read_seconds=0.1)


def test_sends_json_with_the_endpoint_s_headers(stub: Stub) -> None:
    stub.answer(200, '{"ok": true}')
    answer = post_json(endpoint(stub.url + "/"), "/v1/x", {"name": "Nur'aini é"}, {"x-more": "1"})
    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/x HTTP/1.1")
    assert {b"x-api-key: s3cret", b"x-more: 1", b"content-type: application/json"} <= set(head.split(b"\r\n"))
    assert json.loads(body) == {"name": "Nur'aini é"}
    assert (answer.status, answer.json()) == (200, {"ok": True})


@pytest.mark.parametrize("status", [201, 302, 400, 404, 500, 503])
def test_any_status_is_an_answer_and_redirects_are_not_followed(stub: Stub, status: int) -> None:
    stub.answer(status, "{}", f"location: {stub.url}/elsewhere")
    assert get(endpoint(stub.url), "/here").status == status
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>502 Bad Gateway</html>", b'["list"]', b"null", b"\xff\xfe{}", b"[" * 60_000, b"9" * 5000],
    ids=["empty", "cut", "html", "list", "null", "not UTF-8", "deep", "huge number"],
)
def test_a_body_that_is_no_json_object_is_no_answer(stub: Stub, body: bytes) -> None:
    stub.answer(200, body)
    answer = get(endpoint(stub.url), "/")
    with pytest.raises(OutsideUnavailable, match="the body is not"):
        answer.json()


def test_a_large_body_is_not_read_to_its_end(stub: Stub) -> None:
    stub.answer(200, b"x" * 1_000_000)
    with pytest.raises(OutsideUnavailable, match="more than 65536 bytes"):
        get(endpoint(stub.url), "/")
    stub.answer(200, '{"fresh": 1}')
    assert get(endpoint(stub.url), "/").json() == {"fresh": 1}, "the rest of the large body must not come back"


def test_a_body_of_exactly_the_limit_is_read(stub: Stub) -> None:
    stub.answer(200, b"x" * 65_536)
    assert len(get(endpoint(stub.url), "/").body) == 65_536


@pytest.mark.parametrize(
    ("script", "reason"),
    [(silence, "time-out"), (drip, "time-out"), (reset, "connection broke"), (half, "connection broke")],
)
def test_no_complete_answer_is_unavailable_soon_and_asked_once(stub: Stub, script: object, reason: str) -> None:
    stub.script = script  # type: ignore[assignment]
    began = time.monotonic()
    with pytest.raises(OutsideUnavailable, match=reason) as caught:
        exchange(endpoint(stub.url), "POST", "/v1/transfer", body=b"{}")
    assert time.monotonic() - began < 1
    assert caught.value.sent, "it may have been carried out"
    assert len(stub.requests) == 1


def test_a_request_that_never_left_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OutsideUnavailable, match="no connection") as caught:
        get(endpoint(f"http://127.0.0.1:{port}"), "/")
    assert not caught.value.sent


def test_a_connection_closed_while_idle_does_not_spoil_the_next_request(stub: Stub) -> None:
    def answer_and_hang_up(connection: socket.socket) -> None:
        says(200, "{}")(connection)
        connection.shutdown(socket.SHUT_RDWR)

    stub.script = answer_and_hang_up
    for _ in range(3):
        assert get(endpoint(stub.url), "/").status == 200
        time.sleep(0.02)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", None), ("-1", None), ("٣", None), ("9" * 30, None)])
def test_retry_after_is_kept_if_it_is_a_number(stub: Stub, header: str, seconds: int | None) -> None:
    stub.script = lambda connection: connection.sendall(
        f"HTTP/1.1 503 X\r\nretry-after: {header}\r\ncontent-length: 0\r\n\r\n".encode()
    )
    assert get(endpoint(stub.url), "/").unavailable("down").retry_after == seconds


def test_unavailable_asks_for_a_retry_and_tells_nothing_secret(stub: Stub) -> None:
    stub.answer(500, "NIK 3276055708909999")
    answer = post_json(endpoint(stub.url), "/", {"nik": "3276055708909999"})
    problem = answer.unavailable("down")
    assert isinstance(problem, Unavailable)
    assert problem.reaction is Reaction.RETRY_LATER
    told = f"{problem} {problem.text('id')} {problem!r} {answer!r} {endpoint(stub.url)!r} {answer.endpoint!r}"
    assert "3276055708909999" not in told
    assert "s3cret" not in told
