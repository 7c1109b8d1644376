"""Seasons: the days after which a year's benefits cannot be earned or used any more. Pure.

A membership belongs to the season of the year (WIB) in which it was decreed. A year without a document has no cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from prakerja.platform.clock import wib, wib_date


@dataclass(frozen=True)
class Season:
    """One version of a year's cut-offs; each is an exclusive end (an inclusive 30 November ends on 1 December, 00:00 WIB)."""

    year: int
    version: int
    buy_until: datetime
    """A course must be bought before."""
    finish_until: datetime | None
    """The first course must be completed before, to earn; None: by the season's end."""
    review_until: datetime | None
    """It must be reviewed, and an account linked, before; None: by the season's end."""
    survey_until: datetime | None
    source: str
    """Where the days come from, for people."""

    __pydantic_config__ = {"strict": True, "extra": "forbid"}

    def __post_init__(self) -> None:
        """Raises ValueError for cut-offs that cannot be meant."""
        in_order = [end for end in (self.buy_until, self.finish_until, self.review_until) if end is not None]
        given = [*in_order, *([self.survey_until] if self.survey_until else [])]
        if self.version < 1 or any(end.tzinfo is None for end in given):
            raise ValueError(f"season {self.year}: versions start at 1, and times have a zone")
        if wib(self.buy_until).time() != time():
            raise ValueError(f"season {self.year}: days to buy end at midnight WIB, as all deadlines of members do")
        if in_order != sorted(in_order):
            raise ValueError(f"season {self.year}: one buys, finishes, then reviews")
        if any((wib(end) - timedelta(microseconds=1)).year != self.year for end in given):
            raise ValueError(f"season {self.year}: a season ends within its year")

    @property
    def ends_at(self) -> datetime:
        """When nothing more can be bought or earned: then it is closed. Surveys are not part of what is closed."""
        return max(end for end in (self.buy_until, self.finish_until, self.review_until) if end is not None)

    @property
    def finish_by(self) -> datetime:
        """Exclusive end of the time to complete the first course."""
        return self.finish_until or self.ends_at

    @property
    def review_by(self) -> datetime:
        """Exclusive end of the time to review it and to link an account."""
        return self.review_until or self.ends_at


def season_year(decreed_at: datetime) -> int:
    """The season that a membership belongs to."""
    return wib_date(decreed_at).year


def last_day(end: datetime) -> date:
    """The last day (WIB) before an exclusive end; people read it as "until 23:59 WIB of that day"."""
    return wib_date(end - timedelta(microseconds=1))
