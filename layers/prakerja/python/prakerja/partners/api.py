"""What operators send and see about partners. A sign key is shown once, by the answer that made it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from prakerja.partners.model import Partner, PartnerKind, Terms
from prakerja.platform.clock import wib
from prakerja.platform.validation import Body, Day, View

ClientCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
LOOPBACK = ("127.0.0.1", "localhost")


def _address(text: str) -> str:
    """An address that participants may be sent to. Plain http only to the very machine, for tests on a laptop."""
    error = (
        "must be an https address without query, fragment or user | harus alamat https tanpa query, fragment, pengguna"
    )
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(error) from None
    known = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not known or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc or "?" in text:
        raise ValueError(error)
    return text


RedirectUri = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,512}$"),
    AfterValidator(_address),
    Field(examples=["https://lms.cipta-karya.example/prakerja/kembali"]),
]


class NewTerms(Body):
    """What was agreed with a partner. Days are WIB."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=120), Field(examples=["Tokopedia"])]
    contract_reference: Annotated[
        str, Field(pattern=r"^[\x20-\x7e]{1,80}$", examples=["PKS-012/PMO/2026"], description="number of the contract")
    ]
    valid_from: Annotated[Day, Field(examples=["2026-01-01"])]
    valid_until: Annotated[
        Day | None, Field(examples=["2026-12-31"], description="last day, inclusive; null: no end agreed")
    ] = None
    redirect_uris: Annotated[
        list[RedirectUri],
        Field(max_length=20, description="where participants may be sent back to; their query is free"),
    ] = []
    commission_basis_points: Annotated[
        int, Field(strict=True, ge=0, le=10_000, examples=[1500], description="1500: 15 % of the price")
    ] = 0
    legacy_signature: Annotated[
        bool, Field(strict=True, description="is the HMAC-SHA1 signature believed beside the stronger one?")
    ] = True
    sso_redirect_uris: Annotated[
        list[RedirectUri],
        Field(max_length=20, description="where log in with Prakerja may send people with a code; their query is free"),
    ] = []
    sso_login_uris: Annotated[
        list[RedirectUri], Field(max_length=20, description="where people may be sent when logging in fails")
    ] = []
    pkce_required: Annotated[
        bool, Field(strict=True, description="must each log-in carry a code challenge (RFC 7636, S256)?")
    ] = True

    def terms(self) -> Terms:
        """As the register keeps them."""
        return Terms(
            name=self.name,
            contract_reference=self.contract_reference,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            redirect_uris=tuple(self.redirect_uris),
            commission_basis_points=self.commission_basis_points,
            legacy_signature=self.legacy_signature,
            sso_redirect_uris=tuple(self.sso_redirect_uris),
            sso_login_uris=tuple(self.sso_login_uris),
            pkce_required=self.pkce_required,
        )


class NewPartner(NewTerms):
    """A partner to be taken into the register."""

    client_code: Annotated[ClientCode, Field(examples=["lp_cipta_karya"], description="letters, digits, _ . -")]
    kind: PartnerKind


class NewSuspension(Body):
    """Why a partner is kept out."""

    because: Annotated[str, Field(pattern=r"^[\x20-\x7e]{4,200}$", examples=["sold courses that it does not teach"])]


class KeyView(View):
    """A key by its id; the key itself is never shown again."""

    key_id: str
    added_at: AwareDatetime | None
    last_used: date | None = Field(description="the last day (WIB) on which it signed a request")


class PartnerView(View):
    """A partner as it stands."""

    client_code: str
    kind: PartnerKind
    name: str
    contract_reference: str
    valid_from: date
    valid_until: date | None
    redirect_uris: list[str]
    commission_basis_points: int
    legacy_signature: bool
    sso_redirect_uris: list[str]
    sso_login_uris: list[str]
    pkce_required: bool
    suspended: bool
    suspended_at: AwareDatetime | None
    suspended_because: str | None
    keys: list[KeyView]
    version: int = Field(description="counts every change; the ETag is of it")

    @classmethod
    def of(cls, partner: Partner) -> PartnerView:
        keys = [
            KeyView(
                key_id=key.key_id,
                added_at=wib(key.added_at) if key.added_at else None,
                last_used=date.fromisoformat(day) if (day := partner.last_used.get(key.key_id)) else None,
            )
            for key in partner.keys
        ]
        since = wib(partner.suspended_at) if partner.suspended_at else None
        return cls.model_validate({**vars(partner), "suspended_at": since, "keys": keys})


class RegisteredView(PartnerView):
    """The partner that was registered, with its first sign key: this answer is the only one that shows it."""

    sign_key: str | None = Field(description="null in the answer to a repeat: it was shown before")


class NewKeyView(View):
    """A key that was added: this answer is the only one that shows it."""

    key_id: str
    sign_key: str | None = Field(description="null in the answer to a repeat: retire the key and add another")


class PartnerList(View):
    """A page of partners."""

    partners: list[PartnerView]
    next: str | None = Field(description="for the parameter cursor; null: that was all")
