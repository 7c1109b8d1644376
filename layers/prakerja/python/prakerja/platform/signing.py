"""Ed25519 keys made from a stored secret, so that no key file is ever handled.

The private key is HKDF-SHA256(secret, purpose); its ``kid`` is the start of the SHA-256 of the public key. A new secret
is a new key id; the public keys of old ones stay readable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Signer:
    """Signs for one purpose."""

    kid: str
    private_key: Ed25519PrivateKey

    @classmethod
    def of(cls, secret: str, purpose: str) -> Signer:
        """The key that this secret always gives for this purpose."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # few requests need a signature
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        seed = HKDF(SHA256(), length=32, salt=None, info=f"prakerja/{purpose}".encode()).derive(secret.encode())
        private_key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(key_id(private_key.public_key().public_bytes_raw()), private_key)

    @property
    def public_bytes(self) -> bytes:
        """32 bytes."""
        return self.private_key.public_key().public_bytes_raw()

    def sign(self, text: str) -> str:
        """The signature over UTF-8 text, hex."""
        return self.private_key.sign(text.encode()).hex()


def key_id(public_key: bytes) -> str:
    """The name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]
