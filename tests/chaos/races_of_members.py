"""Races for the end of a membership: a purchase or more time against the night's sweep, a season's end against what earns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from prakerja.balance.store import load_balance
from prakerja.incentives import IncentiveState, incentives_of
from prakerja.incentives.service import close_season, schedule_incentive, season_kind
from prakerja.membership import HardshipReason, Membership, MembershipChanged, MembershipState, change_membership
from prakerja.membership.deadlines import REVOKE, Extension
from prakerja.membership.service import extend, propose_extension, sweep_deadlines
from prakerja.membership.store import open_purchase_part
from prakerja.platform.access_patterns import PURCHASE, SWEEP
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.ids import shard_of
from prakerja.platform.parts import delete, put
from prakerja.platform.problems import Problem
from prakerja.platform.records import item_of
from prakerja.platform.sweeps import SweepMoved
from tests.chaos.races import Contender, Judge, Race
from tests.support.members import NOTICE, at, decree, member
from tests.support.scenarios_stage import FEW, Stage
from tests.support.scenarios_waves import agree
from tests.unit.training import records

PARTS = 4
DECREED_2022 = at(2022, 9, 1, 10)


def _member(stage: Stage, number: int) -> tuple[str, date, str]:
    """Somebody whose time for the first purchase ended last midnight: id, that night's day, the row of their shard."""
    today = wib_date(stage.clock.programme())
    decreed_at = stage.clock.programme() - timedelta(days=15)
    who = decree(stage.world, 50_000 + number, decreed_at)
    shard = f"{wib_date(decreed_at).year}-{shard_of(who, FEW)}"
    _not_begun(stage, REVOKE, today, shard)
    return who, today, shard


def _not_begun(stage: Stage, kind: str, day: date, shard: str) -> None:
    """An earlier round may have done this shard."""
    stage.world.table.commit(delete(SWEEP, kind=kind, day=day.isoformat(), shard=shard))


def _sweep(stage: Stage, day: date, shard: str) -> None:
    with suppress(SweepMoved):
        sweep_deadlines(stage.p, kind=REVOKE, day=day, shard=shard)


def _told(stage: Stage, who: str, kind: str) -> int:
    found = [one for one in stage.world.messages() if one.topic == NOTICE and one.body["person_id"] == who]
    return sum(one.body["kind"] == kind for one in found)


def _revoked_once(stage: Stage, who: str, found: Membership) -> None:
    is_revoked = found.state is MembershipState.REVOKED
    assert _told(stage, who, "NOTHING_BOUGHT") == is_revoked
    ended = [one for one in stage.world.messages() if one.topic == "membership.revoked.v1"]
    assert sum(one.body["person_id"] == who for one in ended) == is_revoked


def a_purchase_and_the_sweep(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The purchase was decided at 23:59:59, and is written while the night's sweep is at work."""
    who, day, shard = _member(stage, number)
    seen = member(stage.world, who)

    def purchase() -> None:
        part = open_purchase_part(seen, "c1", account_required=False, buys_as=("toko", f"u-{number}"))
        stage.world.table.commit(part)

    def judge(answers: Sequence[Any]) -> None:
        found = member(stage.world, who)
        bought = not isinstance(answers[0], Problem)
        assert bought or isinstance(answers[0], MembershipChanged)
        assert found.state is (MembershipState.ACTIVE if bought else MembershipState.REVOKED)
        assert (found.open_purchase_id == "c1") is bought
        _revoked_once(stage, who, found)

    return [purchase, lambda: _sweep(stage, day, shard)], judge


def more_time_and_the_sweep(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, day, shard = _member(stage, number)
    extension = Extension(who, HardshipReason.DISASTER, "flood 7", day + timedelta(days=5), stage.clock.wall())
    approval = propose_extension(stage.p, operator="op-mary", extension=extension)
    stage.memo.approval_id = approval.approval_id
    agree(stage)

    def judge(_: Sequence[Any]) -> None:
        found = member(stage.world, who)
        extended = found.extended_for is not None
        assert extended is (found.state is MembershipState.ACTIVE_UNPURCHASED)
        assert (found.last_purchase_day == extension.last_day) is extended
        assert _told(stage, who, "DEADLINE_EXTENDED") == extended
        _revoked_once(stage, who, found)

    return [
        lambda: extend(stage.p, person_id=who, approval_id=approval.approval_id) and None,
        lambda: _sweep(stage, day, shard),
    ], judge


def two_sweeps(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, day, shard = _member(stage, number)

    def judge(_: Sequence[Any]) -> None:
        found = member(stage.world, who)
        assert found.state is MembershipState.REVOKED
        _revoked_once(stage, who, found)

    return [lambda: _sweep(stage, day, shard)] * 2, judge


def _completed(stage: Stage, number: int, reviewed_at: datetime) -> str:
    """A member of the season of 2022 who has done all that earns the incentive."""
    who = decree(stage.world, 60_000 + number, DECREED_2022)
    bought, _, _ = records.bought(stage.world)
    done = {**item_of(bought), "person_id": who, "purchase_id": "c1", "state": "COMPLETED", "completion_number": 1}
    done |= {"completed_at": to_text(at(2022, 10, 1)), "reviewed_at": to_text(reviewed_at), "rating": 5}
    stage.world.table.commit(put(PURCHASE, done, person_id=who, purchase_id="c1"))
    changes = {"state": "ACTIVE", "completed_count": 1, "account_linked": True}
    stage.world.table.commit(change_membership(who, set=changes))
    return who


def what_earns_and_the_end_of_its_season(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The message that schedules the incentive is late; all was done in time."""
    who = _completed(stage, number, at(2022, 10, 2))
    day, shard = wib_date(stage.clock.programme()), shard_of(who, FEW)
    _not_begun(stage, season_kind(2022), day, shard)

    def close() -> None:
        with suppress(SweepMoved):
            close_season(stage.p, kind=season_kind(2022), day=day, shard=shard)

    def judge(_: Sequence[Any]) -> None:
        found, balance = member(stage.world, who), load_balance(stage.world.table, who)
        assert found.state is MembershipState.COMPLETED
        assert balance is not None
        assert balance.forfeited == balance.granted
        assert [one.state for one in incentives_of(stage.world.table, who)] == [IncentiveState.SCHEDULED] * PARTS
        assert _told(stage, who, "SEASON_ENDED") == 1

    return [lambda: schedule_incentive(stage.p, person_id=who) and None, close, close], judge


MEMBERSHIPS = (
    Race("one member, a purchase and the night's sweep", a_purchase_and_the_sweep),
    Race("one member, more time and the night's sweep", more_time_and_the_sweep),
    Race("one shard, two sweeps", two_sweeps),
    Race("one member, what earns and the end of the season", what_earns_and_the_end_of_its_season),
)
