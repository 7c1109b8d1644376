"""What the randomness beacon is and says. Here, not in ``ports``, so that decisions can use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class BeaconChain:
    """Which beacon it is. Published with a wave's rules before the draw, so that it cannot be exchanged later."""

    public_key: bytes
    """Ed25519, 32 bytes."""
    genesis_at: datetime
    """When round 1 was due, UTC."""
    period: timedelta
    genesis_seed: bytes
    """Stands in for the signature of round 0, 32 bytes."""

    def round_at(self, moment: datetime) -> int:
        """Number of the first round that comes out at ``moment`` or later (1 for moments before genesis)."""
        return 1 + max(0, -((self.genesis_at - moment) // self.period))

    def time_of(self, number: int) -> datetime:
        """When round ``number`` (1, 2, …) comes out, UTC."""
        return self.genesis_at + (number - 1) * self.period


@dataclass(frozen=True)
class BeaconRound:
    """A verified output. Everything that an outsider needs to verify it again."""

    number: int
    randomness: bytes
    """SHA-256 of the signature, 32 bytes."""
    signature: bytes
    previous_signature: bytes
