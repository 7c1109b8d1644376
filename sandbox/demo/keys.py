"""What outside parties would have given the programme office, invented once per folder: ``.local/secrets.json``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from sandbox.demo.files import Local, read_json, write_private

OPERATORS: dict[str, tuple[str, ...]] = {
    "ratna": ("wave_manager", "payout_officer", "partner_manager"),
    "budi": ("wave_manager", "payout_officer", "partner_manager"),
    "wati": ("auditor",),
}
"""Operators of the demonstration and their roles. The first two agree on everything that needs two."""

PROVIDERS = ("BNI", "BCA", "OVO", "GOPAY", "DANA", "LINKAJA")


@dataclass(frozen=True)
class Keys:
    """Passwords, payment credentials, the keys of the registry and the face check, and the sign keys that partners were shown once."""

    local: Local
    document: dict[str, Any]

    @classmethod
    def of(cls, local: Local) -> Keys:
        """Read them, or invent them."""
        document = read_json(local.secrets)
        if not document:
            document = {
                "registry_key": secrets.token_urlsafe(32),
                "operators": {name: f"{secrets.token_urlsafe(24)}-Aa1" for name in OPERATORS},
                "payments": {},
                "partners": {},
            }
        if "face_key" not in document:
            document["face_key"] = secrets.token_urlsafe(32)
            write_private(local.secrets, document)
        missing = {name: _credentials(name) for name in PROVIDERS if name not in document["payments"]}
        if missing:
            document["payments"] |= missing
            write_private(local.secrets, document)
        return cls(local, document)

    @property
    def registry_key(self) -> str:
        """What the civil registry lets us in with."""
        return str(self.document["registry_key"])

    @property
    def face_key(self) -> str:
        """What the face check lets us in with."""
        return str(self.document["face_key"])

    @property
    def payments(self) -> dict[str, dict[str, str]]:
        """Credentials by payment provider."""
        found: dict[str, dict[str, str]] = self.document["payments"]
        return found

    @property
    def partners(self) -> dict[str, str]:
        """Sign key by client code."""
        found: dict[str, str] = self.document["partners"]
        return found

    def password(self, operator: str) -> str:
        """Of an operator."""
        return str(self.document["operators"][operator])

    def remember_partners(self, fresh: dict[str, str]) -> None:
        """Keep sign keys, which are shown only once."""
        self.partners.update(fresh)
        write_private(self.local.secrets, self.document)

    def everything(self) -> set[str]:
        """Each secret text, for the search in logs. Of a private key, its lines."""
        found = {self.registry_key, self.face_key, *self.partners.values(), *self.document["operators"].values()}
        for credentials in self.payments.values():
            found.add(credentials["client_secret"])
            found.update(line for line in credentials["private_key"].splitlines() if not line.startswith("-"))
        return found


def public_key(private_pem: str) -> str:
    """The public half of a private key, PEM."""
    key = load_pem_private_key(private_pem.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _credentials(provider: str) -> dict[str, str]:
    key = generate_private_key(65537, 2048)
    return {
        "client_id": f"prakerja-{provider.lower()}",
        "client_secret": secrets.token_urlsafe(32),
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "source_account": f"9{secrets.randbelow(10**9):09}",
        "channel_id": "95221",
    }
