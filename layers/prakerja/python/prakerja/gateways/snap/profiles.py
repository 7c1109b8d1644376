"""Payment providers as data: what differs between them is here, what they share is in the client.

``verified`` tells a profile that was written from the provider's own pages or SDK from a generic one. No profile has
been tried on a provider's own system: that, and the pacing, come with each contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum

from prakerja.payouts.answers import AccountKind, ProviderRules

from .signing import Encoding, Mode, TimestampForm


class Service(StrEnum):
    """Service codes of the standard that payouts use."""

    BALANCE = "11"
    WALLET_HISTORY = "12"
    BANK_STATEMENT = "14"
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


class PhoneForm(StrEnum):
    """How a wallet writes its customerNumber. Ours are kept as 62…"""

    INTERNATIONAL = "62"
    NATIONAL = "0"


class CallbackStyle(StrEnum):
    """How a provider proves that a call-back is its own."""

    SNAP = "SNAP"
    """Its RSA key signs method, path, body hash and time, as in the asymmetric mode of the standard."""
    MIDTRANS = "MIDTRANS"
    """Older than the standard: ``Iris-Signature`` is the hex SHA-512 of the body and a shared key."""


@dataclass(frozen=True, slots=True)
class HolderFields:
    """What an account inquiry's additionalInfo says about the holder, where a provider has agreed to say it."""

    asked: str
    """Where we put the NIK."""
    nik: str
    """Whether the account's NIK is that one: ``Y`` or ``N``."""
    kyc: str
    """The wallet's level: ``FULL`` once its holder has proven who he is, ``BASIC`` before."""


