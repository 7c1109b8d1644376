"""A clock that stands still until a test moves it; wall and programme time can be moved apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    def __init__(self, start: datetime = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)) -> None:
        self.now = start
        self.ahead = timedelta()

    def wall(self) -> datetime:
        return self.now

    def programme(self) -> datetime:
        return self.now + self.ahead

    def move(self, **step: float) -> None:
        """``move(minutes=5)``: both clocks go on."""
        self.now += timedelta(**step)

    def travel(self, **step: float) -> None:
        """``travel(days=30)``: programme time alone goes on."""
        self.ahead += timedelta(**step)
