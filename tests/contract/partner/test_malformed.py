"""The whole corpus of malformed requests over sockets, against the real endpoints: never a 5xx, never a change."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from datetime import UTC, datetime

import pytest

from tests.contract.partner.client import Client
from tests.contract.partner.corpus import Broken, broken_requests, broken_tasks
from tests.contract.partner.target import TARGETS, WHICH, Target, client_code
from tests.contract.partner.wire_client import Connection, raw_request

GATEWAY = frozenset({400, 403, 404, 405, 413, 414, 431, 501})
"""How a server may refuse what is not HTTP before we see it; 403: a preflight, where no other origin is allowed."""

OURS, ELSEWHERE = "refused by us", "refused by the server"
MOST_ELSEWHERE = 20


@pytest.fixture(scope="module", params=WHICH)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    made = TARGETS[request.param]()
    with ExitStack() as stack:
        yield stack.enter_context(made if hasattr(made, "__enter__") else nullcontext(made))


def corpus(target: Target) -> list[Broken]:
    now = datetime.fromtimestamp(target.now(), UTC)
    client = Client(client_code(target, "lpk"), target.keys["lpk"].encode(), now)
    return [*broken_requests(client), *broken_tasks(client)]


def test_nothing_malformed_is_a_mistake_of_ours_or_changes_anything(target: Target) -> None:
    target.back()
    requests, before = corpus(target), target.holds()
    assert len(requests) >= 300
    assert len({broken.name for broken in requests}) == len(requests)
    answers = {broken.name: verdict(target, broken) for broken in requests}
    assert {name: answer for name, answer in answers.items() if answer not in (OURS, ELSEWHERE)} == {}
    assert sum(answer == ELSEWHERE for answer in answers.values()) < MOST_ELSEWHERE, "we answer nearly all of them"
    assert target.holds() == before


def verdict(target: Target, broken: Broken) -> str:
    """``OURS`` for a refusal as it must be, ``ELSEWHERE`` if the server would not even read it, else what is wrong."""
    with Connection(target.base_url) as connection, suppress(http.client.HTTPException, ConnectionError, TimeoutError):
        request = raw_request(broken.method, broken.path, broken.headers, broken.body, host=connection.host)
        reply = connection.send(request, broken.method)
        if reply.status == broken.status:
            is_ours = (
                broken.method == "HEAD" or not broken.path.startswith("/api/v1/") or reply.body["success"] is False
            )
            return OURS if is_ours else reply.text[:200]
        if reply.status in GATEWAY and "ERR" not in reply.text:
            return ELSEWHERE
        return f"{reply.status} {reply.text[:200]}"
    return ELSEWHERE
