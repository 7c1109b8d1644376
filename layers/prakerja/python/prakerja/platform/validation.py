"""What the bodies of our own APIs are made of, days and moments as JSON writes them, and field errors in words that a
participant understands, in Indonesian or English, never echoing what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")  # nearer to the ends of the calendar it cannot be reckoned
_MOMENT = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]+([Zz]|[+-][0-9:]+)")


class View(BaseModel):
    """Base of what an API answers. Its validator is built when it is first used: a cold start answers one of many."""

    model_config = ConfigDict(defer_build=True)


class Body(BaseModel):
    """Base of what an API is sent: a field that is not known is refused, or a slip of the pen would go unseen."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def _written(shape: re.Pattern[str], error: str) -> BeforeValidator:
    """pydantic alone also takes numbers, and text full of digits, as seconds since 1970."""

    def check(value: Any) -> Any:
        if isinstance(value, date) or (isinstance(value, str) and shape.fullmatch(value)):
            return value
        raise ValueError(error)

    return BeforeValidator(check)


Day = Annotated[
    date, _written(_DAY, "must be a date as text, like 1990-08-17 | harus tanggal berupa teks, seperti 1990-08-17")
]
"""A day of a request, RFC 3339 ``full-date``, 1900 to 2099."""
Moment = Annotated[
    AwareDatetime,
    _written(
        _MOMENT,
        "must be a time as text with its zone, like 2026-01-15T12:00:00+07:00 | "
        "harus waktu berupa teks dengan zona, seperti 2026-01-15T12:00:00+07:00",
    ),
]
"""A moment of a request, RFC 3339 ``date-time``, 1900 to 2099; the zone must be named."""

_INDONESIAN = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal; hapus isian ini",
    "string_type": "harus berupa teks",
    "int_type": "harus berupa bilangan bulat",
    "int_parsing": "harus berupa bilangan bulat",
    "int_from_float": "harus berupa bilangan bulat",
    "bool_type": "harus true atau false",
    "string_too_short": "paling sedikit {min_length} karakter",
    "string_too_long": "paling banyak {max_length} karakter",
    "string_pattern_mismatch": "bentuknya tidak sesuai",
    "greater_than_equal": "paling kecil {ge}",
    "greater_than": "harus lebih besar dari {gt}",
    "less_than_equal": "paling besar {le}",
    "enum": "harus salah satu dari {expected}",
    "literal_error": "harus salah satu dari {expected}",
    "date_from_datetime_parsing": "harus tanggal seperti 1990-08-17",
    "date_parsing": "harus tanggal seperti 1990-08-17",
    "datetime_from_date_parsing": "harus waktu dengan zona, seperti 2026-01-15T12:00:00+07:00",
    "datetime_parsing": "harus waktu dengan zona, seperti 2026-01-15T12:00:00+07:00",
    "timezone_aware": "harus menyebut zona waktu, seperti +07:00",
    "model_attributes_type": "harus berupa objek JSON",
    "value_error": "{reason}",
}
_ENGLISH = {
    "missing": "is required",
    "extra_forbidden": "is not known; leave it out",
    "string_pattern_mismatch": "does not have the right form",
    "value_error": "{reason}",
}


def field_errors(errors: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, str]]:
    """``[{"where": "body.nik", "what": "…"}]`` from pydantic's error list."""
    return [
        {"where": ".".join(str(step) for step in error["loc"]), "what": _words(error, language)} for error in errors
    ]


def _words(error: Mapping[str, Any], language: str) -> str:
    kind = str(error["type"])
    facts = {name: str(value) for name, value in (error.get("ctx") or {}).items()}
    if kind == "value_error":
        english, _, indonesian = facts.get("error", "").partition(" | ")
        facts["reason"] = english if language == "en" or not indonesian else indonesian
    if language == "en":
        return _ENGLISH[kind].format_map(facts) if kind in _ENGLISH else _plain(str(error["msg"]))
    template = _INDONESIAN.get(kind)
    return template.format_map(facts) if template else "tidak sah"


def _plain(message: str) -> str:
    return message.removeprefix("Input ").removeprefix("Value error, ")
