"""What a responseCode proves. Pure tables: SNAP BI's complete list of case codes, read for a call that moves money.

A responseCode is HTTP status (3) + service (2) + case (2). Only status and case are looked at, because providers
put other service digits there. Whatever is not listed is AMB: never FAIL, never OK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from prakerja.payouts.answers import Outcome, Reason, TransferStatus

_CODE = re.compile(r"([1-5]\d\d)(\d\d)(\d\d)", re.ASCII)


class Code(NamedTuple):
    """A responseCode taken apart."""

    http: int
    service: str
    case: str


_LISTED: Mapping[Outcome, Mapping[int, str]] = {
    Outcome.OK: {200: "00"},
    Outcome.PEND: {202: "00"},
    Outcome.REJ: {401: "00 01 03", 403: "04 06 23", 429: "00"},
    Outcome.FAIL: {403: "02 03 05 07 08 09 15 18", 404: "02 03 09 11"},
    Outcome.STOP: {403: "01 14 19 20", 404: "08 16", 405: "00 01"},
    Outcome.BUG: {
        400: "00 01 02",
        401: "02 04",
        403: "10 11 12 13 17 21 22",
        404: "05 06 07 10 12 13 14 15 17 19",
    },
    Outcome.AMB: {403: "00 16", 404: "00 01 04 18", 409: "00 01", 500: "00 01 02", 504: "00"},
}
OUTCOMES: Mapping[tuple[int, str], Outcome] = {
    (http, case): outcome
    for outcome, statuses in _LISTED.items()
    for http, cases in statuses.items()
    for case in cases.split()
}

_REASONS: Mapping[tuple[int, str], Reason] = {
    (403, "02"): Reason.BALANCE_LIMIT,
    (403, "05"): Reason.ACCOUNT_INACTIVE,
    (403, "07"): Reason.ACCOUNT_INACTIVE,
    (403, "08"): Reason.ACCOUNT_INACTIVE,
    (403, "09"): Reason.ACCOUNT_INACTIVE,
    (403, "18"): Reason.ACCOUNT_INACTIVE,
    (403, "23"): Reason.MONTHLY_LIMIT,
    (404, "11"): Reason.ACCOUNT_INVALID,
}

_WORDS: tuple[tuple[str, Reason], ...] = (
    ("NOT_EXIST", Reason.ACCOUNT_INVALID),
    ("NOT EXIST", Reason.ACCOUNT_INVALID),
    ("UNREGISTERED", Reason.ACCOUNT_INVALID),
    ("STATUS_DISABLE", Reason.ACCOUNT_INACTIVE),
    ("KYC", Reason.KYC_REQUIRED),
    ("UPGRADE", Reason.KYC_REQUIRED),
)
"""What providers add in words where one case code covers several causes (DANA: 403xx05 with resultMsg)."""

_STATUSES: Mapping[str, TransferStatus] = {
    "00": TransferStatus.PAID,
    "01": TransferStatus.PENDING,
    "02": TransferStatus.PENDING,
    "03": TransferStatus.PENDING,
    "04": TransferStatus.RETURNED,
    "05": TransferStatus.FAILED,
    "06": TransferStatus.FAILED,
    "07": TransferStatus.NOT_FOUND,
}


def parse_code(text: object) -> Code | None:
    """Take a responseCode apart; None if it is not seven digits. Some providers send it as a number."""
    found = _CODE.fullmatch(str(text)) if isinstance(text, str | int) else None
    return Code(int(found[1]), found[2], found[3]) if found else None


def classify(http_status: int, code: Code | None) -> Outcome:
    """The class of an answer to a transfer, before its echo is checked. Disagreement with HTTP proves nothing."""
    if code is None or code.http != http_status:
        return Outcome.AMB
    return OUTCOMES.get((code.http, code.case), Outcome.AMB)


def must_confirm(outcome: Outcome, code: Code | None) -> bool:
    """Whether one inquiry has to confirm the answer first: refusals for good, vague texts, a source without funds."""
    vague = code is not None and (code.http, code.case) in {(400, "00"), (403, "14")}
    return outcome is Outcome.FAIL or vague


def reason_for(code: Code | None, body: Mapping[str, Any]) -> Reason | None:
    """The cause that lies with the account, if the answer names one."""
    if code is None:
        return None
    listed = _REASONS.get((code.http, code.case))
    refused = OUTCOMES.get((code.http, code.case)) is Outcome.FAIL
    if listed is None and not refused:
        return None
    extra = body.get("additionalInfo")
    said = extra.get("resultMsg") if isinstance(extra, dict) else None
    words = f"{said or ''} {body.get('responseMessage') or ''}".upper()
    return next((reason for word, reason in _WORDS if word in words), listed or Reason.REFUSED)


def status_of(latest: object) -> TransferStatus:
    """What ``latestTransactionStatus`` says; a value the standard does not know proves nothing."""
    return _STATUSES.get(latest, TransferStatus.UNPROVEN) if isinstance(latest, str) else TransferStatus.UNPROVEN
