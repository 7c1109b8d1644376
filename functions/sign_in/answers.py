"""What the routes of sign-in share: path parts, the secrets of this function, and answers that carry tokens."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from prakerja.platform import Platform
from prakerja.platform.problems import Conflict
from prakerja.platform.settings import settings
from prakerja.registration.api import TokensView
from prakerja.registration.model.session import Session
from prakerja.registration.store.session import publish_key
from prakerja.registration.tokens import TokenKeys
from prakerja.wiring import platform, secret

ChallengeId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$", description="As the challenge was answered.")]


def code_key() -> str:
    """The key that codes are derived with."""
    return secret(settings().code_secret)


def token_keys() -> TokenKeys:
    """The keys of tokens; the public half is readable by all before the first token is signed with it."""
    return _published(secret(settings().token_secret))


def signed_in(p: Platform, session: Session) -> Response[Any]:
    """The current tokens of a session, as JSON. No cache may keep them (RFC 6749 §5.1)."""
    return Response(200, "application/json", tokens_of(p, session), headers={"Cache-Control": "no-store"})


def tokens_of(p: Platform, session: Session) -> TokensView:
    """The current tokens of a session."""
    keys = token_keys()
    life = p.settings.access_token_seconds
    return TokensView(
        access_token=keys.access_token(session, issuer=p.settings.token_issuer, now=p.clock.wall(), seconds=life),
        expires_in=life,
        refresh_token=keys.refresh_token(session),
        session_id=session.session_id,
        person_id=session.person_id,
    )


@lru_cache(maxsize=2)
def _published(text: str) -> TokenKeys:
    keys = TokenKeys.of(text)
    with suppress(Conflict):  # it is there already
        platform().table.commit(publish_key(keys.signer.kid, keys.signer.public_bytes))
    return keys
