"""What the functions of this process keep between invocations."""

from __future__ import annotations

import functions.draw_wave.handler as draw_wave
import functions.notify.handler as notify
import functions.turn_wave.handler as turn_wave
import functions.verify_identity.handler as verify_identity
from prakerja import wiring
from prakerja.membership import load_scheme
from prakerja.platform.settings import settings


def forget_what_was_wired() -> None:
    """It belongs to the stage before."""
    ours = (
        settings,
        wiring.archive,
        wiring.statement_files,
        wiring._providers,
        wiring._face_check,
        wiring._public_key,
        load_scheme,
        verify_identity.registry,
    )
    for cached in (*ours, draw_wave.beacon, notify.senders, turn_wave.schedules, turn_wave.runs):
        cached.cache_clear()
