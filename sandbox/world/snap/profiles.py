"""How each pretended provider differs. Written apart from the system under test: a shared mistake would hide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TOKEN = "73"
BALANCE = "11"

SERVICES = {
    "access-token/b2b": TOKEN,
    "balance-inquiry": BALANCE,
    "account-inquiry-internal": "15",
    "transfer-intrabank": "17",
    "transfer/status": "36",
    "emoney/account-inquiry": "37",
    "emoney/topup": "38",
    "emoney/topup-status": "39",
}
ROLES = {
    TOKEN: "token",
    BALANCE: "balance",
    "15": "account",
    "37": "account",
    "17": "transfer",
    "38": "transfer",
    "36": "status",
    "39": "status",
}


class Dedup(StrEnum):
    """What happens when a reference comes again."""

    STRICT = "strict"
    """409xx01, whatever became of the first."""
    DANA = "dana"
    """The first result again: 2003800, or 5003800 for ever if it failed."""
    OFF = "off"
    """It is taken for a new transfer. Some providers forget after 60 days."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider. ``services`` are those it offers beside the token."""

    name: str
    title: str
    wallet: bool
    services: frozenset[str]
    version: str = "v1.0"
    asymmetric: bool = False
    encoding: str = "base64"
    dedup: Dedup = Dedup.STRICT
    dedup_days: int | None = None
    reference_length: int = 64
    token_seconds: int = 900
    tolerance_seconds: int = 300
    calls_per_second: int = 0
    """0: no limit."""


_BANK = frozenset({BALANCE, "15", "17", "36"})
_WALLET = frozenset({BALANCE, "37", "38", "39"})

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("bni", "BNI (bank accounts)", wallet=False, services=_BANK),
        Profile("linkaja", "LinkAja (e-wallet)", wallet=True, services=_WALLET),
    )
}
