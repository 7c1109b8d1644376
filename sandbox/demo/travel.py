"""Moving programme time forward: every function gets the new offset; then whatever a cron calls can be called."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.demo.admin import Admin
from sandbox.demo.memory import Memory

SWEEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("turn_wave", {"turn": "ROOTS"}),
    ("sweep_due", {}),
    ("sweep_outbox", {}),
    ("sweep_deadlines", {"sweep": "remind"}),
    ("sweep_deadlines", {"sweep": "revoke"}),
    ("close_season", {"close": "seasons"}),
    ("close_day", {"close": "nightly"}),
    ("reconcile_payouts", {"round": "hourly"}),
    ("reconcile_payouts", {"round": "daily"}),
)
"""Everything that a cron calls, with its event."""
DAY_SECONDS = 86_400


def move(admin: Admin, memory: Memory, offset_seconds: int) -> None:
    """Let programme time run so many seconds ahead of the wall clock, for this run and all that follow."""
    admin.set_offset(offset_seconds)
    memory.keep(offset_seconds=offset_seconds)


def sweep(admin: Admin) -> Iterator[str]:
    """Run every sweep; says what each did as it goes."""
    for function, event in SWEEPS:
        yield f"{function}: {admin.invoke(function, event)}"


def travel(admin: Admin, memory: Memory, days: int) -> Iterator[str]:
    """Move time, then sweep; says what was done as it goes."""
    offset = memory.offset_seconds + days * DAY_SECONDS
    move(admin, memory, offset)
    yield f"programme time is {offset // DAY_SECONDS} days ahead"
    yield from sweep(admin)
