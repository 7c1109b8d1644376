"""The patient client: the same request again until something certain comes back, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.demo.api import TRIES_AFTER_500, Api, NoAnswer, Refused, Reply, Stopped

PROBLEM = b'{"type": "https://prakerja.example/problems/wave-closed", "detail": "It is closed."}'
DONE = Reply(200, {}, b'{"ok": true}')


class Script(Api):
    """Answers what it is told, and notes what it was asked and how long it waited."""

    def __init__(self, *replies: Reply | None) -> None:
        super().__init__("http://nowhere", threading.Event())
        self.replies = list(replies)
        self.asked: list[tuple[Any, ...]] = []
        self.waited: list[float] = []

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply | None:
        self.asked.append((method, path, dict(headers), body))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


def busy(retry_after: str) -> Reply:
    return Reply(429, {"retry-after": retry_after}, b"{}")


def test_a_request_is_repeated_exactly() -> None:
    api = Script(None, Reply(503, {}, b""), Reply(500, {}, b"{}"), DONE)
    assert api.call("POST", "/v1/x", {"a": 1}, token="t") == {"ok": True}
    assert len(api.asked) == 4
    assert all(asked == api.asked[0] for asked in api.asked)
    assert api.asked[0][2]["Idempotency-Key"]
    assert api.repeats == 3


def test_two_requests_are_two_requests() -> None:
    api = Script(DONE)
    api.call("POST", "/v1/x", {})
    api.call("POST", "/v1/x", {})
    assert len({asked[2]["Idempotency-Key"] for asked in api.asked}) == 2


def test_retry_after_is_honoured() -> None:
    api = Script(busy("17"), DONE)
    api.call("GET", "/v1/x")
    assert api.waited == [17.0]


def test_a_mistake_of_the_system_is_told_after_some_tries() -> None:
    api = Script(Reply(500, {}, b"{}"))
    with pytest.raises(Refused):
        api.call("GET", "/v1/x")
    assert len(api.asked) == TRIES_AFTER_500


def test_a_refusal_is_not_repeated() -> None:
    api = Script(Reply(409, {}, PROBLEM))
    with pytest.raises(Refused, match="closed") as caught:
        api.call("PUT", "/v1/x", {})
    assert (caught.value.status, caught.value.kind) == (409, "wave-closed")
    assert len(api.asked) == 1


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.demo.api.PATIENCE_SECONDS", 5.0)
    with pytest.raises(NoAnswer, match="GET /v1/x"):
        Script(busy("60")).call("GET", "/v1/x")


def test_who_stops_waits_for_nothing() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        Api("http://127.0.0.1:9", stop).call("GET", "/v1/x")
