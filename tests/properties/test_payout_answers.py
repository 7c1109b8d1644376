"""Whatever a provider answers that proves nothing: the payout is unknown, its money in flight, nobody told, nothing crashes.

The answers go through the whole way of a sending and of an inquiry: client, decision, store, ledger, evidence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prakerja.payouts.model import PROVIDERS, PayoutState
from prakerja.payouts.store import attempts_of
from tests.support.effort import effort
from tests.support.payout_office import Office
from tests.support.payout_world import AMOUNT, PayoutWorld

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
LIES: tuple[Mapping[str, Any], ...] = (
    {"partnerReferenceNo": "P2600000000000000001"}, {"partnerReferenceNo": None}, {"partnerReferenceNo": 7},
    {"amount": {"value": "60000.00", "currency": "IDR"}}, {"amount": {"value": "600000.00", "currency": "USD"}},
    {"amount": {"value": 600000.0, "currency": "IDR"}}, {"amount": None}, {"amount": "600000.00"},
    {"referenceNo": ""}, {"referenceNo": None}, {"referenceNo": ["x"]},
    {"responseCode": "5003800"}, {"responseCode": "2003899"}, {"responseCode": None}, {"responseCode": 2003800.5},
)  # fmt: skip
"""One field of a success changed: it is none any more."""
RAW = (
    (200, b""), (200, HTML), (502, HTML), (200, b"null"), (200, b"[]"), (200, b'"2003800"'), (200, b"2003800"),
    (200, b'{"responseCode":"2003800","partnerReferenceNo"'), (200, b'\xff\xfe{"responseCode":"2003800"}'),
    (200, '{"responseCode":"2003800"}'.encode("utf-16")), (200, b"\xef\xbb\xbf{}"), (200, b"[" * 100_000),
    (200, b'{"responseCode":"2003800","pad":"' + b"x" * 1_000_000 + b'"}'), (200, b"\x00" * 1_000_000),
    (200, b'{"responseCode":"2003800","responseCode":"5003800"}'), (302, b""), (600, b"{}"), (204, b""), (100, b""),
    (200, b'{"responseCode":"200380"}'), (200, b'{"responseCode":"20038000"}'), (200, b'{"responseCode":"abcdefg"}'),
)  # fmt: skip


class Scripted:
    """A world with one payout, whose provider answers as a test says; tokens are given as always."""

    def __init__(self, provider: str = "LINKAJA") -> None:
        self.world = PayoutWorld(seed=1, people=1, providers=(provider,))
        self.provider, self.status, self.body = provider, 200, b""
        self.truth: Mapping[str, Any] | None = None
        line = self.world.lines[provider]
        real = line.post

        def post(path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
            told = real(path, headers, body)
            if "access-token" in path or "balance" in path:
                return told
            if self.truth is not None:
                return told[0], json.dumps({**json.loads(told[1]), **self.truth}).encode()
            return self.status, self.body

        line.post = post  # type: ignore[method-assign]

    def unknown(self) -> None:
        """Send once and ask for an hour: it stays unknown, with its money in flight, under its one reference."""
        Office(self.world).run()
        self.world.play(until=self.world.clock.now + timedelta(hours=1))
        (payout,) = self.world.watch.payouts.values()
        assert payout.state in (PayoutState.UNKNOWN, PayoutState.DISPATCHING), payout.state
        assert self.world.crashes == [] == self.world.watch.wrong
        assert self.world.watch.held[f"IN_FLIGHT:{self.provider}"] == AMOUNT
        (attempt,) = attempts_of(self.world.p.table, payout.payout_id)
        assert attempt.result is None
        assert attempt.sends == 1


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: f"{raw[0]}-{raw[1][:20]!r}")
def test_what_is_no_answer_proves_nothing(raw: tuple[int, bytes]) -> None:
    scripted = Scripted()
    scripted.status, scripted.body = raw
    scripted.unknown()


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: json.dumps(lie)[:50])
def test_a_success_with_one_lie_proves_nothing(lie: Mapping[str, Any], provider: str) -> None:
    scripted = Scripted(provider)
    scripted.truth = {**lie, "latestTransactionStatus": "09"}  # inquiries know nothing either
    scripted.unknown()


@settings(max_examples=effort(12), deadline=None)
@given(status=st.integers(100, 599), body=st.binary(max_size=300))
def test_no_bytes_prove_anything(status: int, body: bytes) -> None:
    scripted = Scripted()
    scripted.status, scripted.body = status, body
    scripted.unknown()


@settings(max_examples=effort(12), deadline=None)
@given(http=st.sampled_from([200, 202, 400, 401, 403, 404, 405, 409, 429, 500, 504]), case=st.integers(24, 99))
def test_a_code_that_nobody_has_written_down_proves_nothing(http: int, case: int) -> None:
    scripted = Scripted()
    scripted.status = http
    scripted.body = json.dumps({"responseCode": f"{http}38{case:02d}", "responseMessage": "?"}).encode()
    scripted.unknown()
