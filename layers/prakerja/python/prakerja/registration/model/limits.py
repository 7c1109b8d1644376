"""How often codes are sent. Limits and locks that gate signing in fall on an address and on a device, never on a person: a
lock on a person would be a weapon in the hands of whoever knows their number. Confirmations are asked for by somebody who
is signed in, and gate nothing but what they confirm; theirs fall on the person, whose sessions a thief can multiply."""

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
CONFIRMATION = Rule(timedelta(minutes=1), 5)
"""Of a person, over all sessions."""
WRONG_CONFIRMATIONS = 3
"""Wrong codes of a person in a day, over all sessions, after which nothing is confirmed until the next day (WIB)."""


@dataclass(frozen=True)
class Usage:
    """What an address, a device or, for confirmations, a person has used on ``day`` (ISO date, WIB)."""

    day: str = ""
    codes: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None
    wrong: int = 0
    """Wrong codes; counted for confirmations only."""


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
    usage = _of_today(usage, now)
    return replace(usage, codes=usage.codes + 1, last_at=now)


def one_wrong(usage: Usage, now: datetime) -> Usage:
    """A person's usage after a wrong code for a confirmation."""
    usage = _of_today(usage, now)
    ends = end_of_wib_day(wib_date(now)) if usage.wrong + 1 >= WRONG_CONFIRMATIONS else usage.locked_until
    return replace(usage, wrong=usage.wrong + 1, locked_until=ends, last_at=usage.last_at or now)


def locked_for(usage: Usage, now: datetime) -> int:
    """Whole seconds until the lock is over; 0: none."""
    return -((now - max(now, usage.locked_until or now)) // timedelta(seconds=1))


def locked(usage: Usage, now: datetime) -> Usage:
    """The usage of a device that tried three wrong codes."""
    return replace(usage, locked_until=now + LOCK)


def _of_today(usage: Usage, now: datetime) -> Usage:
    today = wib_date(now).isoformat()
    return usage if usage.day == today else replace(usage, day=today, codes=0, wrong=0)
