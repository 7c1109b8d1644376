"""The X-EXTERNAL-ID of a SNAP request: every HTTP request gets its own. Pure: time and digits are arguments."""

from __future__ import annotations

from datetime import datetime

from prakerja.payouts.ports import EXTERNAL_ID_DIGITS
from prakerja.platform.clock import wib


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
