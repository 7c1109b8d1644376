"""A notice that waits for its provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WORTH_TELLING = timedelta(days=3)
"""After that a notice is stale: people see the same on their page."""


@dataclass(frozen=True)
class Waiting:
    """Since when a notice waits, and how often its provider was unavailable."""

    since: datetime
    attempts: int


def once_more(waiting: Waiting | None, now: datetime) -> Waiting | None:
    """The notice after another failed attempt; None if it is not worth telling any more."""
    if waiting is None:
        return Waiting(now, 1)
    if now >= waiting.since + WORTH_TELLING:
        return None
    return Waiting(waiting.since, waiting.attempts + 1)
