"""The outside world of the draw, in memory: an archive, state machine runs, schedules, a beacon."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prakerja.waves.answers import BeaconChain, BeaconRound


class MemoryArchive:
    """Files in a dict."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def get(self, name: str) -> bytes:
        return self.files[name]

    def put(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def put_once(self, name: str, content: bytes) -> bytes:
        return self.files.setdefault(name, content)

    def link(self, name: str) -> str:
        return f"https://archive.test/{name}"


class Runs:
    """Executions that run only when a test says so."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, str, int]] = []
        self.statuses: dict[str, str] = {}

    def start(self, name: str, *, wave_id: str, phase: str, attempt: int) -> None:
        if name not in self.statuses:
            self.started.append((name, wave_id, phase, attempt))
            self.statuses[name] = "RUNNING"

    def status(self, name: str) -> str | None:
        return self.statuses.get(name)


class Schedules:
    """What was arranged."""

    def __init__(self) -> None:
        self.times: dict[str, Mapping[str, datetime]] = {}

    def arrange(self, wave_id: str, times: Mapping[str, datetime]) -> None:
        self.times[wave_id] = dict(times)


class Beacon:
    """A signed chain, one round a second."""

    def __init__(
        self,
        genesis: datetime = datetime(2026, 1, 15, 2, 59, tzinfo=UTC),
        key: bytes = b"beacon of the tests.............",
    ) -> None:
        self._genesis = genesis
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._signatures = [b"\0" * 32]
        self.asked = 0

    def chain(self) -> BeaconChain:
        public = self._key.public_key().public_bytes_raw()
        return BeaconChain(public, self._genesis, timedelta(seconds=1), self._signatures[0])

    def round(self, number: int) -> BeaconRound:
        self.asked += 1
        while len(self._signatures) <= number:
            message = self._signatures[-1] + len(self._signatures).to_bytes(8)
            self._signatures.append(self._key.sign(hashlib.sha256(message).digest()))
        signature, previous = self._signatures[number], self._signatures[number - 1]
        return BeaconRound(number, hashlib.sha256(signature).digest(), signature, previous)
