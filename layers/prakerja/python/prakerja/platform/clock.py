"""Two clocks, and the calendar of Western Indonesian Time (WIB, UTC+7, no daylight saving).

``wall`` rules tokens, codes, signatures, leases and retries. ``programme`` rules waves, deadlines and seasons.
They are the same in production; on a laptop programme time can be moved forward (``make travel DAYS=30``).
Inside, every time is an aware UTC datetime; WIB appears at the edges only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")


class Clock(Protocol):
    """Where time comes from. Tests pass their own."""

    def wall(self) -> datetime:
        """The real time, UTC."""

    def programme(self) -> datetime:
        """The time by which the programme's rules are judged, UTC."""


class SystemClock:
    """The machine's clock; ``offset_seconds`` shifts programme time only (0 in production, see Settings)."""

    def __init__(self, offset_seconds: int = 0) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def wall(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place where the machine's clock is read

    def programme(self) -> datetime:
        return self.wall() + self._offset


def to_text(moment: datetime) -> str:
    """Store a time: UTC, fixed width, so that text order is time order (``2026-11-24T03:49:29.000000Z``)."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no meaning here")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """Read a stored time back. Raises ValueError if it is not one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def wib(moment: datetime) -> datetime:
    """The same moment as people in Jakarta read it."""
    return moment.astimezone(WIB)


def wib_date(moment: datetime) -> date:
    """The calendar day in Jakarta."""
    return wib(moment).date()


def end_of_wib_day(day: date) -> datetime:
    """The exclusive end of an inclusive day: next day 00:00 WIB, in UTC. Shown to people as 23:59 of ``day``."""
    return datetime(day.year, day.month, day.day, tzinfo=WIB).astimezone(UTC) + timedelta(days=1)


_MONTHS = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def day_text(day: date, language: str = "id") -> str:
    """A day as people write it: ``1 Desember 2026``, or in English ``1 December 2026``."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"
