"""Read a provider's JSON without trusting it: amounts, account numbers, and what may be kept as evidence. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_AMOUNT = re.compile(r"(\d{1,16})(?:\.(\d{1,2}))?", re.ASCII)
_STANDARD_AMOUNT = re.compile(r"(0|[1-9]\d{0,15})\.(\d{2})", re.ASCII)
"""String(16,2) with always two decimals; never a JSON number."""
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
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
    """The JSON object in a body; None if there is none (HTML, cut off, wrong encoding, a bare list, a name twice)."""
    try:  # UTF-8 by the standard; left alone, json would guess
        document = json.loads(body.decode(), object_pairs_hook=_named_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values under one name is meant, nobody can say. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def text_of(value: object) -> str | None:
    """A string that says something, else None."""
    return value if isinstance(value, str) and value.strip() else None


def money(amount: int) -> dict[str, str]:
    """Whole rupiah as the standard writes them: ``{"value": "600000.00", "currency": "IDR"}``."""
    return {"value": f"{amount}.00", "currency": "IDR"}


def says_nothing(said: object) -> bool:
    """Whether an optional field was left out, in one of the ways in which providers do."""
    return said in (None, {}, "")


def amount_agrees(said: object, expected: int) -> bool | None:
    """Whether an amount object means ``expected`` rupiah; None if nothing was said, or not as the standard writes it.

    Only ``{"value": "600000.00", "currency": "IDR"}`` counts: a JSON number, "600000", "6e5" or no currency prove
    nothing, whatever they look like. Another amount or currency, so written, is a contradiction.
    """
    value, currency = (said.get("value"), said.get("currency")) if isinstance(said, dict) else (None, None)
    found = _STANDARD_AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None or not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    return (currency, int(found[1]), found[2]) == ("IDR", expected, "00")


def exact_rupiah(said: object) -> int | None:
    """A positive whole amount in rupiah as the standard writes it; None if it is anything else: it would be booked."""
    value = said.get("value") if isinstance(said, dict) else None
    found = _STANDARD_AMOUNT.fullmatch(value) if isinstance(value, str) else None
    amount = int(found[1]) if found else 0
    return amount if amount and amount_agrees(said, amount) else None


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
