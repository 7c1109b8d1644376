"""Requests, replies and the official words of the response codes, as this provider speaks them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MESSAGES: Mapping[tuple[int, str], str] = {
    (200, "00"): "Successful",
    (202, "00"): "Request In Progress",
    (400, "00"): "Bad Request",
    (400, "01"): "Invalid Field Format {detail}",
    (400, "02"): "Invalid Mandatory Field {detail}",
    (401, "00"): "Unauthorized. {detail}",
    (401, "01"): "Invalid Token (B2B)",
    (401, "02"): "Invalid Customer Token",
    (401, "03"): "Token Not Found (B2B)",
    (401, "04"): "Customer Token Not Found",
    (403, "00"): "Transaction Expired",
    (403, "01"): "Feature Not Allowed",
    (403, "02"): "Exceeds Transaction Amount Limit",
    (403, "03"): "Suspected Fraud",
    (403, "04"): "Activity Count Limit Exceeded",
    (403, "05"): "Do Not Honor",
    (403, "06"): "Feature Not Allowed At This Time",
    (403, "07"): "Card Blocked",
    (403, "08"): "Card Expired",
    (403, "09"): "Dormant Account",
    (403, "10"): "Need To Set Token Limit",
    (403, "11"): "OTP Blocked",
    (403, "12"): "OTP Lifetime Expired",
    (403, "13"): "OTP Sent To Cardholder",
    (403, "14"): "Insufficient Funds",
    (403, "15"): "Transaction Not Permitted",
    (403, "16"): "Suspend Transaction",
    (403, "17"): "Token Limit Exceeded",
    (403, "18"): "Inactive Card/Account/Customer",
    (403, "19"): "Merchant Blacklisted",
    (403, "20"): "Merchant Limit Exceed",
    (403, "21"): "Set Limit Not Allowed",
    (403, "22"): "Token Limit Invalid",
    (403, "23"): "Account Limit Exceed",
    (404, "00"): "Invalid Transaction Status",
    (404, "01"): "Transaction Not Found",
    (404, "02"): "Invalid Routing",
    (404, "03"): "Bank Not Supported By Switch",
    (404, "04"): "Transaction Cancelled",
    (404, "05"): "Merchant Is Not Registered For Card Registration Services",
    (404, "06"): "Need To Request OTP",
    (404, "07"): "Journey Not Found",
    (404, "08"): "Invalid Merchant",
    (404, "09"): "No Issuer",
    (404, "10"): "Invalid API Transition",
    (404, "11"): "Invalid Card/Account/Customer/Virtual Account",
    (404, "12"): "Invalid Bill/Virtual Account",
    (404, "13"): "Invalid Amount",
    (404, "14"): "Paid Bill",
    (404, "15"): "Invalid OTP",
    (404, "16"): "Partner Not Found",
    (404, "17"): "Invalid Terminal",
    (404, "18"): "Inconsistent Request",
    (404, "19"): "Invalid Bill/Virtual Account",
    (405, "00"): "Requested Function Is Not Supported",
    (405, "01"): "Requested Operation Is Not Allowed",
    (409, "00"): "Conflict",
    (409, "01"): "Duplicate partnerReferenceNo",
    (429, "00"): "Too Many Requests",
    (500, "00"): "General Error",
    (500, "01"): "Internal Server Error",
    (500, "02"): "External Server Error",
    (504, "00"): "Timeout",
}


class Lost(StrEnum):
    """How an answer fails to arrive: silence until the caller gives up, or a connection cut after the headers."""

    HANG = "hang"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Header names in small letters; ``path`` below the provider, ``/v1.0/emoney/topup``."""

    provider: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; ``lost`` means that it does not get there."""

    status: int
    body: bytes
    content_type: str = "application/json"
    delay_seconds: float = 0
    lost: Lost | None = None
    drip: bool = False
    """The delay is spread over the body, which begins at once."""
    first: tuple[int, ...] = ()
    """Call-backs that arrive before this answer does."""

    @property
    def code(self) -> str:
        """The responseCode in the body, "" if there is none; for the list of calls."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return ""
        return str(document.get("responseCode", "")) if isinstance(document, dict) else ""


def say(service: str, http: int, case: str, detail: str = "", **fields: Any) -> Reply:
    """A JSON reply with responseCode and responseMessage in front; fields that are None are left out."""
    message = MESSAGES.get((http, case), "Unlisted").format(detail=detail).strip()
    known = {name: value for name, value in fields.items() if value is not None}
    document = {"responseCode": f"{http}{service}{case}", "responseMessage": message, **known}
    return Reply(http, json.dumps(document, ensure_ascii=False).encode())


class Refused(Exception):
    """Stop here and answer with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


def refuse(service: str, http: int, case: str, detail: str = "", **fields: Any) -> Refused:
    """The exception form of ``say``."""
    return Refused(say(service, http, case, detail, **fields))


def money(amount: int) -> dict[str, str]:
    """Whole rupiah as an amount object."""
    return {"value": f"{amount}.00", "currency": "IDR"}


def masked(number: str) -> str:
    """``XXXXXXXXX1857``."""
    return "X" * max(0, len(number) - 4) + number[-4:]
