"""Payment providers as data: what differs between them is here, what they share is in the client.

LINKAJA and BNI use the generic profiles: no public description of LinkAja's interface was found, and BNI's own
paths and error list are not published, so both are unverified until tested with the provider.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from prakerja.payouts.answers import AccountKind, ProviderRules

from .signing import Encoding, Mode, TimestampForm


class Service(StrEnum):
    """Service codes of the standard that payouts use."""

    BALANCE = "11"
    BANK_ACCOUNT = "15"
    BANK_TRANSFER = "17"
    BANK_STATUS = "36"
    WALLET_ACCOUNT = "37"
    WALLET_TOPUP = "38"
    WALLET_STATUS = "39"
    TOKEN = "73"


class Dedup(StrEnum):
    """What a provider answers when a reference comes again: 409xx01 always, or DANA's replay of the first result."""

    STRICT = "STRICT"
    REPLAY = "REPLAY"


class CallbackStyle(StrEnum):
    """How a provider proves that a call-back is its own."""

    SNAP = "SNAP"
    """Its RSA key signs method, path, body hash and time, as in the asymmetric mode of the standard."""
    MIDTRANS = "MIDTRANS"
    """Older than the standard: ``Iris-Signature`` is the hex SHA-512 of the body and a shared key."""


PATHS = {
    Service.BALANCE: "balance-inquiry",
    Service.BANK_ACCOUNT: "account-inquiry-internal",
    Service.BANK_TRANSFER: "transfer-intrabank",
    Service.BANK_STATUS: "transfer/status",
    Service.WALLET_ACCOUNT: "emoney/account-inquiry",
    Service.WALLET_TOPUP: "emoney/topup",
    Service.WALLET_STATUS: "emoney/topup-status",
    Service.TOKEN: "access-token/b2b",
}

LADDER = (5, 10, 20, 40, 60, 300, 900, 3600)
"""Seconds between inquiries: DANA's published steps, then longer, then hourly."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider. Lengths are in characters, times in seconds."""

    name: str
    rules: ProviderRules
    account: Service
    transfer: Service
    status: Service
    balance: Service | None
    account_length: tuple[int, int]
    reference_length: int = 20
    version: str = "v1.0"
    signed_prefix: str = ""
    """What the provider's gateway puts before the path when it signs; not part of ``base_url``'s own path."""
    mode: Mode = Mode.SYMMETRIC
    encoding: Encoding = Encoding.BASE64
    timestamp_form: TimestampForm = TimestampForm.SECONDS
    dedup: Dedup = Dedup.STRICT
    callback: CallbackStyle = CallbackStyle.SNAP
    callback_service: str = "00"
    """Service digits of our answer. The standard has no notice for single transfers; providers choose."""
    callback_path_below: bool = False
    """It signs the path below the address that we gave it, not the whole path of the URL."""
    connect_seconds: float = 3
    read_seconds: float = 10
    verified: bool = False
    """True once proven against the provider's own test system."""

    def path(self, service: Service) -> str:
        """The path below the provider's base URL, ``/v1.0/emoney/topup``."""
        return f"/{self.version}/{PATHS[service]}"


GENERIC_BANK = Profile(
    name="GENERIC_BANK",
    rules=ProviderRules(AccountKind.BANK, LADDER, 900, 3, 30, end_of_day=None),
    account=Service.BANK_ACCOUNT,
    transfer=Service.BANK_TRANSFER,
    status=Service.BANK_STATUS,
    balance=Service.BALANCE,
    account_length=(6, 34),
)
GENERIC_WALLET = Profile(
    name="GENERIC_WALLET",
    rules=ProviderRules(AccountKind.WALLET, LADDER, 900, 3, 30, end_of_day=None),
    account=Service.WALLET_ACCOUNT,
    transfer=Service.WALLET_TOPUP,
    status=Service.WALLET_STATUS,
    balance=None,
    account_length=(8, 32),
)

PROFILES = {
    profile.name: profile for profile in (replace(GENERIC_BANK, name="BNI"), replace(GENERIC_WALLET, name="LINKAJA"))
}
