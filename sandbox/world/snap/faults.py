"""Faults on demand: a rule says which calls, a kind says what goes wrong. The first rule that fits fires.

Rates are decided by a hash of seed, rule and count, so that one seed always plays the same game.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .books import Books, stored

MENU = {
    "down": "provider down: HTTP 503 with HTML, or how=hang; before anything is done",
    "slow": "answer after `seconds` (default 3), work done at once",
    "rate_limited": "429xx00",
    "signature_refused": "401xx00 though the signature was right",
    "token_expired": "401xx01, and the token really ends",
    "refuse": "refuse with `code` (seven digits), recorded as failed if the code is a refusal for good",
    "account_invalid": "404xx11",
    "account_inactive": "403xx18",
    "account_dormant": "403xx09",
    "account_frozen": "403xx05",
    "kyc_required": "403xx02 with a word about the upgrade",
    "over_limit": "403xx02",
    "monthly_limit": "403xx23",
    "insufficient_funds": "403xx14, our source account",
    "lost_before_commit": "no answer, nothing done (how=hang or cut)",
    "lost_after_commit": "no answer, work done (how=hang or cut)",
    "late_commit": "no answer, not found until it is carried out after `seconds` (default 60)",
    "error_before_commit": "`code` (default 500xx00), nothing done",
    "error_after_commit": "`code` (default 500xx00), work done",
    "pending_then_success": "202xx00, carried out after `seconds` (default 30)",
    "pending_then_fail": "202xx00, fails after `seconds` (default 30) with `code` (default 404xx11)",
    "pending_forever": "202xx00, until it is settled by hand",
    "wrong_echo_reference": "success with another partnerReferenceNo",
    "wrong_echo_amount": "success with another amount",
    "missing_reference_no": "success without referenceNo",
    "html_body": "work done, 200 with HTML",
    "truncated_json": "work done, half of the JSON",
    "invalid_utf8": "work done, JSON in another encoding",
    "huge_body": "work done, one megabyte of JSON",
    "unknown_code": "work done, 403xx99",
    "code_contradicts_http": "work done, HTTP 200 around 500xx00",
    "inquiry_down": "status inquiries: `code` (default 500xx00; 403xx06 is the end-of-day window)",
    "not_found_at_inquiry": "status inquiries: 404xx01 though it is there",
    "wrong_amount_at_inquiry": "status inquiries: a tenth of the amount",
    "wrong_account_at_inquiry": "status inquiries: another account",
    "unknown_status_at_inquiry": "status inquiries: latestTransactionStatus 09",
}
PRESETS = {
    "refuse": (403, "05"),
    "account_invalid": (404, "11"),
    "account_inactive": (403, "18"),
    "account_dormant": (403, "09"),
    "account_frozen": (403, "05"),
    "kyc_required": (403, "02"),
    "over_limit": (403, "02"),
    "monthly_limit": (403, "23"),
    "insufficient_funds": (403, "14"),
}
"""HTTP status and case of the faults that are plain refusals."""
_ANYWHERE = {"down", "slow", "rate_limited", "signature_refused", "token_expired"}


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` happens to calls that fit all of the given conditions; ``role``: token, account, transfer, status, balance."""

    what: str
    provider: str = "*"
    role: str = "*"
    reference: str = ""
    account_suffix: str = ""
    nth: int = 0
    """Only the nth fitting call; 0: each."""
    every: int = 0
    """Only each nth fitting call."""
    permille: int = 1000
    """Only so many of a thousand fitting calls."""
    times: int = 0
    """At most so often; 0: without end."""
    for_seconds: int = 0
    """Only so long after it was set; 0: until it is cleared."""
    how: str = ""
    code: str = ""
    seconds: int = 0
    set_at: str = ""
    until: str = ""
    id: int = field(default=0, compare=False)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Fault:
        """Check what the control plane was given. Raises ValueError in words for its reader."""
        fields = {name: kind for name, kind in cls.__annotations__.items() if name not in {"set_at", "until", "id"}}
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name not in fields:
                raise ValueError(f"{name!r} is no condition of a fault; known: {', '.join(fields)}")
            if value in ("", None):
                continue
            number = str(value)
            if fields[name] == "int" and not (number.isascii() and number.isdigit()):
                raise ValueError(f"{name} must be a whole number")
            values[name] = int(number) if fields[name] == "int" else number
        if values.get("what") not in MENU:
            raise ValueError(f"what must be one of {', '.join(MENU)}")
        if values.get("how", "") not in ("", "hang", "cut"):
            raise ValueError("how must be hang or cut")
        if values.get("code") and not (len(values["code"]) == 7 and values["code"].isdigit()):
            raise ValueError("code must be seven digits, as in 5003800")
        values.setdefault("role", _usual_role(values["what"]))
        return cls(**values)

    def fits(self, provider: str, role: str, reference: str, account: str, now: datetime) -> bool:
        return (
            self.provider in ("*", provider)
            and self.role in ("*", role)
            and self.reference in ("", reference)
            and account.endswith(self.account_suffix)
            and (not self.until or stored(now) < self.until)
        )


def _usual_role(what: str) -> str:
    if what in _ANYWHERE:
        return "*"
    return "status" if "inquiry" in what else "transfer"


class Faults:
    """The rules in force, kept in the books so that they survive a restart."""

    def __init__(self, books: Books, seed: int) -> None:
        self._books = books
        self._seed = seed

    def add(self, fault: Fault, now: datetime) -> int:
        """Put a rule in force; its id."""
        until = stored(now + timedelta(seconds=fault.for_seconds)) if fault.for_seconds else ""
        rule = asdict(replace(fault, set_at=stored(now), until=until))
        return self._books.insert("faults", rule=json.dumps({**rule, "id": 0}))

    def clear(self, number: int | None = None) -> None:
        """End one rule, or all."""
        self._books.run("DELETE FROM faults WHERE ?1 IS NULL OR id = ?1", number)

    def listed(self) -> list[dict[str, Any]]:
        """All rules with how often they fitted and fired."""
        rows = self._books.run("SELECT * FROM faults ORDER BY id")
        return [
            {**json.loads(row["rule"]), "id": row["id"], "matched": row["matched"], "fired": row["fired"]}
            for row in rows
        ]

    def pick(self, provider: str, role: str, reference: str, account: str, now: datetime) -> Fault | None:
        """The fault of this call. Counts as it goes; call inside a transaction."""
        for row in self._books.run("SELECT * FROM faults ORDER BY id"):
            fault = Fault(**{**json.loads(row["rule"]), "id": row["id"]})
            if not fault.fits(provider, role, reference, account, now):
                continue
            count = row["matched"] + 1
            fires = (
                (not fault.nth or count == fault.nth)
                and (not fault.every or count % fault.every == 0)
                and (not fault.times or row["fired"] < fault.times)
                and self._drawn(fault, count)
            )
            self._books.run(
                "UPDATE faults SET matched = ?, fired = fired + ? WHERE id = ?", count, int(fires), fault.id
            )
            if fires:
                return fault
        return None

    def _drawn(self, fault: Fault, count: int) -> bool:
        digest = hashlib.sha256(f"{self._seed}:{fault.id}:{count}".encode()).digest()
        return int.from_bytes(digest[:4]) % 1000 < fault.permille