NAMES = {
    Service.BALANCE: "balance-inquiry",
    Service.WALLET_HISTORY: "transaction-history-list",
    Service.BANK_STATEMENT: "bank-statement",
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
    account_length: tuple[int, int]
    balance: Service | None = Service.BALANCE
    statement: Service | None = None
    reference_length: int = 20
    prefix: str = ""
    """What stands before the version in every path but the token's."""
    version: str = "v1.0"
    token_prefix: str = ""
    token_version: str = "v1.0"
    signs_prefix: bool = True
    """Whether the prefix is a part of the path that is signed."""
    mode: Mode = Mode.SYMMETRIC
    encoding: Encoding = Encoding.BASE64
    timestamp_form: TimestampForm = TimestampForm.SECONDS
    token_timestamp_form: TimestampForm = TimestampForm.SECONDS
    dedup: Dedup = Dedup.STRICT
    dedup_days: int | None = None
    """How long it remembers a reference; None: for ever, as far as is known."""
    phone_form: PhoneForm = PhoneForm.INTERNATIONAL
    needs_name: bool = False
    """A transfer without its holder's name is refused there."""
    ignores_amount: bool = False
    """An account inquiry must say Rp1, because it answers for no particular amount."""
    additional: Mapping[Service, Mapping[str, str]] = field(default_factory=dict)
    """What additionalInfo must hold."""
    holder: HolderFields | None = None
    callback: CallbackStyle = CallbackStyle.SNAP
    callback_service: str = "00"
    """Service digits of our answer. The standard has no notice for single transfers; providers choose."""
    callback_path_below: bool = False
    """It signs the path below the address that we gave it, not the whole path of the URL."""
    connect_seconds: float = 3
    read_seconds: float = 10
    verified: bool = True

    def path(self, service: Service) -> str:
        """The path below the provider's base URL, ``/v1.0/emoney/topup``."""
        if service is Service.TOKEN:
            return f"{self.token_prefix}/{self.token_version}/{NAMES[service]}"
        return f"{self.prefix}/{self.version}/{NAMES[service]}"

    def signed_path(self, path: str) -> str:
        """The form of ``path`` that stands in the string to sign."""
        return path if self.signs_prefix else path.removeprefix(self.prefix)


GENERIC_BANK = Profile(
    name="GENERIC_BANK",
    rules=ProviderRules(AccountKind.BANK, LADDER, 900, 3, 30, end_of_day=None, per_second=10, concurrency=4),
    account=Service.BANK_ACCOUNT,
    transfer=Service.BANK_TRANSFER,
    status=Service.BANK_STATUS,
    statement=Service.BANK_STATEMENT,
    account_length=(6, 34),
    callback_service="17",
    verified=False,
)
GENERIC_WALLET = Profile(
    name="GENERIC_WALLET",
    rules=ProviderRules(
        AccountKind.WALLET, LADDER, 900, 3, 30, end_of_day=None, per_second=10, concurrency=4, max_amount=20_000_000
    ),
    account=Service.WALLET_ACCOUNT,
    transfer=Service.WALLET_TOPUP,
    status=Service.WALLET_STATUS,
    statement=Service.WALLET_HISTORY,
    account_length=(8, 32),
    callback_service="38",
    verified=False,
)

BNI = replace(
    GENERIC_BANK,
    name="BNI",
    rules=replace(GENERIC_BANK.rules, per_second=25, concurrency=10),
    prefix="/snap-service",
    version="v1",
    token_prefix="/snap",  # noqa: S106 - a path
    token_version="v1",  # noqa: S106 - a path
    verified=True,
)
"""Paths from BNI's own SDK; a list of its response codes and a statement service were not found."""

BCA = replace(GENERIC_BANK, name="BCA", rules=replace(GENERIC_BANK.rules, end_of_day=(time(23), time(1))))
"""Generic. Banks that publish it answer no inquiry at the end of their day; so it is assumed here."""

OVO = replace(
    GENERIC_WALLET,
    name="OVO",
    rules=replace(GENERIC_WALLET.rules, per_second=20, concurrency=8),
    balance=None,  # theirs is a GET outside the standard
    prefix="/OVOSNAP",
    version="v2.0",
    token_prefix="/OVOSNAP",  # noqa: S106 - a path
    token_timestamp_form=TimestampForm.MILLISECONDS,
    verified=True,
)

GOPAY = replace(
    GENERIC_WALLET,
    name="GOPAY",
    rules=replace(
        GENERIC_WALLET.rules,
        ladder=(60, 300, 900, 3600),
        inquiry_wait=600,
        settle_seconds=3600,
        per_second=20,
        concurrency=7,
    ),
    status=Service.BANK_STATUS,
    balance=None,
    statement=None,
    dedup_days=60,
    needs_name=True,
    ignores_amount=True,
    additional={
        Service.WALLET_ACCOUNT: {"beneficiaryProvider": "gopay"},
        Service.WALLET_TOPUP: {"beneficiaryProvider": "gopay"},
    },
    callback=CallbackStyle.MIDTRANS,
    verified=True,
)
"""Through Midtrans Payouts, which offers 17, 18, 36, 37 and 38, and wants ten minutes before an inquiry."""

DANA = replace(
    GENERIC_WALLET,
    name="DANA",
    rules=replace(GENERIC_WALLET.rules, per_second=20, concurrency=7),
    prefix="/rest",
    mode=Mode.ASYMMETRIC,
    dedup=Dedup.REPLAY,
    additional={Service.WALLET_TOPUP: {"fundType": "AGENT_TOPUP_FOR_USER_SETTLE"}},
    callback_path_below=True,
    verified=True,
)
"""Paths and mode of DANA's own SDK; its pages allow the symmetric mode, too."""

LINKAJA = replace(
    GENERIC_WALLET,
    name="LINKAJA",
    phone_form=PhoneForm.NATIONAL,
    holder=HolderFields(asked="identityNumber", nik="identityMatch", kyc="customerLevel"),
)
"""Generic: no public description was found. The form of numbers and the check of the holder are assumed."""

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (BNI, BCA, OVO, GOPAY, DANA, LINKAJA)}
