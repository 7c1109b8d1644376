"""Repairs of the emulator (ministack, pinned exactly): one module per subject, one docstring per repair.

A docstring says what the stock emulator does, why that matters here, and what AWS does. Each repair has a test in
`tests/contract/cloud` that fails without it. They touch private names of the package on purpose, and only here.
"""

from __future__ import annotations

from . import alarms, gateway, iam, logs, schedules, stream_poller, stream_state, templates, workers
from .patch import replace

__all__ = ["apply_all", "replace"]


def apply_all() -> None:
    """Put every repair in place; called once, before the emulator starts to serve."""
    for module in (iam, templates, workers, logs, gateway, schedules, stream_state, stream_poller, alarms):
        module.apply()
