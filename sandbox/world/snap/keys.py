"""The providers' own keys, with which they sign what they tell partners."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .books import Books

FORGER = "nobody"
"""Whose key forgeries are signed with."""


class Keys:
    """One RSA key per provider, made when it is first needed and kept in the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def public(self, provider: str) -> str:
        """PEM."""
        key = self._key(provider).public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def shared(self, provider: str) -> str:
        """The key that a provider and its partner share, for call-backs in the older style."""
        return hashlib.sha256(self._pem(provider).encode()).hexdigest()

    def sign(self, provider: str, text: str) -> str:
        """Base64 of SHA256withRSA."""
        return base64.b64encode(self._key(provider).sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def _key(self, provider: str) -> RSAPrivateKey:
        return _loaded(self._pem(provider))

    def _pem(self, provider: str) -> str:
        found = self._books.run("SELECT private_key FROM keys WHERE provider = ?", provider)
        if found:
            return str(found[0]["private_key"])
        made = _made(provider)
        self._books.insert("keys", provider=provider, private_key=made)
        return made


@lru_cache
def _made(provider: str) -> str:
    """One key per provider and process: making one takes as long as hundreds of transfers."""
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@lru_cache
def _loaded(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the key in the books is not an RSA key")
    return key
