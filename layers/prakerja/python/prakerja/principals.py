"""Who is asking: the dependencies by which a route of our own APIs says whom it answers. Part of the composition root."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from aws_lambda_powertools.event_handler import Request

from prakerja import wiring
from prakerja.platform.auth import Operator, Participant, bearer, check_operator, check_participant
from prakerja.platform.http import authoriser
from prakerja.platform.problems import NotSignedIn, Unavailable
from prakerja.platform.settings import settings

PUBLIC_KEY_AGE_SECONDS = 600


@authoriser
def participant(request: Request) -> Participant:
    """Dependency of every route that needs a signed-in person."""
    return check_participant(bearer(request.headers), issuer=settings().token_issuer, public_key=wiring.token_key)


@authoriser
def operator(request: Request) -> Operator:
    """Dependency of every operator route; the route then requires its roles."""
    return check_operator(
        bearer(request.headers),
        issuer=settings().operator_issuer,
        client_id=settings().operator_client_id,
        public_key=_operator_key,
    )


@lru_cache
def _operator_keys() -> Any:
    from jwt import PyJWKClient

    return PyJWKClient(settings().operator_jwks_url, lifespan=PUBLIC_KEY_AGE_SECONDS, timeout=3)


def _operator_key(kid: str) -> Any:
    from jwt import PyJWKClientConnectionError, PyJWKClientError

    try:
        return _operator_keys().get_signing_key(kid).key
    except PyJWKClientConnectionError as error:
        raise Unavailable(retry_after=5) from error
    except PyJWKClientError as error:
        raise NotSignedIn from error
