"""Who may call the partner API, from when until when, and with which keys. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from prakerja.partners.errors import (
    CommissionTooHigh,
    ContractEndsFirst,
    LastKey,
    TwoKeysActive,
    WrongPartnerKind,
)
from prakerja.platform.problems import PreconditionFailed

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
    """Names the key to people; says nothing about it."""
    kid: str
    sealed: bytes = field(repr=False)
    added_at: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What was agreed with a partner. Days are WIB; ``valid_until`` is the last day (None: no end agreed)."""

    name: str
    contract_reference: str
    valid_from: date
    valid_until: date | None
    redirect_uris: tuple[str, ...]
    commission_basis_points: int
    legacy_signature: bool
    sso_redirect_uris: tuple[str, ...] = ()
    sso_login_uris: tuple[str, ...] = ()
    pkce_required: bool = False

    def checked(self, *, commission_cap: int) -> Terms:
        """Itself. ``commission_cap`` in basis points, of the scheme. Raises ContractEndsFirst, CommissionTooHigh."""
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ContractEndsFirst
        if self.commission_basis_points > commission_cap:
            raise CommissionTooHigh(cap=commission_cap)
        return self


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
    suspended_at: datetime | None = None
    suspended_because: str | None = None
    redirect_uris: tuple[str, ...] = ()
    """Where an institution's participants may be sent back to."""
    commission_basis_points: int = 0
    """What a platform keeps of a price; 1500 = 15 %."""
    contract_reference: str = ""
    legacy_signature: bool = True
    """Is the contract's first signature (HMAC-SHA1) believed, too?"""
    last_used: Mapping[str, str] = field(default_factory=dict)
    """Key id → the last day (WIB, ISO) on which it signed a request."""
    sso_redirect_uris: tuple[str, ...] = ()
    """Where "log in with Prakerja" may send people with a code; none: the partner does not take part in it."""
    sso_login_uris: tuple[str, ...] = ()
    """Where people may be sent when logging in fails."""
    pkce_required: bool = False
    """Must each log-in be bound to the browser that began it (RFC 7636)? True for partners since 2026."""
    version: int = 1
    """Grows by one with each change by an operator."""

    def may_call(self, today: date) -> bool:
        """Is it under contract on this day (WIB) and not suspended?"""
        return (
            not self.suspended and self.valid_from <= today and (self.valid_until is None or today <= self.valid_until)
        )

    def require(self, kind: PartnerKind) -> None:
        """Raises WrongPartnerKind unless the partner is of this kind."""
        if self.kind is not kind:
            raise WrongPartnerKind(kind=kind)

    def require_version(self, seen: int) -> None:
        """Raises PreconditionFailed if somebody has changed it since."""
        if self.version != seen:
            raise PreconditionFailed

    @property
    def terms(self) -> Terms:
        """What an operator may change."""
        return Terms(
            name=self.name,
            contract_reference=self.contract_reference,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            redirect_uris=self.redirect_uris,
            commission_basis_points=self.commission_basis_points,
            legacy_signature=self.legacy_signature,
            sso_redirect_uris=self.sso_redirect_uris,
            sso_login_uris=self.sso_login_uris,
            pkce_required=self.pkce_required,
        )


@dataclass(frozen=True)
class Caller:
    """A partner as the frame of the API meets it: with the keys that count now (none, if it may not call)."""

    partner: Partner
    sign_keys: tuple[bytes, ...] = field(repr=False)

    @property
    def legacy_signature(self) -> bool:
        """Is the contract's first signature believed?"""
        return self.partner.legacy_signature


def with_terms(partner: Partner, terms: Terms) -> Partner:
    """The partner under other terms."""
    return replace(partner, **vars(terms), version=partner.version + 1)


def with_new_key(partner: Partner, new: SealedKey) -> Partner:
    """Begin a rotation: both keys are active until the old one is retired. Raises TwoKeysActive."""
    if len(partner.keys) >= MAX_KEYS:
        raise TwoKeysActive
    return replace(partner, keys=(*partner.keys, new), version=partner.version + 1)


def without_key(partner: Partner, key_id: str) -> Partner:
    """End a rotation; itself, if it has no such key any more. Raises LastKey (to keep it out, a partner is suspended)."""
    kept = tuple(key for key in partner.keys if key.key_id != key_id)
    if len(kept) == len(partner.keys):
        return partner
    if not kept:
        raise LastKey
    return replace(partner, keys=kept, version=partner.version + 1)


def suspended(partner: Partner, because: str, now: datetime) -> Partner:
    """Nothing that it signs is believed. One that is suspended stays so for the first reason."""
    if partner.suspended:
        return partner
    return replace(partner, suspended=True, suspended_at=now, suspended_because=because, version=partner.version + 1)


def resumed(partner: Partner) -> Partner:
    """It may call again."""
    return replace(partner, suspended=False, suspended_at=None, suspended_because=None, version=partner.version + 1)


def used_today(partner: Partner, key_id: str, today: date) -> Mapping[str, str] | None:
    """``last_used`` after a request signed with this key; None if this day is noted already. Forgets retired keys."""
    day = today.isoformat()
    if partner.last_used.get(key_id) == day:
        return None
    active = {key.key_id for key in partner.keys}
    return {**{name: on for name, on in partner.last_used.items() if name in active}, key_id: day}
