"""The reference of one payout attempt, which the provider knows as partnerReferenceNo. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date, datetime, timedelta

from prakerja.platform.clock import wib

_FORM = re.compile(r"P(\d\d)(\d{3})[A-Z2-7]{12}\d\d", re.ASCII)
_INSIDE = re.compile(rf"(?<![A-Za-z0-9]){_FORM.pattern}(?![A-Za-z0-9])", re.ASCII)


def reference(payout_id: str, attempt_no: int, at: datetime) -> str:
    """``P`` + year + day of the year + 12 letters of the payout's hash + attempt: 20 characters, the portable limit.

    Derived and not drawn, so that preparing an attempt twice names the same transfer. ``at`` is when the attempt was
    prepared (its WIB day is used): the day stands inside, so that what a provider shows can be looked up without an
    index. Raises ValueError outside attempts 1-99.
    """
    if not 1 <= attempt_no <= 99:
        raise ValueError(f"attempt {attempt_no} cannot be written in two digits")
    letters = base64.b32encode(hashlib.sha256(payout_id.encode()).digest())[:12].decode()
    return f"P{wib(at):%y%j}{letters}{attempt_no:02d}"


def day_of_reference(text: str) -> date:
    """The WIB day on which the attempt was prepared. Raises ValueError if it is no reference of ours."""
    found = _FORM.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 366:
        raise ValueError("not a reference of ours")
    day = date(2000 + int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
    if day.year != 2000 + int(found[1]):
        raise ValueError("not a reference of ours")
    return day


def find_reference(text: str) -> str | None:
    """The reference of ours in a provider's words (a remark on a statement); None if there is none, or two."""
    found = {match[0] for match in _INSIDE.finditer(text)}
    return found.pop() if len(found) == 1 else None
