"""Moving programme time forward: every function gets the new offset, then every sweep runs."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.demo.admin import Admin
from sandbox.demo.prepare import Memory

SWEEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("turn_wave", {"turn": "ROOTS"}),
    ("sweep_due", {}),
    ("sweep_outbox", {}),
    ("sweep_deadlines", {"sweep": "remind"}),
    ("sweep_deadlines", {"sweep": "revoke"}),
    ("close_season", {"close": "seasons"}),
    ("close_day", {"close": "nightly"}),
    ("reconcile_payouts", {"round": "daily"}),
)
"""Everything that a cron calls, with its event."""
DAY_SECONDS = 86_400


def travel(admin: Admin, memory: Memory, days: int) -> Iterator[str]:
    """Move time; says what was done as it goes."""
    offset = memory.offset_seconds + days * DAY_SECONDS
    admin.set_offset(offset)
    memory.keep(offset_seconds=offset)
    yield f"programme time is {offset // DAY_SECONDS} days ahead"
    for function, event in SWEEPS:
        yield f"{function}: {admin.invoke(function, event)}"
