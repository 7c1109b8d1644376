"""Endpoints for trying one's software: put a test code back, and see where the text of a signature goes wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from functions.partner_api.answers import CodeData
from functions.partner_api.comparison import Comparison, Sent, compare
from functions.partner_api.envelope import Call, Endpoint, ItemKey, Trust
from functions.partner_api.learning import PREFIX
from functions.partner_api.requests import CommitRequest, PartnerRequest
from prakerja.partners import Caller
from prakerja.partners.signature import TOLERANCE_SECONDS
from prakerja.partners.wire import MAX_BODY
from prakerja.training.service.testing import reset_code
from prakerja.training.store.purchase import code_from_item, code_key
from prakerja.wiring import platform

HEADERS = (
    *("client_code", "timestamp", "signature"),
    *("prakerja-client", "prakerja-timestamp", "prakerja-nonce", "prakerja-signature"),
)
_SECONDS = re.compile(r"[0-9]{1,11}")
_Short = Annotated[str, StringConstraints(max_length=256, strip_whitespace=False)]
_Long = Annotated[str, StringConstraints(max_length=MAX_BODY, strip_whitespace=False)]


class CheckRequest(PartnerRequest):
    """``signature/check``: the text that was signed, and the request that it was signed for, as it is sent."""

    text: _Long
    client_code: _Short
    timestamp: _Short
    path: Annotated[str, StringConstraints(max_length=2048, min_length=1)]
    method: _Short = "POST"
    body: _Long = ""
    nonce: _Short | None = None


class PartData(BaseModel):
    """One part of the text, compared."""

    part: str
    agrees: bool | None
    position: int | None
    expected: str | None
    signed: str | None


class CheckData(BaseModel):
    """What came of it. ``clock_off``: seconds by which the timestamp is ahead of our clock."""

    agrees: bool
    parts: list[PartData]
    body_form: str | None
    clock_off: int | None
    headers_received: dict[str, bool]
    advice: str

    @classmethod
    def of(cls, found: Comparison, clock_off: int | None, received: Mapping[str, bool]) -> CheckData:
        """With one sentence for people."""
        return cls(
            agrees=found.differs is None,
            parts=[PartData(**vars(part)) for part in found.parts],
            body_form=found.body_form,
            clock_off=clock_off,
            headers_received=dict(received),
            advice=_advice(found, clock_off),
        )


def _advice(found: Comparison, clock_off: int | None) -> str:
    if found.differs is not None:
        part, at = found.differs.part, found.differs.position
        return f"Teks yang ditandatangani berbeda pada bagian {part}, mulai karakter ke-{(at or 0) + 1}."
    if clock_off is None:
        return "Teks sudah benar, tetapi timestamp harus detik Unix, hanya angka."
    if abs(clock_off) > TOLERANCE_SECONDS:
        return "Teks sudah benar, tetapi jam server Anda berbeda lebih dari 5 menit."
    return "Teks sudah benar. Jika tetap ditolak, periksa kunci dan hasil hash: hex dengan huruf kecil."


def _check(call: Call[Any, CheckRequest]) -> CheckData:
    asked = call.request
    sent = Sent(asked.client_code, asked.timestamp, asked.method, asked.path, asked.body, asked.nonce)
    seconds = int(asked.timestamp) if _SECONDS.fullmatch(asked.timestamp) else None
    off = None if seconds is None else seconds - int(platform().clock.wall().timestamp())
    return CheckData.of(compare(sent, asked.text), off, {name: name in call.headers for name in HEADERS})


def _code(request: CommitRequest, _: Mapping[str, str]) -> Sequence[ItemKey]:
    return [code_key(request.redeem_code)]


def _reset(call: Call[Caller, CommitRequest]) -> CodeData:
    code = code_from_item(call.items[0])
    return CodeData.of(reset_code(platform(), institution=call.partner.partner, code=code, request=call.name))


TRYING: tuple[Endpoint[Caller, Any], ...] = (
    Endpoint(PREFIX + "/payment/redeem-code/reset", _reset, CommitRequest, _code),
    Endpoint(PREFIX + "/signature/check", _check, CheckRequest, trust=Trust.OPEN),
)
