"""What partners send, read as leniently as the contract is contradictory and no more.

Unknown fields are ignored. ``sequence`` may be absent (1). ``amount`` may come as text and ``invoice_code`` as a number,
because the published pages type them one way and show them the other; ``otp`` and ``user_platform_id`` may come as
numbers, because they are digits to many clients. Everything else has exactly its JSON type.
Texts that become part of a key refuse what a key cannot hold, so that a strange code is a clear error.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from prakerja.partners.errors import CourseNotNamed, InvalidFields
from prakerja.platform.one_time_code import DIGITS

POST_TEST = 999
"""The sequence number of the post-test; 1 is redeeming (or the first attendance), 2 to 10 the later ones."""


def _digits_as_integer(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else value


def _integer_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _code_as_text(value: Any) -> Any:
    """A number has lost the zeros that a code begins with."""
    return str(value).zfill(DIGITS) if isinstance(value, int) and not isinstance(value, bool) else value


def _absent_as_one(value: Any) -> Any:
    return 1 if value is None else value


def _known_sequence(value: int) -> int:
    if not (1 <= value <= 10 or value == POST_TEST):
        raise PydanticCustomError("sequence", "must be 1 to 10, or 999")
    return value


Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^#{}\x00-\x1f\x7f]+$")]
"""A code or id: 1 to 64 characters, no control character, no ``#``, ``{`` or ``}``."""
CourseKey = Annotated[Key, BeforeValidator(lambda value: "" if value is None else value)]
"""Of a course or schedule. Null is an empty one, for which the contract has a code of its own."""
RedeemCode = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9-]+$")]
InvoiceCode = Annotated[Key, BeforeValidator(_integer_as_text)]
Amount = Annotated[int, BeforeValidator(_digits_as_integer), Field(ge=1, le=10**12)]
"""Rupiah, whole."""
Sequence = Annotated[int, BeforeValidator(_absent_as_one), AfterValidator(_known_sequence)]


class PartnerRequest(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, str_strip_whitespace=True)


class CommitRequest(PartnerRequest):
    """``payment/redeem-code/commit``. The field was called ``code`` before October 2022; both names are read."""

    redeem_code: RedeemCode = Field(validation_alias=AliasChoices("redeem_code", "code"))


class StatusRequest(CommitRequest):
    """``payment/redeem-code/status``."""

    sequence: Sequence = 1


class SendOtpRequest(PartnerRequest):
    """``payment/send-otp``. ``prakerja_id`` is the card number."""

    user_platform_id: Annotated[Key, BeforeValidator(_integer_as_text)]
    prakerja_id: Key
    course_code: CourseKey
    schedule_code: CourseKey
    amount: Amount


class AuthorizeRequest(PartnerRequest):
    """``payment/authorize``; the payment token comes in the header ``Authorization: Payment <token>``."""

    otp: Annotated[str, BeforeValidator(_code_as_text), StringConstraints(pattern=r"^[0-9]{4,8}$")]
    invoice_url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    invoice_code: InvoiceCode


class PaymentStatusRequest(PartnerRequest):
    """``payment/status``."""

    invoice_code: InvoiceCode


class QuotaRequest(PartnerRequest):
    """``payment/quota-schedule``."""

    schedule_code: CourseKey
    course_code: CourseKey


class VoidRequest(PartnerRequest):
    """``payment/void``."""

    invoice_code: InvoiceCode
    transaction_code: Key


RequestT = TypeVar("RequestT", bound=PartnerRequest)

_WORDS = {
    "missing": "wajib diisi",
    "string_too_short": "tidak boleh kosong",
    "string_too_long": "terlalu panjang",
    "string_type": "harus berupa teks",
    "string_pattern_mismatch": "formatnya tidak sesuai",
    "int_type": "harus berupa bilangan bulat",
    "bool_type": "harus true atau false",
    "greater_than_equal": "terlalu kecil",
    "less_than_equal": "terlalu besar",
    "sequence": "harus 1 sampai 10, atau 999",
    "task_sequence": "harus 1 sampai 998 untuk tpm, 999 untuk uk",
    "enum": "harus tpm atau uk",
    "is_instance_of": "harus tpm atau uk",
}
_EMPTY = frozenset({"missing", "string_too_short"})


def read(model: type[RequestT], data: dict[str, Any]) -> RequestT:
    """The body as ``model``. Raises InvalidFields (CourseNotNamed) with the first complaint about each wrong field, never its value."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
    first: dict[str, ErrorDetails] = {}
    for one in details:
        first.setdefault(_name(one), one)
    course_missing = any(first[name]["type"] in _EMPTY for name in ("course_code", "schedule_code") if name in first)
    problem = CourseNotNamed if course_missing else InvalidFields
    raise problem(
        fields="; ".join(f"{name}: {one['msg']}" for name, one in first.items()) + ".",
        fields_id="; ".join(f"{name} {_WORDS.get(one['type'], 'tidak sah')}" for name, one in first.items()) + ".",
    )


def _name(error: ErrorDetails) -> str:
    if error["type"] == "task_sequence":  # judged together with the scope
        return "sequence"
    return str(error["loc"][0]) if error["loc"] else "body"
