"""Who a request says it is from and how it is signed: three sets of headers, one of which counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.partners.signature import Verified, believed_until, strong_text, verify, verify_strong
from prakerja.partners.wire import ParsedBody, canonical_paths
from prakerja.platform.ids import fingerprint

NOBODY = "-"
"""Stands for a missing or impossible client code, so that it is looked up like any other. No partner has this code."""
_CLIENT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Signed:
    """What is signed beside the headers."""

    method: str
    raw_path: str
    query: str
    body: bytes
    parsed: ParsedBody

    @property
    def target(self) -> str:
        """The path as it was sent, with the query if there is one."""
        return f"{self.raw_path}?{self.query}" if self.query else self.raw_path


@dataclass(frozen=True)
class Credentials:
    """As sent. ``nonce`` is None for the contract's first signature."""

    client_code: str
    """Sane, or ``NOBODY``."""
    timestamp: str
    signature: str
    nonce: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """By the contract's first names, for those who read them, whichever were sent."""
        return {"client_code": self.client_code, "timestamp": self.timestamp, "signature": self.signature}

    @property
    def believed_until(self) -> datetime:
        """Until when a nonce must be remembered. Only of what was verified."""
        return believed_until(self.timestamp)

    def name_of(self, signed: Signed) -> str:
        """What a request has in common with its repeats, and with no other request.

        A repeat is the same bytes or, since a nonce is good once, the same under another nonce.
        """
        if self.nonce is None:
            return fingerprint([self.timestamp, self.signature])
        return fingerprint(
            [strong_text(self.client_code, self.timestamp, "", signed.method, signed.target, signed.body)]
        )

    def verify(self, keys: Sequence[bytes], signed: Signed, now: datetime) -> Verified:
        """Raises BadSignature."""
        if self.nonce is not None:
            return verify_strong(
                keys,
                self.client_code,
                self.timestamp,
                self.nonce,
                signed.method,
                signed.target,
                signed.body,
                self.signature,
                now,
            )
        paths = canonical_paths(signed.raw_path)
        if signed.query and signed.method == "GET":  # the contract does not say whether a query is signed
            paths = (*paths, *(f"{path}?{signed.query}" for path in paths))
        return verify(keys, self.client_code, self.timestamp, signed.method, paths, signed.parsed, self.signature, now)


def credentials_of(headers: Mapping[str, str]) -> Credentials:
    """The stronger signature if there is one, else that of the ``X-`` headers (SSO) or the contract's first one."""
    if "prakerja-signature" in headers:
        names = ("prakerja-client", "prakerja-timestamp", "prakerja-signature")
        nonce = headers.get("prakerja-nonce", "")
    else:
        sso = "x-client-id" in headers and ("client_code" not in headers or "signature" not in headers)
        names = ("x-client-id", "x-timestamp", "x-signature") if sso else ("client_code", "timestamp", "signature")
        nonce = None
    code, timestamp, signature = (headers.get(name, "") for name in names)
    return Credentials(code if _CLIENT_CODE.fullmatch(code) else NOBODY, timestamp, signature, nonce)
