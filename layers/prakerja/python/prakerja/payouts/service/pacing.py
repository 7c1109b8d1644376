"""How fast one process sends to a provider, so that all of them together keep to its contract. No shared item is touched.

Each of the provider's ``concurrency`` workers sends at most ``per_second / concurrency`` times a second. Told "too many
requests", a process slows itself down by half, and comes back step by step.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from prakerja.payouts.answers import ProviderRules

TOO_MANY = "429"
LONGEST_SECONDS = 10.0
"""A worker waits no longer than this: its time is limited, and its lease begins only afterwards."""
SLOWEST = 64


class Pace:
    """One per process. Seconds are those of a clock that never jumps."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._slower: dict[str, float] = {}

    def wait(self, provider: str, rules: ProviderRules) -> None:
        """Sleep until this process may send again."""
        spacing = min(LONGEST_SECONDS, rules.concurrency / rules.per_second * self._slower.get(provider, 1))
        now = self._now()
        at = max(now, self._next.get(provider, now))
        self._next[provider] = at + spacing
        if at > now:
            self._sleep(at - now)

    def heard(self, provider: str, code: str) -> None:
        """Slow down after 429, speed up a little after anything else."""
        slower = self._slower.get(provider, 1)
        self._slower[provider] = min(SLOWEST, slower * 2) if code.startswith(TOO_MANY) else max(1, slower * 0.9)
