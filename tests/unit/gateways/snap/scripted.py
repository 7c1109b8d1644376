"""A provider that answers what a test wrote down, for answers that no stand-in would give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from prakerja.gateways.snap import PROFILES, Credentials, SnapProvider
from prakerja.payouts.answers import AccountQuestion, PreparedRequest, TransferOrder
from prakerja.payouts.references import reference

AT = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
REFERENCE = reference("payout-1", 1, AT)
AMOUNT = 600_000
TOKEN = {"responseCode": "2007300", "responseMessage": "Successful", "accessToken": "t0ken", "expiresIn": "900"}
NUMBERS = {"BNI": "0123456789", "BCA": "0123456789"}
WALLET = "6281234567890"
HOLDER = "SITI AMINAH"
SOURCE = "0987654321"


@lru_cache
def key() -> RSAPrivateKey:
    """Made once, because that takes a while."""
    return generate_private_key(65537, 2048)


def private_pem() -> str:
    return key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem() -> str:
    return key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def credentials_entry() -> dict[str, str]:
    """As it stands in the secret."""
    return {
        "client_id": "prakerja",
        "client_secret": "a secret for tests",
        "private_key": private_pem(),
        "source_account": SOURCE,
        "channel_id": "95221",
    }


@dataclass
class Scripted:
    """Answers with ``replies`` in turn, the last of them for ever. Requests for a token are answered by themselves."""

    replies: list[tuple[int, bytes] | Exception]
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        if path.endswith("access-token/b2b"):
            self.tokens.append({"path": path, **headers})
            return 200, json.dumps(TOKEN).encode()
        self.sent.append((path, dict(headers), body))
        reply = self.replies[min(len(self.sent), len(self.replies)) - 1]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.sent]


@dataclass
class Asked:
    """One of our providers in front of a scripted one."""

    name: str
    transport: Scripted
    provider: SnapProvider
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, name: str, *replies: tuple[int, bytes] | Exception | dict[str, Any], **changes: Any) -> Asked:
        """A dict is a body with HTTP status 200."""
        wire = [(200, json.dumps(reply).encode()) if isinstance(reply, dict) else reply for reply in replies]
        transport = Scripted(wire)
        profile = replace(PROFILES[name], **changes)
        return cls(name, transport, SnapProvider(profile, Credentials.of(credentials_entry()), transport, lambda: AT))

    @property
    def number(self) -> str:
        return NUMBERS.get(self.name, WALLET)

    def external_id(self) -> str:
        return self.provider.external_id(AT, f"{next(self.numbers):011d}")

    def sent_headers(self) -> dict[str, str]:
        """Of a transfer that is sent for this."""
        self.provider.send(self.prepare(), self.external_id())
        return self.transport.sent[-1][1]

    def prepare(self, **changes: Any) -> PreparedRequest:
        return self.provider.prepare_transfer(order(self.name, **changes))

    def question(self, **changes: Any) -> AccountQuestion:
        terms: dict[str, Any] = {
            "reference": REFERENCE,
            "account_number": self.number,
            "holder_name": HOLDER,
            "amount": AMOUNT,
            "at": AT,
        }
        return AccountQuestion(**{**terms, **changes})


def order(name: str, **changes: Any) -> TransferOrder:
    """A good order to ``name``."""
    terms: dict[str, Any] = {
        "reference": REFERENCE,
        "amount": AMOUNT,
        "account_number": NUMBERS.get(name, WALLET),
        "holder_name": HOLDER,
        "note": "Insentif Prakerja",
        "at": AT,
    }
    return TransferOrder(**{**terms, **changes})


def money(amount: int) -> dict[str, str]:
    return {"value": f"{amount}.00", "currency": "IDR"}
