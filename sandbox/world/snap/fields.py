"""Reading what a caller sent, and the refusals for what is missing or has another form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .profiles import TimeForm
from .wire import refuse

_AMOUNT = re.compile(r"(\d{1,13})\.00", re.ASCII)
_SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
_TIMES = {
    TimeForm.SECONDS: re.compile(_SECONDS + r"[+-]\d\d:\d\d", re.ASCII),
    TimeForm.MILLISECONDS: re.compile(_SECONDS + r"\.\d{3}[+-]\d\d:\d\d", re.ASCII),
    TimeForm.ANY: re.compile(_SECONDS + r"(\.\d{3})?(Z|[+-]\d\d:\d\d)", re.ASCII),
}


def moment(service: str, name: str, text: object, form: TimeForm = TimeForm.ANY) -> datetime:
    """An aware time. Raises Refused 400xx01."""
    if isinstance(text, str) and _TIMES[form].fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise refuse(service, 400, "01", name)


def text_field(service: str, body: Mapping[str, Any], name: str, longest: int) -> str:
    """A mandatory text. Raises Refused 400xx02 (missing) or 400xx01 (not a text, too long)."""
    value = body.get(name)
    if value in (None, ""):
        raise refuse(service, 400, "02", name)
    if not isinstance(value, str) or len(value) > longest:
        raise refuse(service, 400, "01", name)
    return value


def optional_text(service: str, body: Mapping[str, Any], name: str, longest: int) -> str:
    """A text that may be missing, then "". Raises Refused 400xx01."""
    return text_field(service, body, name, longest) if body.get(name) not in (None, "") else ""


def time_field(service: str, body: Mapping[str, Any], name: str) -> datetime:
    """A mandatory time. Raises Refused 400xx02 or 400xx01."""
    return moment(service, name, text_field(service, body, name, 29))


def whole_field(service: str, body: Mapping[str, Any], name: str, usual: int, most: int) -> int:
    """A number from 1 to ``most``, as a number or as text. Raises Refused 400xx01."""
    text = str(body.get(name, usual))
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 9 and 1 <= int(text) <= most):
        raise refuse(service, 400, "01", name)
    return int(text)


def amount_field(service: str, body: Mapping[str, Any]) -> int:
    """``amount`` in whole rupiah; two decimals, IDR, never a JSON number."""
    amount = body.get("amount")
    if amount in (None, {}):
        raise refuse(service, 400, "02", "amount")
    value = amount.get("value") if isinstance(amount, dict) else None
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None or not isinstance(amount, dict) or amount.get("currency") != "IDR" or not int(found[1]):
        raise refuse(service, 400, "01", "amount")
    return int(found[1])


def check_mandatory(service: str, body: Mapping[str, Any], patterns: Mapping[str, str]) -> None:
    """A provider's own mandatory fields, ``additionalInfo.fundType``. Raises Refused 400xx02 or 400xx01."""
    for name, pattern in patterns.items():
        value: Any = body
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value in (None, ""):
            raise refuse(service, 400, "02", name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise refuse(service, 400, "01", name)
