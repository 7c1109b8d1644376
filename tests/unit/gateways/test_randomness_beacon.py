"""The beacon is believed only as far as its signatures and its chain reach."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways import http
from prakerja.gateways.randomness_beacon import HttpRandomnessBeacon
from prakerja.platform.problems import Unavailable
from prakerja.waves.answers import BeaconChain
from prakerja.waves.ports import BeaconInvalid, RoundNotYet

GENESIS = datetime(2026, 11, 24, tzinfo=UTC)


class Source:
    """A beacon in memory that can lie."""

    def __init__(self, key: bytes = b"k" * 32) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(key)
        self.public_key = self.key.public_key().public_bytes_raw().hex()
        self.info: dict[str, Any] = {
            "public_key": self.public_key,
            "genesis_seed": "ab" * 32,
            "genesis_at": "2026-11-24T00:00:00.000000Z",
            "period_seconds": 3,
        }
        self.rounds: dict[int, dict[str, Any]] = {}
        previous = bytes.fromhex("ab" * 32)
        for number in range(1, 6):
            previous = self.emit(number, previous)

    def emit(self, number: int, previous: bytes) -> bytes:
        signature = self.key.sign(hashlib.sha256(previous + number.to_bytes(8, "big")).digest())
        self.rounds[number] = {
            "round": number,
            "randomness": hashlib.sha256(signature).hexdigest(),
            "signature": signature.hex(),
            "previous_signature": previous.hex(),
        }
        return signature

    def exchange(self, endpoint: http.Endpoint, method: str, path: str, **rest: object) -> http.HttpAnswer:
        if path == "/info":
            return http.HttpAnswer(endpoint, 200, {}, json.dumps(self.info).encode())
        number = int(path.removeprefix("/rounds/"))
        document, status = (self.rounds[number], 200) if number in self.rounds else ({}, 425)
        return http.HttpAnswer(endpoint, status, {}, json.dumps(document).encode())


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    made = Source()
    monkeypatch.setattr(http, "exchange", made.exchange)
    return made


def test_a_genuine_round(source: Source) -> None:
    beacon = HttpRandomnessBeacon("", public_key=source.public_key)
    assert beacon.chain() == BeaconChain(
        bytes.fromhex(source.public_key), GENESIS, timedelta(seconds=3), bytes.fromhex("ab" * 32)
    )
    for number in (1, 2, 5):
        output = beacon.round(number)
        assert output.number == number
        assert output.randomness == hashlib.sha256(output.signature).digest()
        assert output.signature.hex() == source.rounds[number]["signature"]


def test_a_round_of_the_future_says_when_to_ask_again(source: Source) -> None:
    with pytest.raises(RoundNotYet) as caught:
        HttpRandomnessBeacon("").round(6)
    assert caught.value.retry_after == 3


def flip(text: str) -> str:
    return ("1" if text[0] == "0" else "0") + text[1:]


@pytest.mark.parametrize("number", [3, 4])
@pytest.mark.parametrize("name", ["randomness", "signature", "previous_signature"])
def test_a_changed_digit_is_noticed_in_the_round_and_in_the_one_before(source: Source, number: int, name: str) -> None:
    source.rounds[number][name] = flip(source.rounds[number][name])
    with pytest.raises(BeaconInvalid):
        HttpRandomnessBeacon("").round(4)


def test_another_round_s_output_is_not_taken(source: Source) -> None:
    source.rounds[4] = source.rounds[5]
    with pytest.raises(BeaconInvalid, match="another round"):
        HttpRandomnessBeacon("").round(4)


def test_a_signed_round_on_another_history_is_not_taken(source: Source) -> None:
    source.emit(4, b"x" * 64)
    with pytest.raises(BeaconInvalid, match="continue"):
        HttpRandomnessBeacon("").round(4)


def test_a_first_round_that_does_not_start_from_genesis_is_not_taken(source: Source) -> None:
    source.emit(1, b"x" * 32)
    with pytest.raises(BeaconInvalid, match="continue"):
        HttpRandomnessBeacon("").round(1)


def test_another_key_than_the_pinned_one_is_refused(source: Source) -> None:
    with pytest.raises(BeaconInvalid, match="pinned"):
        HttpRandomnessBeacon("", public_key="00" * 32).chain()


def test_a_round_signed_by_another_key_is_refused(source: Source) -> None:
    source.rounds = Source(b"o" * 32).rounds
    with pytest.raises(BeaconInvalid, match="signature"):
        HttpRandomnessBeacon("").round(2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_key", "zz"),
        ("public_key", "ab"),
        ("genesis_seed", None),
        ("genesis_at", "yesterday"),
        ("genesis_at", "2026-11-24T00:00:00"),
        ("period_seconds", 0),
        ("period_seconds", True),
        ("period_seconds", 1.5),
    ],
)
def test_an_incomplete_description_is_unavailable(source: Source, name: str, value: object) -> None:
    source.info[name] = value
    with pytest.raises(Unavailable):
        HttpRandomnessBeacon("").chain()


@pytest.mark.parametrize(("name", "value"), [("round", "4"), ("round", True), ("signature", "ab"), ("randomness", 7)])
def test_an_incomplete_round_is_unavailable(source: Source, name: str, value: object) -> None:
    source.rounds[4][name] = value
    with pytest.raises(Unavailable):
        HttpRandomnessBeacon("").round(4)


@given(
    after=st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=400)),
    period=st.integers(min_value=1, max_value=86_400),
)
def test_round_at_is_the_first_round_not_before_the_moment(after: timedelta, period: int) -> None:
    chain = BeaconChain(b"", GENESIS, timedelta(seconds=period), b"")
    moment = GENESIS + after
    number = chain.round_at(moment)
    assert number >= 1
    assert chain.time_of(number) >= moment
    assert number == 1 or chain.time_of(number - 1) < moment
