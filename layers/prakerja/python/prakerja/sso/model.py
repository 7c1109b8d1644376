"""A partner's wish to read something of a person, the code that carries the person's consent, and the grant behind its
tokens. Pure; the time is the wall clock's."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from prakerja.partners import Partner, is_registered_redirect
from prakerja.platform.ids import derived
from prakerja.sso.errors import (
    ApplicationUnknown,
    ChallengeRefused,
    CodeUnknown,
    ReturnNotRegistered,
    ScopeUnknown,
    StateTooLong,
    UserMissing,
)

CODE_LIFE = timedelta(seconds=60)
CODES_PER_FORM = 5
"""So often a consent form can be sent again to good effect; then the person is asked anew."""
ACCESS_LIFE = timedelta(hours=1)
GRANT_LIFE = timedelta(days=30)
"""From consent to the next one; refreshing does not prolong it."""
GRACE = timedelta(seconds=60)
"""How long the tokens before the current ones still count: answers get lost, and requests overtake each other."""
S256 = "S256"
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_STATE = re.compile(r"[\x20-\x7e]{0,512}")


class Scope(StrEnum):
    """What a client may read, by the contract's words; in the order in which people are told."""

    NAME = "name"
    EMAIL = "email"
    CARD = "prakerjaid"
    PHONE = "notelp"


@dataclass(frozen=True)
class Asked:
    """What came with a browser or a signed request, believed in nothing."""

    client_id: str
    redirect_uri: str
    login_uri: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""


@dataclass(frozen=True)
class Wish:
    """What a partner may ask of a person. Name and addresses are those of the register."""

    client_code: str
    client_name: str
    redirect_uri: str
    scopes: tuple[Scope, ...]
    state: str
    challenge: str | None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a person lets a client read, and since when."""

    grant_id: str
    client_code: str
    person_id: str
    scopes: tuple[Scope, ...]
    created_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Exclusive end."""
        return self.created_at + GRANT_LIFE


@dataclass(frozen=True, kw_only=True)
class Permission(Given):
    """The same as its person sees it: from the moment of consent, whether the client has fetched its tokens or not."""

    fetched: bool

    @property
    def ends_at(self) -> datetime:
        """Exclusive end."""
        return super().ends_at if self.fetched else self.created_at + CODE_LIFE


@dataclass(frozen=True, kw_only=True)
class Grant(Given):
    """``generation`` numbers the pairs of tokens of a grant, the first is 1."""

    rotated_at: datetime
    generation: int = 1
    ended_at: datetime | None = None

    @property
    def access_ends_at(self) -> datetime:
        """When the current access token ends."""
        return min(self.rotated_at + ACCESS_LIFE, self.ends_at)

    def is_of(self, client_code: str, now: datetime) -> bool:
        """Is it this client's, and not over?"""
        return self.client_code == client_code and self.ended_at is None and now < self.ends_at


@dataclass(frozen=True)
class Code:
    """A person's consent on its way to the client. ``digest`` is the code's hash; the code itself is not kept."""

    digest: str
    client_code: str
    person_id: str
    redirect_uri: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    challenge: str | None = field(default=None, repr=False)
    used_at: datetime | None = None
    grant_id: str | None = None
    """What it was exchanged for."""

    def is_waiting(self, now: datetime) -> bool:
        """Can it still be exchanged?"""
        return self.used_at is None and now < self.created_at + CODE_LIFE

    @property
    def permission(self) -> Permission:
        """What its person has given with it. The grant that it is exchanged for has the same id."""
        return Permission(
            grant_id=derived("sso-grant", self.digest),
            client_code=self.client_code,
            person_id=self.person_id,
            scopes=self.scopes,
            created_at=self.created_at,
            fetched=False,
        )


@dataclass(frozen=True)
class Profile:
    """What a client reads of a person; empty where no scope allows it or nothing is known."""

    user_id: str
    """The person's name for this client, and for no other."""
    dp_user_id: str
    """The account at this client that the card is tied to, if the client sells courses."""
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


