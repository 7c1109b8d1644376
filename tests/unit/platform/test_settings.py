"""What may be played with on a laptop stops a function in production before it starts."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from prakerja.platform.settings import Settings

TABLES = {"TABLE_PEOPLE": "people", "TABLE_PROGRAMME": "programme", "TABLE_EVIDENCE": "evidence"}


@pytest.mark.parametrize(("name", "value"), [("PROGRAMME_OFFSET_SECONDS", "60"), ("COMPARE_OPEN_DAYS", "true")])
def test_time_is_played_with_outside_production_only(name: str, value: str) -> None:
    assert getattr(Settings.from_environment({"STAGE": "local", **TABLES, name: value}), name.lower())
    with pytest.raises(ValidationError, match=name):
        Settings.from_environment({"STAGE": "production", **TABLES, name: value})
