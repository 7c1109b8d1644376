"""Who may call the partner API, from when until when, and with which keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from prakerja.partners.errors import WrongPartnerKind

MAX_KEYS = 2
"""Active keys of a partner: the old and the new one while it rotates."""


class PartnerKind(StrEnum):
    """Platforms sell courses, institutions teach them, payment channels pay out."""

    PLATFORM = "PLATFORM"
    INSTITUTION = "INSTITUTION"
    PAYMENT_CHANNEL = "PAYMENT_CHANNEL"


@dataclass(frozen=True)
class SealedKey:
    """A sign key as stored: encrypted under key ``kid`` of the key ring, bound to its partner."""

    key_id: str
    """Names the key to people ("2026-01-15 …"); says nothing about it."""
    kid: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Partner:
    """A partner as contracted. Days are WIB; ``valid_until`` is the last day (None: no end agreed)."""

    client_code: str
    name: str
    kind: PartnerKind
    keys: tuple[SealedKey, ...]
    """Oldest first, at most two."""
    valid_from: date
    valid_until: date | None
    suspended: bool = False
    redirect_uris: tuple[str, ...] = ()
    """Where an institution's participants may be sent back to."""
    commission_basis_points: int = 0
    """What a platform keeps of a price; 1500 = 15 %."""

    def may_call(self, today: date) -> bool:
        """Is it under contract on this day (WIB) and not suspended?"""
        return (
            not self.suspended and self.valid_from <= today and (self.valid_until is None or today <= self.valid_until)
        )

    def require(self, kind: PartnerKind) -> None:
        """Raises WrongPartnerKind unless the partner is of this kind."""
        if self.kind is not kind:
            raise WrongPartnerKind(kind=kind)


@dataclass(frozen=True)
class Caller:
    """A partner as the frame of the API meets it: with the keys that count now (none, if it may not call)."""

    partner: Partner
    sign_keys: tuple[bytes, ...] = field(repr=False)


def with_new_key(keys: tuple[SealedKey, ...], new: SealedKey) -> tuple[SealedKey, ...]:
    """Begin a rotation: the new key and the youngest old one are active."""
    return (*keys, new)[-MAX_KEYS:]
