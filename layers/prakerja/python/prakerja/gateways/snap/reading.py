"""Read a provider's JSON without trusting it: amounts, account numbers, and what may be kept as evidence. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_AMOUNT = re.compile(r"(\d{1,16})(?:\.(\d{1,2}))?", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{6,}", re.ASCII)
_EVIDENCE_LENGTH = 2000
_MESSAGE_LENGTH = 150

_KEPT_FIELDS = """
    responseCode responseMessage referenceNo partnerReferenceNo originalPartnerReferenceNo originalReferenceNo
    originalExternalId serviceCode latestTransactionStatus transactionStatusDesc previousResponseCode amount value
    currency feeAmount transactionDate additionalInfo resultMsg minAmount maxAmount customerMonthlyInLimit
    beneficiaryAccountStatus identityMatch customerLevel hasMore lastRecordDateTime
"""
_KEPT = frozenset(_KEPT_FIELDS.split())
"""Fields that describe the transfer and not the person. A field that is not listed is masked."""
_TEXTS = frozenset({"responseMessage", "transactionStatusDesc", "resultMsg", "beneficiaryAccountStatus"})


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None if there is none (HTML, cut off, wrong encoding, a bare list)."""
    try:
        document = json.loads(body.decode())  # UTF-8 by the standard; left alone, json would guess
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def text_of(value: object) -> str | None:
    """A string that says something, else None."""
    return value if isinstance(value, str) and value.strip() else None


def money(amount: int) -> dict[str, str]:
    """Whole rupiah as the standard writes them: ``{"value": "600000.00", "currency": "IDR"}``."""
    return {"value": f"{amount}.00", "currency": "IDR"}


def amount_agrees(said: object, expected: int) -> bool | None:
    """Whether an amount object means ``expected`` rupiah; None if nothing was said."""
    if said in (None, {}, ""):
        return None
    return exact_rupiah(said) == expected


def exact_rupiah(said: object) -> int | None:
    """A positive whole amount in rupiah; None if it is anything else, because it would be booked."""
    if not isinstance(said, dict) or said.get("currency", "IDR") != "IDR":
        return None
    found = _AMOUNT.fullmatch(str(said.get("value")))
    return int(found[1]) if found and int(found[1]) and not int(found[2] or 0) else None


def rupiah_of(said: object) -> int | None:
    """Whole rupiah of an amount object, text or number, rounded down; None if it is none of these."""
    value = said.get("value") if isinstance(said, dict) else said
    found = _AMOUNT.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    return int(found[1]) if found else None


def account_agrees(said: object, expected: str, *, phone: bool) -> bool | None:
    """Whether a number, perhaps masked, can be ``expected``; None if nothing was said or all of it is masked.

    Wallets write one phone number as 62…, +62… or 08…, whatever was asked.
    """
    number = (text_of(said) or "").replace(" ", "")
    if not any(character.isdigit() for character in number):
        return None
    forms = _phone_forms(expected) if phone else {expected}
    if number.removeprefix("+").isdigit():
        return number in forms
    head, tail = re.match(r"\+?\d*", number), re.search(r"\d*$", number)
    starts, ends = head[0] if head else "", tail[0] if tail else ""
    return any(form.startswith(starts) and form.endswith(ends) for form in forms)


def _phone_forms(number: str) -> set[str]:
    national = number.removeprefix("+").removeprefix("62").removeprefix("0")
    return {number, "0" + national, "62" + national, "+62" + national}


def safe_text(value: object) -> str:
    """A provider's words for people and logs: short, one line, long numbers masked (they may be accounts)."""
    words = " ".join(str(value or "").split())[:_MESSAGE_LENGTH]
    return _LONG_NUMBER.sub(lambda run: "*" * len(run[0]), words)


def redacted(body: bytes) -> str:
    """A body as evidence: the fields of ``_KEPT``, everything else masked; of a non-JSON body only its length."""
    document = read_object(body)
    if document is None:
        return f"<{len(body)} bytes, not a JSON object>"
    return json.dumps(_masked(document, kept=True), ensure_ascii=False, separators=(",", ":"))[:_EVIDENCE_LENGTH]


def _masked(value: Any, *, kept: bool, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {str(key): _masked(inner, kept=kept and key in _KEPT, name=str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, kept=kept, name=name) for inner in value]
    if not kept:
        return "***"
    return safe_text(value) if name in _TEXTS else value
