"""Log in with Prakerja: the endpoints by which a partner has a person asked, fetches tokens, and reads a profile.

Only ``authorize`` is signed. The others name their client and carry a code or token, as the contract has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from functions.partner_api.envelope import Call, Endpoint, ItemKey, Trust
from functions.partner_api.requests import PartnerRequest
from prakerja.partners import Caller
from prakerja.partners.errors import ClientMissing, ClientUnknown, InvalidFields
from prakerja.platform.access_patterns import SSO_CODE, SSO_GRANT
from prakerja.platform.settings import settings
from prakerja.sso.model import Asked, Grant, Profile
from prakerja.sso.service.asking import consent_address
from prakerja.sso.service.exchanging import exchange_code, refresh_grant
from prakerja.sso.service.reading import read_profile
from prakerja.sso.store import code_from_item, grant_from_item
from prakerja.sso.tokens import SsoKeys, digest_of, grant_named_in
from prakerja.wiring import platform, secret

OAUTH = "/api/v1/oauth"
Word = Annotated[str, StringConstraints(max_length=2048)]
_BEARER = re.compile(r"(?:Bearer +)?([!-~]{1,200})", re.IGNORECASE)


class AuthorizeQuery(PartnerRequest):
    """``oauth/authorize``, in the query."""

    redirect_uri: Word
    scope: Word
    client_id: Word = ""
    login_uri: Word = ""
    state: Word = ""
    code_challenge: Word = ""
    code_challenge_method: Word = ""


class TokenRequest(PartnerRequest):
    """``oauth/token``: a code, or (as one page of the contract shows it) a refresh token."""

    code: Word = ""
    token: Word = ""
    code_verifier: Word = ""
    redirect_uri: Word = ""
    """Need not be repeated; if it is, it must be the same."""


class RefreshRequest(PartnerRequest):
    """``oauth/token/refresh``."""

    token: Annotated[str, Field(max_length=2048)]


class ProfileQuery(PartnerRequest):
    """``resource/user_profile``: nothing; the access token comes in the header ``Authorization``."""


class AddressData(BaseModel):
    """Where the browser goes."""

    redirect_url: str


class TokensData(BaseModel):
    """The current tokens of a grant. ``expires_in`` is when the access token ends: Unix seconds, as text."""

    access_token: str
    expires_in: str
    refresh_token: str
    scope: str
    token_type: Literal["Bearer"] = "Bearer"

    @classmethod
    def of(cls, grant: Grant) -> TokensData:
        keys = sso_keys()
        return cls(
            access_token=keys.access_token(grant),
            expires_in=str(int(grant.access_ends_at.timestamp())),
            refresh_token=keys.refresh_token(grant),
            scope=" ".join(grant.scopes),
        )


class ProfileData(BaseModel):
    """What the person let the client read; the rest is empty text."""

    dp_user_id: str
    email: str
    name: str
    no_prakerja: str
    phone_number: str
    user_id: str

    @classmethod
    def of(cls, profile: Profile) -> ProfileData:
        return cls(
            dp_user_id=profile.dp_user_id,
            email=profile.email,
            name=profile.name,
            no_prakerja=profile.card_number,
            phone_number=profile.phone,
            user_id=profile.user_id,
        )


def sso_keys() -> SsoKeys:
    """The key of tokens."""
    return SsoKeys(secret(settings().sso_secret))


def _authorize(call: Call[Caller, AuthorizeQuery]) -> AddressData:
    partner, query = call.partner.partner, call.request
    if query.client_id not in ("", partner.client_code):
        raise ClientUnknown
    asked = Asked(**{**query.model_dump(), "client_id": partner.client_code})
    return AddressData(redirect_url=consent_address(platform(), partner=partner, asked=asked))


def _code_or_grant(request: TokenRequest, _: Mapping[str, str]) -> Sequence[ItemKey]:
    if request.code:
        return [(SSO_CODE, {"digest": digest_of(request.code)})]
    return _grant_of(request.token)


def _token(call: Call[Caller, TokenRequest]) -> TokensData:
    asked = call.request
    if asked.token and not asked.code:
        return _refreshed(call, asked.token)
    if not asked.code:
        raise InvalidFields(fields="code: Field required.", fields_id="code wajib diisi.")
    grant = exchange_code(
        platform(),
        partner=call.partner.partner,
        code=code_from_item(call.items[0]),
        verifier=asked.code_verifier,
        redirect_uri=asked.redirect_uri,
    )
    return TokensData.of(grant)


def _refresh(call: Call[Caller, RefreshRequest]) -> TokensData:
    return _refreshed(call, call.request.token)


def _refreshed(call: Call[Caller, Any], token: str) -> TokensData:
    partner, grant = call.partner.partner, _grant(call)
    return TokensData.of(refresh_grant(platform(), sso_keys(), partner=partner, token=token, grant=grant))


def _profile(call: Call[Caller, ProfileQuery]) -> ProfileData:
    partner, token = call.partner.partner, _access_token(call.headers)
    return ProfileData.of(read_profile(platform(), sso_keys(), partner=partner, token=token, grant=_grant(call)))


def _access_token(headers: Mapping[str, str]) -> str:
    """The token of the Authorization header, with or without its scheme; empty if there is none."""
    match = _BEARER.fullmatch(headers.get("authorization", ""))
    return match[1] if match else ""


def _grant_of(token: str) -> Sequence[ItemKey]:
    grant_id = grant_named_in(token)
    return [(SSO_GRANT, {"grant_id": grant_id})] if grant_id else []


def _grant(call: Call[Caller, Any]) -> Grant | None:
    return grant_from_item(call.items[0]) if call.items else None


def _at(
    path: str, handler: Any, model: Any, also_read: Any, method: str, trust: Trust = Trust.NAMED
) -> Endpoint[Caller, Any]:
    """Failures of this family are 400 in the contract, a signature that is not believed among them."""
    return Endpoint(path, handler, model, also_read, "no error", method, trust, {"errorCode": "0"}, ClientMissing)


SSO = (
    _at(f"{OAUTH}/authorize", _authorize, AuthorizeQuery, lambda request, headers: (), "GET", Trust.SIGNED),
    _at(f"{OAUTH}/token", _token, TokenRequest, _code_or_grant, "POST"),
    _at(f"{OAUTH}/token/refresh", _refresh, RefreshRequest, lambda request, headers: _grant_of(request.token), "POST"),
    _at(
        "/api/v1/resource/user_profile",
        _profile,
        ProfileQuery,
        lambda request, headers: _grant_of(_access_token(headers)),
        "GET",
    ),
)
