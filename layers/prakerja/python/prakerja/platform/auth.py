"""Who is asking. Participants carry our own EdDSA tokens, operators those of an OIDC issuer (RS256).

Both functions take the token's bytes and keys from outside and answer a principal or raise NotSignedIn; the routes say
which principal they need (see ``prakerja.wiring``), and a test enumerates that every route says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from prakerja.platform.problems import NotAllowed, NotSignedIn

PARTICIPANT_AUDIENCE = "participant"
LEEWAY_SECONDS = 30


class Role(StrEnum):
    """What an operator may do; groups of the operators' identity provider."""

    WAVE_MANAGER = "wave_manager"
    PAYOUT_OFFICER = "payout_officer"
    PARTNER_MANAGER = "partner_manager"
    AUDITOR = "auditor"


class RoleMissing(NotAllowed):
    slug = "role-missing"
    detail = "This needs one of the roles: {roles}."
    detail_id = "Ini memerlukan salah satu peran: {roles}."


@dataclass(frozen=True)
class Participant:
    """A signed-in person."""

    person_id: str
    session_id: str


@dataclass(frozen=True)
class Operator:
    """A signed-in member of the programme office. ``signed_in_at`` is when they last proved who they are (UTC)."""

    sub: str
    roles: frozenset[str]
    signed_in_at: datetime

    def require(self, *roles: Role) -> None:
        """Raises RoleMissing unless the operator has one of them."""
        if not self.roles.intersection(roles):
            raise RoleMissing(roles=", ".join(roles))


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header. Raises NotSignedIn."""
    value = next((text for name, text in headers.items() if name.lower() == "authorization"), "")
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    return token.strip()


def check_participant(token: str, *, issuer: str, public_key: Callable[[str], Any]) -> Participant:
    """Verify an access token. ``public_key(kid)`` gives an Ed25519 public key or raises NotSignedIn."""
    claims = _claims(token, "EdDSA", issuer, PARTICIPANT_AUDIENCE, public_key, ["exp", "iat", "sub", "sid"])
    return Participant(claims["sub"], claims["sid"])


def check_operator(token: str, *, issuer: str, client_id: str, public_key: Callable[[str], Any]) -> Operator:
    """Verify an operator's ID token; its groups are the roles, ``auth_time`` is when they signed in."""
    claims = _claims(token, "RS256", issuer, client_id, public_key, ["exp", "iat", "sub", "auth_time"])
    if claims.get("token_use", "id") != "id":
        raise NotSignedIn
    groups, signed_in_at = claims.get("cognito:groups", claims.get("roles")), claims["auth_time"]
    if not isinstance(signed_in_at, int):
        raise NotSignedIn
    roles = frozenset(name for name in groups if isinstance(name, str)) if isinstance(groups, list) else frozenset()
    return Operator(claims["sub"], roles, datetime.fromtimestamp(signed_in_at, UTC))


def _claims(
    token: str, algorithm: str, issuer: str, audience: str, public_key: Callable[[str], Any], required: list[str]
) -> dict[str, Any]:
    import jwt  # here, because whoever only needs the principals (approvals, workers) must not pay for it

    try:
        kid = str(jwt.get_unverified_header(token).get("kid", ""))
        claims: dict[str, Any] = jwt.decode(
            token,
            public_key(kid),
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": required},
        )
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise NotSignedIn from error
    return claims
