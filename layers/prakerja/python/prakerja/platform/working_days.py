"""Working days in Indonesia: Monday to Friday, but for national holidays and joint leave ("cuti bersama"). Pure.

The holidays are data (``holidays_id.json``, written by ``make docs`` from the package ``holidays``); of years that it does
not cover, only weekends are known.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources

A_DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Do banks and offices work on this day (WIB)?"""
    return day.weekday() < SATURDAY and day.isoformat() not in _holidays()


def next_working_day(day: date) -> date:
    """The day itself if it is a working day, or the first one after it."""
    while not is_working_day(day):
        day += A_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after a day (which itself is not counted); for 0, ``next_working_day``.

    Raises ValueError for less than 0.
    """
    if count < 0:
        raise ValueError(f"{count} working days after a day is no day")
    day = next_working_day(day) if count == 0 else day
    for _ in range(count):
        day = next_working_day(day + A_DAY)
    return day


@lru_cache(maxsize=1)
def _holidays() -> frozenset[str]:
    text = (resources.files("prakerja.platform") / "holidays_id.json").read_text("utf-8")
    return frozenset(day for kind in ("national", "joint_leave") for day in json.loads(text)[kind])