# the wish ---------------------------------------------------------------------------------------------------------
def decide_wish(partner: Partner | None, asked: Asked, today: date) -> Wish:
    """Judge a request against the register.

    Raises ApplicationUnknown, ReturnNotRegistered, ScopeUnknown, ChallengeRefused, StateTooLong.
    """
    client = _client(partner, today)
    if not is_registered_redirect(asked.redirect_uri, client.sso_redirect_uris):
        raise ReturnNotRegistered
    if not _STATE.fullmatch(asked.state):
        raise StateTooLong
    words = asked.scope.split()
    if not words or not set(words) <= set(Scope):
        raise ScopeUnknown
    return Wish(
        client_code=client.client_code,
        client_name=client.name,
        redirect_uri=asked.redirect_uri,
        scopes=tuple(scope for scope in Scope if scope in words),
        state=asked.state,
        challenge=_challenge(client, asked),
    )


def names_a_client(client_id: str) -> bool:
    """Whether it can be the code of a partner at all."""
    return bool(_CLIENT.fullmatch(client_id))


def may_fail_to(partner: Partner | None, asked: Asked, today: date) -> bool:
    """Is the address that a request names for failures one that its client has registered?"""
    try:
        return is_registered_redirect(asked.login_uri, _client(partner, today).sso_login_uris)
    except ApplicationUnknown:
        return False


def _client(partner: Partner | None, today: date) -> Partner:
    if partner is None or not partner.may_call(today) or not partner.sso_redirect_uris:
        raise ApplicationUnknown
    return partner


def _challenge(client: Partner, asked: Asked) -> str | None:
    if not asked.code_challenge and not asked.code_challenge_method and not client.pkce_required:
        return None
    if asked.code_challenge_method != S256 or not _CHALLENGE.fullmatch(asked.code_challenge):
        raise ChallengeRefused
    return asked.code_challenge


# code, tokens -----------------------------------------------------------------------------------------------------
class Exchange(StrEnum):
    """What giving a code comes to."""

    GOOD = "GOOD"
    REUSED = "REUSED"
    """Used before, by whoever could have used it: somebody may hold a copy of it, so what it led to ends."""


def decide_exchange(
    code: Code | None, *, client_code: str, verifier: str, redirect_uri: str, now: datetime
) -> Exchange:
    """Judge a code. ``redirect_uri`` is "" where a client does not repeat it. Raises CodeUnknown."""
    if code is None or code.client_code != client_code or redirect_uri not in ("", code.redirect_uri):
        raise CodeUnknown
    if not _fits(code.challenge, verifier):
        raise CodeUnknown
    if code.used_at is not None:
        return Exchange.REUSED
    if not code.created_at <= now < code.created_at + CODE_LIFE:
        raise CodeUnknown
    return Exchange.GOOD


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Refresh(StrEnum):
    """What a refresh token comes to."""

    ROTATE = "ROTATE"
    SAME_SUCCESSOR = "SAME_SUCCESSOR"
    REUSED = "REUSED"
    """Somebody holds a copy: the grant ends for both."""
    OVER = "OVER"


def decide_refresh(grant: Grant | None, *, generation: int, client_code: str, now: datetime) -> Refresh:
    """Judge a genuine refresh token of ``generation``."""
    if grant is None or not grant.is_of(client_code, now) or generation > grant.generation:
        return Refresh.OVER
    if generation == grant.generation:
        return Refresh.ROTATE
    fresh = generation == grant.generation - 1 and now < grant.rotated_at + GRACE
    return Refresh.SAME_SUCCESSOR if fresh else Refresh.REUSED


def require_access(grant: Grant | None, *, generation: int, client_code: str, now: datetime) -> Grant:
    """The grant of a genuine access token that is still good. Raises UserMissing."""
    if grant is None or not grant.is_of(client_code, now):
        raise UserMissing
    current = generation == grant.generation and now < grant.access_ends_at
    just_before = generation == grant.generation - 1 and now < grant.rotated_at + GRACE
    if not (current or just_before):
        raise UserMissing
    return grant


def _fits(challenge: str | None, verifier: str) -> bool:
    """Both or neither: a verifier without a challenge means that somebody took the challenge away."""
    if challenge is None:
        return verifier == ""
    return bool(_VERIFIER.fullmatch(verifier)) and hmac.compare_digest(challenge_of(verifier), challenge)
