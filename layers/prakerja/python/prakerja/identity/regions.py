"""Provinces and regencies by Kemendagri code, as packaged data."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def regions() -> dict[str, dict[str, str]]:
    """``{"provinces": {code: name}, "regencies": {code: name}}``."""
    table: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("regions.json").read_text("utf-8"))
    return table
