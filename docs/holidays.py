"""Indonesian holidays as data, from the package ``holidays``: national ones, and joint leave ("cuti bersama")."""

from __future__ import annotations

import json
from importlib import metadata

import holidays

YEARS = range(2020, 2028)
"""Beyond them, holidays are estimates: the joint decree of three ministers comes out a year ahead."""
KINDS = {"national": "public", "joint_leave": "government"}


def calendar() -> str:
    """The file that ``platform/working_days.py`` reads: day → name, by kind."""
    found = {
        ours: dict(
            sorted(
                (day.isoformat(), name)
                for day, name in holidays.country_holidays(
                    "ID", years=YEARS, categories=(theirs,), language="en_US"
                ).items()
            )
        )
        for ours, theirs in KINDS.items()
    }
    return json.dumps({"source": f"PyPI holidays {metadata.version('holidays')}, Indonesia", **found}, indent=1) + "\n"
