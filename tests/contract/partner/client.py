"""A partner's client, as a test drives it: signs a body and makes the event that API Gateway would make of the call."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prakerja.partners.signature import sign

NOW = datetime.fromtimestamp(1698289216, UTC)
PREFIX = "/api/v1/integration"
STATUS = f"{PREFIX}/payment/redeem-code/status"
SEND_OTP = f"{PREFIX}/payment/send-otp"
AUTHORIZE = f"{PREFIX}/payment/authorize"


@dataclass(frozen=True)
class Client:
    """``now`` is its clock."""

    client_code: str = "lpk_contoh"
    key: bytes = b"kunci-contoh"
    now: datetime = NOW

    def headers(
        self, path: str, signed_body: str, changes: Mapping[str, str | None] | None = None, *, method: str = "POST"
    ) -> dict[str, str]:
        """The signed headers; ``changes`` replace one (None: leave it out)."""
        stamp = str(int(self.now.timestamp()))
        signature = sign(self.key, self.client_code, stamp, method, path, signed_body)
        headers: dict[str, str | None] = {
            "content-type": "application/json",
            "client_code": self.client_code,
            "timestamp": stamp,
            "signature": signature,
        }
        return {name: value for name, value in {**headers, **(changes or {})}.items() if value is not None}


def event(
    path: str, headers: Mapping[str, str], body: str | bytes | None, *, method: str = "POST", is_base64: bool = False
) -> dict[str, Any]:
    """An HTTP API event, payload 2.0. Bytes, and text if ``is_base64``, travel as base64."""
    if isinstance(body, bytes) or (is_base64 and body is not None):
        raw = body if isinstance(body, bytes) else body.encode()
        body, is_base64 = base64.b64encode(raw).decode(), True
    found: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": dict(headers),
        "requestContext": {"requestId": "request-1", "stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": is_base64,
    }
    return found if body is None else found | {"body": body}
