"""Personal data at rest: sealed fields, and keyed digests that let us find without being able to read.

Three layers: KMS wraps a data key, the data key (in memory for minutes) wraps one key per person, the person's key
seals each field with AES-256-GCM bound to person, field and key. Erasing a person is forgetting the person's key.
Digests are HMAC-SHA256 under a key with an id (``kid``); while keys rotate, every active kid is guarded.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from prakerja.platform.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NONCE = 12
DATA_KEY_LIFE = timedelta(minutes=5)


class Unreadable(Exception):
    """A sealed value does not belong to this person, field or key, or was altered. Never shown to a caller."""


@dataclass(frozen=True)
class Guards:
    """Keyed digests of values that must be unique. ``keys`` maps kid → secret text; the last one is current."""

    keys: Mapping[str, str]

    def digest(self, kind: str, value: str) -> str:
        """The current digest, ``<kid>.<hex>``; ``kind`` (PHONE, EMAIL, NIK, FAMILY, …) separates the spaces."""
        return self.digests(kind, value)[-1]

    def digests(self, kind: str, value: str) -> tuple[str, ...]:
        """The digest under every active key, oldest first."""
        return tuple(
            f"{kid}.{hmac.new(key.encode(), f'{kind}:{value}'.encode(), hashlib.sha256).hexdigest()[:40]}"
            for kid, key in self.keys.items()
        )


class Vault:
    """Seals and opens the fields of a person.

    ``load_wrapped`` reads a wrapped data key by kid; ``save_wrapped`` stores one if absent and answers the stored one.
    """

    def __init__(
        self,
        kms: KMSClient,
        key_id: str,
        clock: Clock,
        load_wrapped: Callable[[str], bytes | None],
        save_wrapped: Callable[[str, bytes], bytes],
    ) -> None:
        self._kms = kms
        self._key_id = key_id
        self._clock = clock
        self._load = load_wrapped
        self._save = save_wrapped
        self._cached: dict[str, tuple[bytes, datetime]] = {}

    def new_person_key(self, person_id: str) -> str:
        """A fresh key for a person, wrapped for storage as ``<kid>.<hex>``."""
        kid = f"{self._clock.wall():%Y%m}"
        nonce, key = secrets.token_bytes(NONCE), secrets.token_bytes(32)
        wrapped = AESGCM(self._data_key(kid)).encrypt(nonce, key, f"person|{person_id}|{kid}".encode())
        return f"{kid}.{(nonce + wrapped).hex()}"

    def seal(self, person_id: str, person_key: str, field: str, text: str) -> bytes:
        """Encrypt one field of a person."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher(person_id, person_key).encrypt(nonce, text.encode(), self._bound(person_id, field))

    def open(self, person_id: str, person_key: str, field: str, sealed: bytes) -> str:
        """Decrypt one field. Raises Unreadable if it is not this person's, this field's, or was altered."""
        try:
            cipher = self._cipher(person_id, person_key)
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(person_id, field)).decode()
        except InvalidTag as error:
            raise Unreadable(field) from error

    def _cipher(self, person_id: str, person_key: str) -> AESGCM:
        kid, _, hexadecimal = person_key.partition(".")
        blob = bytes.fromhex(hexadecimal)
        key = AESGCM(self._data_key(kid)).decrypt(blob[:NONCE], blob[NONCE:], f"person|{person_id}|{kid}".encode())
        return AESGCM(key)

    def _data_key(self, kid: str) -> bytes:
        now = self._clock.wall()
        cached = self._cached.get(kid)
        if cached and cached[1] > now:
            return cached[0]
        context = {"purpose": "people", "kid": kid}
        wrapped = self._load(kid)
        if wrapped is None:
            made = self._kms.generate_data_key(KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=context)
            wrapped = self._save(kid, made["CiphertextBlob"])
        key = self._kms.decrypt(KeyId=self._key_id, CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]
        self._cached[kid] = (key, now + DATA_KEY_LIFE)
        return key

    @staticmethod
    def _bound(person_id: str, field: str) -> bytes:
        return f"{person_id}|{field}".encode()
