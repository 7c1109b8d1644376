"""The two tokens of a session. Access: a JWT that everybody can check. Refresh: opaque, and only we can make it.

Both come from one secret, each in its own way. Nothing of a token is stored: a refresh token is the session, its
generation and an HMAC over both, so the same generation always has the same token, and a repeated request can be
answered the same. Changing the secret signs everybody out.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prakerja.platform.auth import PARTICIPANT_AUDIENCE
from prakerja.platform.signing import Signer
from prakerja.registration.errors import SessionOver
from prakerja.registration.model.session import Session

ALGORITHM = "EdDSA"
_REFRESH = re.compile(r"([0-9a-f-]{36})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class TokenKeys:
    """What only ``sign_in`` holds."""

    signer: Signer
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> TokenKeys:
        """The keys that this secret always gives."""
        return cls(Signer.of(secret, "access-token"), secret.encode())

    def access_token(self, session: Session, *, issuer: str, now: datetime, seconds: int) -> str:
        """A JWT that is good for ``seconds`` from ``now``."""
        import jwt  # 75 modules that only the end of a sign-in needs

        issued = int(now.timestamp())
        claims = {
            "iss": issuer,
            "sub": session.person_id,
            "aud": PARTICIPANT_AUDIENCE,
            "sid": session.session_id,
            "iat": issued,
            "exp": issued + seconds,
        }
        return jwt.encode(claims, self.signer.private_key, algorithm=ALGORITHM, headers={"kid": self.signer.kid})

    def refresh_token(self, session: Session) -> str:
        """The current refresh token of a session."""
        return f"{session.session_id}.{session.generation}.{self._mark(session.session_id, session.generation)}"

    def read_refresh_token(self, token: str) -> tuple[str, int]:
        """(session id, generation) of a token that we made. Raises SessionOver for any other text."""
        shape = _REFRESH.fullmatch(token)
        if shape is None:
            raise SessionOver
        session_id, generation = shape[1], int(shape[2])
        if not hmac.compare_digest(shape[3], self._mark(session_id, generation)):
            raise SessionOver
        return session_id, generation

    def _mark(self, session_id: str, generation: int) -> str:
        text = f"prakerja/refresh-token\n{session_id}\n{generation}"
        return _base64url(hmac.digest(self._secret, text.encode(), "sha256"))


def public_jwk(kid: str, public_key: bytes) -> dict[str, Any]:
    """An Ed25519 public key (32 bytes) as RFC 8037 writes it."""
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM, "kid": kid, "x": _base64url(public_key)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
