"""The night's sweep over the members whose deadline for the first purchase has passed, and the morning's reminders.

Begun by a cron, spread over a message for each shard of a day, worked on page by page. The row of a shard says how far
it is, so a worker that dies goes on where it stood; a day that was not finished is taken up by the next night.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import product

from prakerja.membership.deadlines import (
    REVOKE,
    all_reminders,
    days_before,
    deadline_of,
    is_expired,
    must_be_reminded,
    years_of,
)
from prakerja.membership.errors import MembershipChanged
from prakerja.membership.messages import DeadlinesToSweep, MembershipRevoked
from prakerja.membership.model import Membership, RevocationReason, Scheme
from prakerja.membership.store import (
    load_scheme,
    membership_from_item,
    next_deadline,
    packaged_schemes,
    revoke_part,
    season_of,
    standing_of,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS, MEMBERSHIP
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.platform.problems import Unavailable
from prakerja.platform.sweeps import Sweep, load_sweep, sweeps_of, swept
from prakerja.registration import NoticeKind, notice

PAGE = 40
"""Members in one transaction: two items each, the row, and two of the outbox, of a hundred that it may have."""
PAGES_AT_ONCE = 50
"""Pages that one message works on; a further message goes on from there."""
TRIES = 5
LOOK_BACK = 31
"""So many days back, a night takes up what earlier ones have not finished."""
FOLLOWS_WITHIN = timedelta(hours=6)
"""How long what follows a night's revocations may take before a sweep looks whether a message was lost (wall clock)."""
ROWS_AT_ONCE = 100


def begin_revoking(p: Platform) -> int:
    """Have the members revoked whose deadline was last midnight, and those whom an earlier night left; answers how many
    shards that takes. Safe to call at any time, any number of times."""
    # load
    today = wib_date(p.clock.programme())
    known = sweeps_of(p.table, REVOKE)
    left = _left(p, REVOKE, [today - timedelta(days=back) for back in range(LOOK_BACK, -1, -1)], known)
    count("DeadlineSweepUnfinished", sum(row.day < today and not row.done for row in known))
    # announce
    _announce(p, left)
    return len(left)


def begin_reminding(p: Platform) -> int:
    """Have those reminded who have not bought and whose reminder is due today; answers how many shards that takes.

    A reminder of an earlier day is never sent late: the day in it would be nearer than it says.
    """
    # load
    today = wib_date(p.clock.programme())
    kinds = all_reminders(packaged_schemes())
    left = [one for kind in kinds for one in _left(p, kind, [today], sweeps_of(p.table, kind, today))]
    # announce
    _announce(p, left)
    return len(left)


def sweep_deadlines(p: Platform, *, kind: str, day: date, shard: str) -> Sweep:
    """Work on one shard from where it stands, some pages long; a message goes on if more is left.

    Raises SweepMoved if another worker is ahead, Unavailable if members change faster than they can be looked at.
    """
    sweep, today = load_sweep(p.table, kind, day, shard), wib_date(p.clock.programme())
    if day > today or (days_before(kind) is not None and day < today):
        return sweep
    for _ in range(PAGES_AT_ONCE):
        if sweep.done:
            return sweep
        sweep = _page(p, sweep)
    if not sweep.done:
        p.table.commit(outbox=[DeadlinesToSweep(kind=kind, day=day, shard=shard)])
    return sweep


def _page(p: Platform, sweep: Sweep) -> Sweep:
    reminds = days_before(sweep.kind) is not None
    for _ in range(TRIES):
        # load
        year, shard = sweep.shard.split("-")
        deadline = deadline_of(sweep.kind, sweep.day)
        who, after = standing_of(p.table, int(year), shard, deadline, after=sweep.after, limit=PAGE)
        members = _members(p, who)
        # decide
        now = p.clock.programme()
        concerned = [one for one in members if (_is_due(p, one, sweep) if reminds else _has_expired(p, one, now))]
        parts, messages = ([], _reminders(concerned, sweep)) if reminds else _revocations(p, concerned, now)
        sums = {"REMINDED" if reminds else "REVOKED": len(concerned)}
        following = sweep.over(after, len(who), sums)
        # commit, announce
        try:
            p.table.commit(*parts, swept(sweep, following), outbox=messages)
        except MembershipChanged:  # somebody on the page bought, or got more time, in this moment: look again
            continue
        count("DeadlineSwept", len(concerned), kind="REMIND" if reminds else REVOKE)
        return following
    raise Unavailable(retry_after=5)


def _members(p: Platform, who: Sequence[str]) -> list[Membership]:
    items = p.table.batch_get(*((MEMBERSHIP, {"person_id": person_id}) for person_id in who)) if who else []
    return [membership_from_item(item) for item in items if item is not None]


def _is_due(p: Platform, member: Membership, sweep: Sweep) -> bool:
    return must_be_reminded(member, _scheme(p, member), sweep.kind, sweep.day)


def _has_expired(p: Platform, member: Membership, now: datetime) -> bool:
    return is_expired(member, _scheme(p, member), season_of(member.decreed_at), now)


def _scheme(p: Platform, member: Membership) -> Scheme:
    return load_scheme(p.table, member.scheme_name, member.scheme_version)


def _reminders(members: Sequence[Membership], sweep: Sweep) -> list[Message]:
    kind, ahead = NoticeKind.PURCHASE_REMINDER, days_before(sweep.kind)
    return [notice(one.person_id, kind, f"{one.last_purchase_day.isoformat()}:{ahead}") for one in members]


def _revocations(p: Platform, members: Sequence[Membership], now: datetime) -> tuple[list[Part], list[Message]]:
    reason, wake_at = RevocationReason.NO_FIRST_PURCHASE, p.clock.wall() + FOLLOWS_WITHIN
    parts: list[Part] = []
    messages: list[Message] = []
    for member in members:
        last = member.last_purchase_day.isoformat()
        parts += [
            revoke_part(member, reason, now, wake_at),
            evidence(member.person_id, "MEMBERSHIP_REVOKED", now, reason=str(reason), last_day=last),
        ]
        messages += [
            MembershipRevoked(person_id=member.person_id),
            notice(member.person_id, NoticeKind.NOTHING_BOUGHT, last),
        ]
    return parts, messages


def _left(p: Platform, kind: str, days: Sequence[date], known: Iterable[Sweep]) -> list[DeadlinesToSweep]:
    """The shards of ``days`` (in order) that have members and are not done; the index says which, day by day."""
    done = {(row.day, row.shard) for row in known if row.done}
    years = sorted({year for day in days for year in years_of(deadline_of(kind, day))})
    left = []
    for year, number in product(years, range(DUE_SHARDS)):
        shard = f"{number:02d}"
        days_open = {deadline_of(kind, day): day for day in days if (day, f"{year}-{shard}") not in done}
        while days_open:
            found = next_deadline(p.table, year, shard, min(days_open), max(days_open))
            if found is None:
                break
            if found in days_open:
                left.append(DeadlinesToSweep(kind=kind, day=days_open[found], shard=f"{year}-{shard}"))
            days_open = {deadline: day for deadline, day in days_open.items() if deadline > found}
    return left


def _announce(p: Platform, messages: Sequence[Message]) -> None:
    for start in range(0, len(messages), ROWS_AT_ONCE):
        p.table.commit(outbox=messages[start : start + ROWS_AT_ONCE])
