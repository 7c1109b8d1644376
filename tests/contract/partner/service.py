"""A partner API whose commands only note that they were called, so that its frame can be tested alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from functions.partner_api.credentials import Credentials
from functions.partner_api.envelope import Call, Endpoint, ItemKey, handle
from functions.partner_api.requests import AuthorizeRequest, SendOtpRequest, StatusRequest
from prakerja.partners.errors import BadSignature
from prakerja.platform.access_patterns import REDEEM_CODE
from prakerja.platform.parts import Item
from tests.contract.partner.client import AUTHORIZE, NOW, SEND_OTP, STATUS, Client, event

CLIENT = Client()
BODY = '{"redeem_code":"GHOPNYXUVMT0","sequence":1}'


@dataclass(frozen=True)
class Partner:
    sign_keys: Sequence[bytes]
    legacy_signature: bool = True


class Answer(BaseModel):
    redeem_code: str
    sequence: int
    redeem_at: str | None = None


@dataclass
class Service:
    """Endpoints whose commands only note that they were called, and a register of partners."""

    partners: dict[str, Partner] = field(default_factory=dict)
    calls: list[Call[Partner, Any]] = field(default_factory=list)
    reads: list[tuple[str, Sequence[ItemKey]]] = field(default_factory=list)
    raises: Exception | None = None
    nonces: set[str] = field(default_factory=set)
    used: list[int] = field(default_factory=list)

    def load(self, client_code: str, also: Sequence[ItemKey]) -> tuple[Partner | None, Sequence[Item | None]]:
        self.reads.append((client_code, also))
        return self.partners.get(client_code), [{"key": pattern.key(**parts)} for pattern, parts in also]

    def spend(self, _: Partner, credentials: Credentials) -> None:
        if credentials.nonce in self.nonces:
            raise BadSignature("nonce")
        self.nonces |= {credentials.nonce} - {None}  # type: ignore[arg-type]

    def note_use(self, _: Partner, key: int) -> None:
        self.used.append(key)

    def run(self, call: Call[Partner, Any]) -> BaseModel | None:
        self.calls.append(call)
        if self.raises is not None:
            raise self.raises
        if not isinstance(call.request, StatusRequest):
            return None
        return Answer(redeem_code=call.request.redeem_code, sequence=call.request.sequence)

    @property
    def endpoints(self) -> list[Endpoint[Partner, Any]]:
        return [
            Endpoint(
                STATUS, self.run, StatusRequest, lambda asked, _: [(REDEEM_CODE, {"redeem_code": asked.redeem_code})]
            ),
            Endpoint(SEND_OTP, self.run, SendOtpRequest, message="OTP terkirim."),
            Endpoint(AUTHORIZE, self.run, AuthorizeRequest, message="Pelatihan berhasil dibeli."),
        ]

    def post(self, path: str, body: str | bytes, headers: dict[str, str], **more: Any) -> tuple[int, dict[str, Any]]:
        response = self.respond(event(path, headers, body, **more))
        return response["statusCode"], json.loads(response["body"])

    def respond(self, happened: dict[str, Any]) -> dict[str, Any]:
        response = handle(happened, self.endpoints, self, NOW)
        assert response["headers"]["content-type"] == "application/json"
        return response


def new_service() -> Service:
    """With our client, another partner with two keys, and one whose keys have all run out."""
    other = Partner([b"other-key", b"other-key-2"])
    return Service({CLIENT.client_code: Partner([CLIENT.key]), "other_partner": other, "closed": Partner([])})
