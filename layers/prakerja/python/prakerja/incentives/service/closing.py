"""A season ends: who is a member of it loses what was not used and not earned, and the membership is over.

Begun nightly by a cron, spread over a message for each shard, worked on page by page until nobody is left. A course that
is open is waited for: it is completed, or ends as its scheme says, and a later night closes the membership.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from prakerja.balance import Balance, BalanceChanged, balance_from_item, forfeit_unused_parts
from prakerja.incentives.messages import SeasonToClose
from prakerja.incentives.model import JOB_SEARCH, Missing, not_earned, still_missing
from prakerja.incentives.service.earning import schedule_incentive, terms_of, what_is_known
from prakerja.incentives.store import IncentiveMoved, incentive_key, lost
from prakerja.membership import (
    Membership,
    MembershipChanged,
    MembershipState,
    Season,
    close_part,
    membership_from_item,
    packaged_seasons,
    standing_of,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, DUE_SHARDS, MEMBERSHIP
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import Unavailable
from prakerja.platform.sweeps import Sweep, load_sweep, sweeps_of, swept
from prakerja.registration import NoticeKind, notice

PAGE = 10
"""Members in one transaction: at most eight items each (four parts of an incentive), the row and one of the outbox."""
PAGES_AT_ONCE = 100
TRIES = 5
MOVED = (MembershipChanged, BalanceChanged, IncentiveMoved)


def season_kind(year: int) -> str:
    """The kind of a season's sweep."""
    return f"SEASON_{year}"


@dataclass
class _Ending:
    """What a page comes to."""

    parts: list[Part] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)


def begin_closing(p: Platform) -> int:
    """Have the memberships of all seasons closed that are over; answers how many shards still have some.

    Safe to call at any time, any number of times: who is closed has left the index.
    """
    # load
    now = p.clock.programme()
    today, over = wib_date(now), [season for season in packaged_seasons().values() if now >= season.ends_at]
    left = [
        (season, shard)
        for season in over
        for shard in (f"{number:02d}" for number in range(DUE_SHARDS))
        if standing_of(p.table, season.year, shard, None, after=None, limit=1)[0]
    ]
    years = {season.year for season, _ in left}
    rows = [row for year in years for row in sweeps_of(p.table, season_kind(year), limit=2 * DUE_SHARDS)]
    count("SeasonCloseUnfinished", sum(row.day < today and not row.done for row in rows))
    # announce
    messages = [SeasonToClose(kind=season_kind(season.year), day=today, shard=shard) for season, shard in left]
    if messages:
        p.table.commit(outbox=messages)
    return len(left)


def close_season(p: Platform, *, kind: str, day: date, shard: str) -> Sweep:
    """Close one shard of a season from where it stands, some pages long; a message goes on if more is left.

    What is booked on another day (WIB) belongs to that night's row, so that rows and ledger days agree. Raises SweepMoved
    if another worker is ahead, Unavailable if members change faster than they can be looked at.
    """
    season = next(one for one in packaged_seasons().values() if season_kind(one.year) == kind)
    sweep = load_sweep(p.table, kind, day, shard)
    for _ in range(PAGES_AT_ONCE):
        now = p.clock.programme()
        if sweep.done or wib_date(now) != day or now < season.ends_at:
            return sweep
        sweep = _page(p, season, sweep, now)
    if not sweep.done:
        p.table.commit(outbox=[SeasonToClose(kind=kind, day=day, shard=shard)])
    return sweep


def _page(p: Platform, season: Season, sweep: Sweep, now: datetime) -> Sweep:
    for _ in range(TRIES):
        # load
        who, after = standing_of(p.table, season.year, sweep.shard, None, after=sweep.after, limit=PAGE)
        # decide
        ending = _Ending()
        for member, balance, incentive in _load(p, who):
            if member.open_purchase_id is None:
                _close(p, ending, season, member, balance, now, may_earn=incentive is None)
        following = sweep.over(after, len(who), ending.sums)
        # commit, announce
        try:
            p.table.commit(*ending.parts, swept(sweep, following), outbox=ending.messages)
        except MOVED:  # a course was finished or cancelled, or an incentive earned, in this moment: look again
            continue
        count("MembershipClosed", len(ending.messages))
        return following
    raise Unavailable(retry_after=5)


def _load(p: Platform, who: Sequence[str]) -> list[tuple[Membership, Balance, Item | None]]:
    wanted = [
        key
        for person_id in who
        for key in (
            (MEMBERSHIP, {"person_id": person_id}),
            (BALANCE, {"person_id": person_id}),
            incentive_key(person_id, JOB_SEARCH, 1),
        )
    ]
    found = p.table.batch_get(*wanted) if wanted else []
    rows = zip(found[::3], found[1::3], found[2::3], strict=True)
    return [
        (membership_from_item(member), balance_from_item(balance), incentive)
        for member, balance, incentive in rows
        if member is not None and balance is not None
    ]


def _close(
    p: Platform, ending: _Ending, season: Season, member: Membership, balance: Balance, now: datetime, *, may_earn: bool
) -> None:
    """One member: what is unused and unearned is lost, the membership is over, and its holder is told."""
    who, completed = member.person_id, member.completed_count > 0
    state = MembershipState.COMPLETED if completed else MembershipState.CLOSED
    ending.parts.append(close_part(member, state, now, season.version))
    ending.sums[str(state)] += 1
    if balance.available:
        ending.parts += forfeit_unused_parts(balance, f"{season_kind(season.year)}:{who}", now, season=season.year)
        ending.sums["FORFEITED_MEMBERS"] += 1
        ending.sums["FORFEITED_RUPIAH"] += balance.available
    missing = _missing(p, member) if may_earn else None
    if missing is not None:
        incentives = not_earned(who, terms_of(p, member), missing, now, wib_date(now))
        ending.parts += [lost(incentive) for incentive in incentives]
        ending.sums["INCENTIVES"] += len(incentives)
    facts = {"state": str(state), "season": season.year, "version": season.version, "forfeited": balance.available}
    ending.parts.append(evidence(who, "MEMBERSHIP_CLOSED", now, **facts))
    kind = NoticeKind.SEASON_ENDED if missing is None else NoticeKind.INCENTIVE_FORFEITED
    ending.messages.append(notice(who, kind, season_kind(season.year)))


def _missing(p: Platform, member: Membership) -> Missing | None:
    """The first condition of the incentive that was not met in time; None: all were, and it is scheduled now at the latest."""
    if not member.is_active:
        return Missing.FIRST_COURSE_BOUGHT
    if not member.completed_count:
        return Missing.FIRST_COURSE_COMPLETED
    missing = still_missing(what_is_known(p, member.person_id, member))
    if not missing:
        schedule_incentive(p, person_id=member.person_id)
        return None
    return missing[0]
