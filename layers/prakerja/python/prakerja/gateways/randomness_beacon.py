"""The randomness beacon: fulfils `prakerja.waves.ports.RandomnessBeacon`, and verifies what it is told.

The beacon is a chain in the manner of drand: round *n* is an Ed25519 signature over the signature of round *n* - 1,
and its randomness is the SHA-256 of that signature. Ed25519 is deterministic, so whoever holds the key cannot choose
among outputs, and the chain leaves no room for a second history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from prakerja.gateways.http import Endpoint, HttpAnswer, get
from prakerja.platform.clock import from_text
from prakerja.waves.answers import BeaconChain, BeaconRound
from prakerja.waves.ports import BeaconInvalid, RoundNotYet

_KEY, _SEED, _SIGNATURE, _RANDOMNESS = 32, 32, 64, 32
"""Lengths in bytes."""


class HttpRandomnessBeacon:
    """Asks over HTTP; the source needs no trust beyond the public key.

    ``public_key`` (hex) pins the beacon: another one is refused. Without it the first answer is believed, which is
    enough only where the beacon is our own stand-in.
    """

    def __init__(self, base_url: str, *, public_key: str = "") -> None:
        self._endpoint = Endpoint("randomness beacon", base_url)
        self._pinned = bytes.fromhex(public_key)
        self._chain: BeaconChain | None = None

    def chain(self) -> BeaconChain:
        """See the port. Asked once, then remembered: a chain never changes."""
        if self._chain is None:
            chain = _read_chain(_ok(get(self._endpoint, "/info")))
            if self._pinned and chain.public_key != self._pinned:
                raise BeaconInvalid(number=0, reason="another public key than the pinned one")
            self._chain = chain
        return self._chain

    def round(self, number: int) -> BeaconRound:
        """See the port. The round before is fetched and verified too, so that the link between them is real."""
        chain = self.chain()
        output = self._fetch(number)
        verify_round(chain, output)
        expected = chain.genesis_seed
        if number > 1:
            before = self._fetch(number - 1)
            verify_round(chain, before)
            expected = before.signature
        if output.previous_signature != expected:
            raise BeaconInvalid(number=number, reason="it does not continue the round before")
        return output

    def _fetch(self, number: int) -> BeaconRound:
        answer = get(self._endpoint, f"/rounds/{number}")
        if answer.status in (404, 425):
            raise RoundNotYet(number=number, retry_after=max(1, round(self.chain().period.total_seconds())))
        output = _read_round(_ok(answer))
        if output.number != number:
            raise BeaconInvalid(number=number, reason="it is another round")
        return output


def verify_round(chain: BeaconChain, output: BeaconRound) -> None:
    """Raise BeaconInvalid unless the chain's key signed exactly this round and its randomness follows from that."""
    try:
        key = Ed25519PublicKey.from_public_bytes(chain.public_key)
        key.verify(output.signature, signed_message(output.number, output.previous_signature))
    except (InvalidSignature, ValueError) as error:
        raise BeaconInvalid(number=output.number, reason="the signature is wrong") from error
    if output.randomness != hashlib.sha256(output.signature).digest():
        raise BeaconInvalid(number=output.number, reason="the randomness is not the hash of the signature")


def signed_message(number: int, previous_signature: bytes) -> bytes:
    """What a round's signature covers: SHA-256(previous signature ‖ round number as 8 bytes, big endian)."""
    return hashlib.sha256(previous_signature + number.to_bytes(8, "big")).digest()


def _ok(answer: HttpAnswer) -> HttpAnswer:
    if answer.status != 200:
        raise answer.unavailable("no answer")
    return answer


def _read_chain(answer: HttpAnswer) -> BeaconChain:
    document = answer.json()
    period = document.get("period_seconds")
    if type(period) is not int or not 1 <= period <= 86_400:
        raise answer.unavailable("no period")
    try:
        genesis_at = from_text(str(document.get("genesis_at")))
    except ValueError as error:
        raise answer.unavailable("no time of genesis") from error
    return BeaconChain(
        public_key=_bytes(answer, document, "public_key", _KEY),
        genesis_at=genesis_at,
        period=timedelta(seconds=period),
        genesis_seed=_bytes(answer, document, "genesis_seed", _SEED),
    )


def _read_round(answer: HttpAnswer) -> BeaconRound:
    document = answer.json()
    number = document.get("round")
    if type(number) is not int or number < 1:
        raise answer.unavailable("no round number")
    return BeaconRound(
        number=number,
        randomness=_bytes(answer, document, "randomness", _RANDOMNESS),
        signature=_bytes(answer, document, "signature", _SIGNATURE),
        previous_signature=_bytes(answer, document, "previous_signature", _SEED if number == 1 else _SIGNATURE),
    )


def _bytes(answer: HttpAnswer, document: Mapping[str, Any], name: str, length: int) -> bytes:
    try:
        value = bytes.fromhex(str(document.get(name)))
    except ValueError as error:
        raise answer.unavailable(f"no {name}") from error
    if len(value) != length:
        raise answer.unavailable(f"no {name}")
    return value
