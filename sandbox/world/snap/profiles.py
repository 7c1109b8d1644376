"""How each pretended provider differs, as data. Written apart from the system under test: a shared mistake would hide.

What is known comes from the providers' own documents and SDKs; LINKAJA and BCA publish nothing about payouts and are
generic. See docs/payment-stand-in.md for the evidence behind each line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TOKEN = "73"
BALANCE = "11"

SERVICES = {
    "access-token/b2b": TOKEN,
    "balance-inquiry": BALANCE,
    "transaction-history-list": "12",
    "bank-statement": "14",
    "account-inquiry-internal": "15",
    "account-inquiry-external": "16",
    "transfer-intrabank": "17",
    "transfer-interbank": "18",
    "transfer/status": "36",
    "emoney/account-inquiry": "37",
    "emoney/topup": "38",
    "emoney/topup-status": "39",
}
ROLES = {
    TOKEN: "token",
    BALANCE: "balance",
    **dict.fromkeys(("12", "14"), "statement"),
    **dict.fromkeys(("15", "16", "37"), "account"),
    **dict.fromkeys(("17", "18", "38"), "transfer"),
    **dict.fromkeys(("36", "39"), "status"),
}
WALLET_SERVICES = frozenset({"37", "38", "39"})


class Dedup(StrEnum):
    """What happens when a reference comes again."""

    STRICT = "strict"
    """409xx01, whatever became of the first."""
    DANA = "dana"
    """The first result again: 2003800, or 5003800 for ever if it failed."""
    OFF = "off"
    """It is taken for a new transfer. Some providers forget after 60 days."""


class TimeForm(StrEnum):
    """What X-TIMESTAMP looks like."""

    SECONDS = "seconds"
    """``2026-01-15T09:30:00+07:00``, the standard."""
    MILLISECONDS = "milliseconds"
    """``2026-01-15T09:30:00.000+07:00``."""
    ANY = "any"
    """Either, or UTC with a Z."""


class CallbackStyle(StrEnum):
    """How a result is told."""

    SNAP = "snap"
    """Signed with the provider's RSA key like a transaction without token."""
    MIDTRANS = "midtrans"
    """Older than the standard: ``Iris-Signature``, hex SHA-512 of the body and a shared key."""
    NONE = "none"


Refusal = tuple[int, str, str]
"""HTTP status, case code, ``additionalInfo.resultMsg``."""

