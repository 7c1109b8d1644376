"""Times in refusals, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prakerja.waves.errors import WaveClosed, WaveNotOpen

MIDNIGHT = datetime(2026, 2, 20, 17, tzinfo=UTC)
"""21 February, 00:00 WIB: the exclusive end of the 20th."""


@pytest.mark.parametrize(
    ("closes_at", "english", "indonesian"),
    [
        (MIDNIGHT, "closed on 20 February 2026 23:59 WIB", "Ditutup pada 20 Februari 2026 23.59 WIB"),
        (MIDNIGHT.replace(hour=5), "closed on 20 February 2026 12:00 WIB", "Ditutup pada 20 Februari 2026 12.00 WIB"),
    ],
)
def test_a_closed_wave_tells_its_last_minute_in_each_language(
    closes_at: datetime, english: str, indonesian: str
) -> None:
    closed = WaveClosed(closes_at=closes_at)
    assert english in closed.text("en")[1]
    assert indonesian in closed.text("id")[1]


def test_a_wave_opens_when_it_says() -> None:
    soon = WaveNotOpen(opens_at=MIDNIGHT)
    assert "21 February 2026 00:00 WIB" in soon.text("en")[1]
    assert "21 Februari 2026 00.00 WIB" in soon.text("id")[1]
