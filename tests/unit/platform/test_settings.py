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


def test_production_draws_from_a_pinned_beacon_only() -> None:
    asks = {**TABLES, "BEACON_URL": "https://beacon.example"}
    assert Settings.from_environment({"STAGE": "sandbox", **asks}).beacon_public_key == ""
    with pytest.raises(ValidationError, match="BEACON_PUBLIC_KEY"):
        Settings.from_environment({"STAGE": "production", **asks})
    assert Settings.from_environment({"STAGE": "production", **asks, "BEACON_PUBLIC_KEY": "3b" * 32})
    with pytest.raises(ValidationError, match="beacon_public_key"):
        Settings.from_environment({"STAGE": "local", **asks, "BEACON_PUBLIC_KEY": "3b"})