REFUSALS: Mapping[str, Refusal] = {
    "UNKNOWN": (404, "11", ""),
    "INACTIVE": (403, "18", ""),
    "CLOSED": (403, "18", ""),
    "DORMANT": (403, "09", ""),
    "FROZEN": (403, "05", ""),
}
"""What is said about an account that cannot be paid."""
_DANA_REFUSALS = {
    **dict.fromkeys(REFUSALS, (403, "05", "PAYEE_USER_STATUS_DISABLE")),
    "UNKNOWN": (403, "05", "PAYEE_USER_NOT_EXIST"),
}
_DANA_NUMBER = r"628\d{7,13}"
_WALLET_OF_MIDTRANS = {"additionalInfo.beneficiaryProvider": "gopay"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider. ``services`` are those it offers beside the token. Times in seconds, money in rupiah."""

    name: str
    title: str
    services: frozenset[str]
    paths: tuple[str, ...] = ("/v1.0/{}",)
    """Where services stand below the provider's address; the whole of it is signed."""
    token_paths: tuple[str, ...] = ("/v1.0/{}",)
    mandatory: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per service: fields beyond the standard's, and the pattern each must have."""
    refusals: Mapping[str, Refusal] = field(default_factory=lambda: REFUSALS)
    bank_code: str = ""
    asymmetric: bool = False
    encoding: str = "base64"
    time_form: TimeForm = TimeForm.SECONDS
    token_time_form: TimeForm = TimeForm.SECONDS
    reference_length: int = 64
    dedup: Dedup = Dedup.STRICT
    dedup_days: int | None = None
    inquiry_delay_seconds: int = 0
    """A transfer younger than this is answered 404xx01, though it is there."""
    inquiry_days: int | None = None
    """Older transfers are answered 404xx01."""
    end_of_day: str = ""
    """``23:00-06:00`` WIB: status inquiries are answered 403xx06 then."""
    quiet: bool = False
    """An account inquiry never shows that an account cannot be paid."""
    identity_check: bool = False
    """37 says whether the NIK is the holder's, and the KYC level. No provider publishes such a thing: an extension."""
    callback: CallbackStyle = CallbackStyle.SNAP
    callback_path: str = "/v1.0/transfer/notify"
    callback_below: bool = False
    """Only the part below the partner's own address is signed, not the whole path of the URL."""
    callback_seconds: int = 1
    """From a result to its call-back."""
    token_seconds: int = 900
    tolerance_seconds: int = 300
    calls_per_second: int = 0
    """0: no limit."""
    fee: int = 0
    interbank_fee: int = 2_500

    def service(self, path: str) -> str | None:
        """The service at a path that is offered here."""
        for templates, wanted in ((self.token_paths, True), (self.paths, False)):
            for template in templates:
                before, _, after = template.partition("{}")
                known = SERVICES.get(path.removeprefix(before).removesuffix(after)) if path.startswith(before) else None
                if path.endswith(after) and known is not None and (known == TOKEN) is wanted:
                    return known if wanted or known in self.services else None
        return None


_BANK = frozenset({BALANCE, "14", "15", "16", "17", "18", "36"})
_WALLET = frozenset({BALANCE, "12", "37", "38", "39"})
_WALLET_NOTIFY = "/v1.0/emoney/topup/notify"

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "bni",
            "BNI (bank accounts)",
            _BANK,
            paths=("/snap-service/v1/{}",),
            token_paths=("/snap/v1/{}",),
            bank_code="009",
        ),
        Profile("bca", "BCA (bank accounts)", _BANK, bank_code="014", end_of_day="23:00-01:00"),
        Profile(
            "ovo",
            "OVO (e-wallet)",
            _WALLET - {BALANCE},
            paths=("/OVOSNAP/v2.0/{}",),
            token_paths=("/OVOSNAP/v1.0/{}",),
            token_time_form=TimeForm.MILLISECONDS,
            callback_path=_WALLET_NOTIFY,
        ),
        Profile(
            "gopay",
            "GoPay through Midtrans (e-wallet)",
            frozenset({"17", "18", "36", "37", "38"}),
            mandatory={
                "37": {**_WALLET_OF_MIDTRANS, "amount.value": r"1\.00"},
                "38": {**_WALLET_OF_MIDTRANS, "customerName": r".+", "notes": r"[A-Za-z0-9 _]+"},
            },
            time_form=TimeForm.ANY,
            token_time_form=TimeForm.ANY,
            dedup_days=60,
            inquiry_delay_seconds=600,
            inquiry_days=60,
            callback=CallbackStyle.MIDTRANS,
            callback_path="",
        ),
        Profile(
            "dana",
            "DANA (e-wallet)",
            _WALLET,
            paths=("/rest/v1.0/{}", "/v1.0/{}.htm"),
            token_paths=(),
            mandatory={
                "37": {"customerNumber": _DANA_NUMBER},
                "38": {
                    "customerNumber": _DANA_NUMBER,
                    "feeAmount.value": r"\d{1,13}\.00",
                    "additionalInfo.fundType": "AGENT_TOPUP_FOR_USER_SETTLE",
                },
            },
            refusals=_DANA_REFUSALS,
            asymmetric=True,
            dedup=Dedup.DANA,
            callback_path="/v1.0/debit/notify",
            callback_below=True,
        ),
        Profile("linkaja", "LinkAja (e-wallet)", _WALLET, identity_check=True, callback_path=_WALLET_NOTIFY),
        Profile(
            "bri",
            "BRI (bank accounts)",
            _BANK,
            paths=("/intrabank/snap/v2.0/{}", "/interbank/snap/v2.0/{}", "/snap/v1.0/{}"),
            token_paths=("/snap/v1.0/{}",),
            bank_code="002",
            reference_length=20,
            end_of_day="23:00-06:00",
            quiet=True,
        ),
        Profile("generic", "Any bank or wallet by the standard", _BANK | _WALLET, identity_check=True),
    )
}
