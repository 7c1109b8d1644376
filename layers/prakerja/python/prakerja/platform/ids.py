"""Identifiers. Random ones cannot be guessed; derived ones make a repeated command name the same thing."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from typing import Any, Protocol

NAMESPACE = uuid.UUID("6f0b4f5e-7d0a-5c5e-9a51-1f5b8b1f2c11")
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0/O and no 1/I: people type these codes


class Ids(Protocol):
    """Source of identifiers. Tests pass a repeatable one."""

    def new(self) -> str:
        """A random UUID (text)."""

    def of(self, *parts: str) -> str:
        """The UUID that these parts always have: ``of(audience, subject, command, key)``."""

    def digits(self, count: int) -> str:
        """``count`` unguessable decimal digits, the first one not 0."""

    def code(self, count: int, alphabet: str = CODE_ALPHABET) -> str:
        """``count`` unguessable characters of ``alphabet``."""


def derived(*parts: str) -> str:
    """UUID version 5 over length-prefixed parts, so that ("a", "bc") and ("ab", "c") differ."""
    return str(uuid.uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))


class RandomIds:
    """Identifiers from the operating system's random source."""

    def new(self) -> str:
        return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))

    def of(self, *parts: str) -> str:
        return derived(*parts)

    def digits(self, count: int) -> str:
        return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))

    def code(self, count: int, alphabet: str = CODE_ALPHABET) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))


def fingerprint(intent: Any) -> str:
    """A short SHA-256 over a JSON-able intent: equal intents, equal text. Used to recognise a repeated command."""
    canonical = json.dumps(intent, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def shard_of(key: str, shards: int) -> str:
    """Spread keys evenly over ``shards`` partitions; two digits or more, so that text order is number order."""
    return f"{int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % shards:02d}"
