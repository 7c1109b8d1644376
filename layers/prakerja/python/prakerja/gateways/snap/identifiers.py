"""The two identifiers of a SNAP request. Pure: time and random digits are arguments.

A payout attempt keeps its partnerReferenceNo for ever; every HTTP request gets its own X-EXTERNAL-ID.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from prakerja.payouts.ports import EXTERNAL_ID_DIGITS
from prakerja.platform.clock import wib


def partner_reference(payout_id: str, attempt_no: int, at: datetime) -> str:
    """``P`` + year + 14 letters of the payout's hash + attempt: 19 characters, the portable limit being 20.

    Derived and not drawn, so that preparing an attempt twice names the same transfer. ``at`` is the time the
    attempt was made (only its WIB year is used). Raises ValueError outside attempts 1-99.
    """
    if not 1 <= attempt_no <= 99:
        raise ValueError(f"attempt {attempt_no} cannot be written in two digits")
    letters = base64.b32encode(hashlib.sha256(payout_id.encode()).digest())[:14].decode()
    return f"P{wib(at):%y}{letters}{attempt_no:02d}"


def external_id(at: datetime, digits: str) -> str:
    """29 digits: WIB time to the millisecond, 11 random digits, and 0 for "first sending".

    The date inside makes it unique over every WIB day, so no counter and no midnight reset is needed.
    """
    if len(digits) != EXTERNAL_ID_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{EXTERNAL_ID_DIGITS} decimal digits are needed")
    local = wib(at)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}{digits}0"


def resend_id(first: str) -> str:
    """The id of the one re-send after a refused token or signature; implied by the stored one, so not stored itself."""
    return first[:-1] + str(int(first[-1]) + 1)
