"""What the nightly sweeps did: who was reminded or revoked on a day, and what the end of a season came to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from prakerja.balance import season_account
from prakerja.balance.store import load_close
from prakerja.incentives.service import season_kind
from prakerja.membership import packaged_schemes, packaged_seasons
from prakerja.membership.api import SeasonView
from prakerja.membership.deadlines import REVOKE, all_reminders
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import refuses
from prakerja.platform.problems import NotFound
from prakerja.platform.rupiah import Rupiah, rupiah_text
from prakerja.platform.sweeps import Sweep, sweeps_of
from prakerja.platform.validation import Day, View
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]
LATEST = 31
"""Days of a season that are shown; it is closed in one night, but for members whose course is open."""
Year = Annotated[int, Path(ge=2020, le=2099, example=2022)]


class SweepView(View):
    """One kind of a day's sweep, all shards together."""

    kind: str = Field(examples=["REVOKE"], description="REVOKE, or REMIND_ and how many days before the last day")
    begun: int = Field(description="shards that were begun")
    unfinished: int = Field(description="of these; tonight's sweep takes up what last night left of REVOKE")
    found: int = Field(description="memberships whose deadline it was about, most of which have bought")
    concerned: int = Field(description="members who were reminded or revoked")

    @classmethod
    def of(cls, kind: str, rows: Iterable[Sweep]) -> SweepView:
        """The sum of a day's rows."""
        rows = list(rows)
        return cls(
            kind=kind,
            begun=len(rows),
            unfinished=sum(not row.done for row in rows),
            found=sum(row.found for row in rows),
            concerned=sum(sum(row.sums.values()) for row in rows),
        )


class SeasonDay(View):
    """What one night closed. Rupiah."""

    day: date
    closed: int = Field(description="members who had not completed a course")
    completed: int = Field(description="members who had")
    forfeited_members: int = Field(description="of both: those with something left")
    forfeited: Rupiah
    incentives: int = Field(description="parts of incentives that were not earned in time")
    unfinished: int = Field(description="shards that the next night takes up")
    ledger: Rupiah | None = Field(description="what the ledger's close of that day says; absent until it is closed")
    agrees: bool | None = Field(description="whether both are the same")


class SeasonReport(View):
    """A season's cut-offs, and what its end came to so far. Rupiah."""

    cutoffs: SeasonView
    version: int
    is_over: bool
    closed: int
    completed: int
    forfeited_members: int
    forfeited: Rupiah
    forfeited_text: str = Field(examples=["Rp120.000.000"])
    incentives: int
    days: list[SeasonDay] = Field(description="the latest 31 on which something was closed")


@router.get("/operator/v1/deadlines/<day>", tags=["memberships"])
def read_deadlines(day: Day, who: Who) -> list[SweepView]:
    """What the sweeps of a day (WIB) came to: reminders and revocations of members who have not bought."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    table = platform().table
    kinds = (REVOKE, *all_reminders(packaged_schemes()))
    return [SweepView.of(kind, sweeps_of(table, kind, day)) for kind in kinds]


@router.get("/operator/v1/seasons/<year>", tags=["memberships"])
@refuses(NotFound)
def read_season(year: Year, who: Who) -> SeasonReport:
    """A season's cut-offs and totals: members, unused balances, incentives not earned; compared with the ledger's days."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    season, p = packaged_seasons().get(year), platform()
    if season is None:
        raise NotFound
    by_day: dict[date, list[Sweep]] = defaultdict(list)
    for row in sweeps_of(p.table, season_kind(year)):
        by_day[row.day].append(row)
    total: Counter[str] = Counter()
    for row in (row for rows in by_day.values() for row in rows):
        total.update(row.sums)
    return SeasonReport(
        cutoffs=SeasonView.of(season),
        version=season.version,
        is_over=p.clock.programme() >= season.ends_at,
        closed=total["CLOSED"],
        completed=total["COMPLETED"],
        forfeited_members=total["FORFEITED_MEMBERS"],
        forfeited=total["FORFEITED_RUPIAH"],
        forfeited_text=rupiah_text(total["FORFEITED_RUPIAH"]),
        incentives=total["INCENTIVES"],
        days=[_day(year, day, rows) for day, rows in sorted(by_day.items()) if any(row.sums for row in rows)][-LATEST:],
    )


def _day(year: int, day: date, rows: list[Sweep]) -> SeasonDay:
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update(row.sums)
    close = load_close(platform().table, day)
    ledger = close.credits.get(season_account(year), 0) if close else None
    return SeasonDay(
        day=day,
        closed=sums["CLOSED"],
        completed=sums["COMPLETED"],
        forfeited_members=sums["FORFEITED_MEMBERS"],
        forfeited=sums["FORFEITED_RUPIAH"],
        incentives=sums["INCENTIVES"],
        unfinished=sum(not row.done for row in rows),
        ledger=ledger,
        agrees=None if ledger is None else ledger == sums["FORFEITED_RUPIAH"],
    )
