"""Call-backs that were taken, so that the same one again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.payouts.answers import Callback
from prakerja.platform.access_patterns import CALLBACK
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Part, put_new

KEPT = timedelta(days=60)
"""Longer than any provider repeats one; after it a replay costs one inquiry and changes nothing either."""


def new_callback(callback: Callback, payout_id: str, now: datetime) -> Part:
    """Remember a call-back; ``commit`` answers "repeated" for one that came before, whenever that was."""
    item = {
        "payout_id": payout_id,
        "says": str(callback.says),
        "taken_at": to_text(now),
        "expires_at": int((now + KEPT).timestamp()),
    }
    return put_new(
        CALLBACK, item, fingerprint=fingerprint(callback.digest), provider=callback.provider, digest=callback.digest
    )
