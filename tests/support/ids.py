"""Repeatable identifiers: the n-th random id of a test is always the same."""

from __future__ import annotations

import hashlib
import uuid

from prakerja.platform.ids import CODE_ALPHABET, derived


class CountingIds:
    def __init__(self, seed: str = "test") -> None:
        self._seed = seed
        self._count = 0

    def _bytes(self) -> bytes:
        self._count += 1
        return hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()

    def new(self) -> str:
        return str(uuid.UUID(bytes=self._bytes()[:16], version=4))

    def of(self, *parts: str) -> str:
        return derived(*parts)

    def digits(self, count: int) -> str:
        return str(int.from_bytes(self._bytes()) % (9 * 10 ** (count - 1)) + 10 ** (count - 1))

    def code(self, count: int, alphabet: str = CODE_ALPHABET) -> str:
        number = int.from_bytes(self._bytes())
        return "".join(alphabet[(number >> (7 * i)) % len(alphabet)] for i in range(count))
