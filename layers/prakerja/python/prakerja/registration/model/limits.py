"""How often codes are sent. Limits and locks fall on an address and on a device, never on a person: a lock on a person
would be a weapon in the hands of whoever knows their number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prakerja.platform.clock import end_of_wib_day, wib_date

LOCK = timedelta(hours=1)
"""After three wrong codes (domain: wait one hour)."""


@dataclass(frozen=True)
class Rule:
    """At most one code in ``every``, at most ``per_day`` in a calendar day of Jakarta."""

    every: timedelta
    per_day: int


ADDRESS = Rule(timedelta(minutes=1), 10)
DEVICE = Rule(timedelta(seconds=5), 20)
"""Shorter than for an address, so that a mistyped number can be put right at once."""
OWN_DEVICE = Rule(timedelta(minutes=1), 10)
"""Of what a device asked for itself, where it has signed in before: strangers who use up an address's codes, which
anybody can who knows it, do not shut out its holder."""


@dataclass(frozen=True)
class Usage:
    """What an address or a device has used on ``day`` (ISO date, WIB)."""

    day: str = ""
    codes: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None


def must_wait(usage: Usage, rule: Rule, now: datetime) -> int:
    """Whole seconds until the next code may be asked for; 0: now."""
    ends = [now]
    if usage.locked_until:
        ends.append(usage.locked_until)
    if usage.last_at:
        ends.append(usage.last_at + rule.every)
    if usage.day == wib_date(now).isoformat() and usage.codes >= rule.per_day:
        ends.append(end_of_wib_day(wib_date(now)))
    return -((now - max(ends)) // timedelta(seconds=1))


def one_more(usage: Usage, now: datetime) -> Usage:
    """The usage after a code was asked for."""
    today = wib_date(now).isoformat()
    return replace(usage, day=today, codes=usage.codes + 1 if usage.day == today else 1, last_at=now)


def locked(usage: Usage, now: datetime) -> Usage:
    """The usage of a device that tried three wrong codes."""
    return replace(usage, locked_until=now + LOCK)
