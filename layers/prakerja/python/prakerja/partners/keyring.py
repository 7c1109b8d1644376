"""Sign keys at rest: AES-256-GCM under a key derived from the function's secret, bound to the partner and the kid.

The secret is either one text or a JSON object of kid → text, whose last entry seals; all of them open, so that the
secret can be rotated while partners keep their keys.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from prakerja.partners.model import SealedKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
_PURPOSE = b"partner sign keys"


@dataclass(frozen=True)
class KeyRing:
    """kid → secret text; the last one is current."""

    secrets: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> KeyRing:
        """Read the secret's text. Raises ValueError if there is nothing in it."""
        ring = json.loads(secret) if secret.startswith("{") else {"1": secret}
        if not ring or not all(ring.values()):
            raise ValueError("the partners' secret is empty")
        return cls(ring)

    def seal(self, client_code: str, key_id: str, sign_key: str, added_at: datetime | None = None) -> SealedKey:
        """Encrypt a partner's key for storage."""
        kid = list(self.secrets)[-1]
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + self._cipher(kid).encrypt(nonce, sign_key.encode(), _bound(client_code, kid))
        return SealedKey(key_id, kid, sealed, added_at)

    def open(self, client_code: str, key: SealedKey) -> bytes:
        """The key as the partner uses it. Raises InvalidTag if it is another partner's or was altered."""
        blob = key.sealed
        return self._cipher(key.kid).decrypt(blob[:NONCE], blob[NONCE:], _bound(client_code, key.kid))

    def _cipher(self, kid: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # not for all who only name a partner

        return AESGCM(hmac.digest(self.secrets[kid].encode(), _PURPOSE, "sha256"))


def _bound(client_code: str, kid: str) -> bytes:
    return f"{client_code}|{kid}".encode()
