"""What waves publish."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class WaveScheduled(Message):
    """Arrange the turns of a new wave."""

    topic = "waves.scheduled.v1"
    queue = "turn_wave"

    wave_id: str


class WaveDue(Message):
    """Look whether a wave must be turned."""

    topic = "waves.due.v1"
    queue = "turn_wave"

    wave_id: str


class DecreeApproved(Message):
    """Two operators agreed on a wave's result: decree it."""

    topic = "waves.decree_approved.v1"
    queue = "turn_wave"

    wave_id: str
    approval_id: str
