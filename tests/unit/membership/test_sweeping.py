"""The night's sweep and the morning's reminders: who is concerned, once each, whatever was missed or came twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from prakerja.balance import ledger_totals, load_balance
from prakerja.membership import MembershipState, RevocationReason, change_membership
from prakerja.membership.deadlines import REVOKE
from prakerja.membership.messages import DeadlinesToSweep
from prakerja.membership.service import begin_reminding, begin_revoking, sweep_deadlines, sweeping
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.ids import shard_of
from prakerja.platform.problems import Unavailable
from prakerja.platform.sweeps import SweepMoved, load_sweep, sweeps_of
from tests.support.members import (
    NOTICE,
    at,
    buy,
    decree,
    follow,
    member,
    remind_morning,
    revoke_night,
    set_time,
)
from tests.support.memory_aws import memory_clients
from tests.support.world import World

DECREED = at(2026, 1, 15, 10)
"""Fifteen days, the first included: the last one is 29 January."""
LAST = date(2026, 1, 29)
NIGHT = at(2026, 1, 30, 0, 20)


@pytest.fixture
def world() -> World:
    """In memory: a night makes many calls."""
    _, dynamodb, kms = memory_clients()
    return World(dynamodb, kms)


@pytest.fixture
def who(world: World) -> str:
    return decree(world, 1, DECREED)


def shard(person_id: str) -> str:
    return f"2026-{shard_of(person_id, DUE_SHARDS)}"


def test_who_bought_nothing_is_revoked_once_and_loses_the_balance(world: World, who: str) -> None:
    buyer = decree(world, 2, DECREED)
    buy(world, buyer)
    later = decree(world, 3, DECREED + timedelta(days=1))
    set_time(world, NIGHT)
    assert revoke_night(world) == len({shard(one) for one in (who, buyer)}), "a message for each shard that has members"
    found = member(world, who)
    assert (found.state, found.revoked_for) == (MembershipState.REVOKED, RevocationReason.NO_FIRST_PURCHASE)
    assert found.revoked_at == NIGHT
    assert member(world, buyer).state is MembershipState.ACTIVE
    assert member(world, later).state is MembershipState.ACTIVE_UNPURCHASED
    (told,) = world.take(NOTICE)
    assert (told.body["person_id"], told.body["kind"]) == (who, "NOTHING_BOUGHT")
    assert told.body["reference"] == LAST.isoformat()
    assert follow(world) == [who]
    balance = load_balance(world.table, who)
    assert balance is not None
    assert (balance.available, balance.forfeited) == (0, balance.granted)
    assert ledger_totals(world.table, wib_date(NIGHT)).net("FORFEITED") == balance.granted
    assert revoke_night(world) == 0, "the day is done"
    assert world.messages() == []


def test_a_moment_before_midnight_nobody_is_revoked(world: World, who: str) -> None:
    set_time(world, at(2026, 1, 29, 23, 59, 59))
    revoke_night(world)
    assert member(world, who).state is MembershipState.ACTIVE_UNPURCHASED
    set_time(world, at(2026, 1, 30))
    revoke_night(world)
    assert member(world, who).state is MembershipState.REVOKED


def test_a_purchase_in_the_last_second_wins(world: World, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was decided at 23:59:59, and is written after the sweep has read."""
    other = decree(world, 2, DECREED)
    set_time(world, NIGHT)
    commit = world.table.commit

    def overtaken(*parts: Any, **how: Any) -> Any:
        if any(part.action == "Update" for part in parts):
            monkeypatch.undo()
            buy(world, who)
        return commit(*parts, **how)

    monkeypatch.setattr(world.table, "commit", overtaken)
    revoke_night(world)
    assert member(world, who).state is MembershipState.ACTIVE
    assert member(world, other).state is MembershipState.REVOKED


def test_members_that_move_without_end_are_left_to_a_later_try(world: World, who: str) -> None:
    set_time(world, NIGHT)
    commit = world.table.commit
    deadlines = iter(to_text(DECREED + timedelta(days=days)) for days in range(14))

    def overtaken(*parts: Any, **how: Any) -> Any:
        if any(part.action == "Update" for part in parts):
            commit(change_membership(who, set={"purchase_deadline_at": next(deadlines)}))
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        sweep_deadlines(world.platform, kind=REVOKE, day=wib_date(NIGHT), shard=shard(who))


def test_a_night_that_was_missed_is_made_up_for(world: World, who: str) -> None:
    set_time(world, at(2026, 1, 29, 0, 20))
    revoke_night(world)
    set_time(world, at(2026, 2, 8, 0, 20))
    assert begin_revoking(world.platform) == 1
    revoke_night(world)
    assert member(world, who).state is MembershipState.REVOKED
    assert member(world, who).revoked_at == at(2026, 2, 8, 0, 20)
    assert load_sweep(world.table, REVOKE, date(2026, 1, 30), shard(who)).done
    set_time(world, at(2026, 2, 9, 0, 20))
    assert begin_revoking(world.platform) == 0


def test_a_night_that_was_broken_off_is_told_of_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [decree(world, number, DECREED) for number in range(1, 60)]
    set_time(world, NIGHT)
    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "PAGE", 2)
        patch.setattr(sweeping, "PAGES_AT_ONCE", 1)
        begin_revoking(world.platform)
        for message in world.take(DeadlinesToSweep.topic):
            sweep_deadlines(world.platform, kind=REVOKE, day=wib_date(NIGHT), shard=message.body["shard"])
    world.take(DeadlinesToSweep.topic)  # what should go on is lost
    begun = follow(world)
    assert 0 < len(begun) <= 16
    capsys.readouterr()
    set_time(world, NIGHT + timedelta(days=1))
    assert begin_revoking(world.platform) == 8
    assert '"DeadlineSweepUnfinished":[8' in capsys.readouterr().out.replace(" ", "")
    revoke_night(world)
    assert sorted([*begun, *follow(world)]) == people


def test_reminders_come_on_their_days_once_and_never_late(world: World, who: str) -> None:
    buyer = decree(world, 2, DECREED)
    buy(world, buyer)
    sent = []
    for day in range(16, 32):
        set_time(world, at(2026, 1, day, 9))
        today = remind_morning(world)
        assert remind_morning(world) == [], "the same morning again"
        sent += [(day, reference) for _, reference in today]
        assert {person for person, _ in today} <= {who}
    assert sent == [(22, "2026-01-29:7"), (26, "2026-01-29:3"), (28, "2026-01-29:1")]


def test_a_reminder_whose_day_has_passed_is_skipped(world: World, who: str) -> None:
    set_time(world, at(2026, 1, 22, 9))
    begin_reminding(world.platform)
    lost = world.take("membership.deadlines_to_sweep.v1")
    set_time(world, at(2026, 1, 23, 9))
    for message in lost:
        key: dict[str, Any] = {**message.body, "day": date.fromisoformat(message.body["day"])}
        assert not sweep_deadlines(world.platform, **key).done
    assert remind_morning(world) == []
    assert world.messages() == []


def test_pages_go_on_where_they_stood_and_count_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 3)
    monkeypatch.setattr(sweeping, "PAGES_AT_ONCE", 2)
    monkeypatch.setattr(sweeping, "DUE_SHARDS", 8)
    people = [decree(world, number, DECREED) for number in range(1, 41)]
    for person_id in people[::4]:
        buy(world, person_id)
    set_time(world, NIGHT)
    messages = revoke_night(world)
    rows = sweeps_of(world.table, REVOKE, wib_date(NIGHT))
    assert messages > len(rows) == 8, "a long shard takes several messages"
    assert all(row.done for row in rows)
    assert sum(row.found for row in rows) == 40
    assert sum(row.sums.get("REVOKED", 0) for row in rows) == 30
    assert sorted(follow(world)) == sorted(set(people) - set(people[::4]))


def test_two_workers_at_one_shard_do_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [decree(world, number, DECREED) for number in range(1, 25)]
    set_time(world, NIGHT)
    day = wib_date(NIGHT)
    commit = world.table.commit
    overtaken: list[str] = []

    def slow(*parts: Any, **how: Any) -> Any:
        world.table.commit = commit  # type: ignore[method-assign]
        sweep_deadlines(world.platform, kind=REVOKE, day=day, shard=at_work)
        overtaken.append(at_work)
        return commit(*parts, **how)

    for number in range(8):
        at_work = f"2026-{number:02d}"
        world.table.commit = slow  # type: ignore[method-assign]
        with pytest.raises(SweepMoved):
            sweep_deadlines(world.platform, kind=REVOKE, day=day, shard=at_work)
    assert len(overtaken) == 8
    assert sorted(follow(world)) == people
    assert len(world.take(NOTICE)) == len(people)
    assert load_sweep(world.table, REVOKE, day, "2026-00").version == 1


def test_whom_the_season_gave_less_time_is_not_revoked(world: World) -> None:
    """Decreed on 20 November 2022: thirty days, of which the season leaves eleven."""
    cut, whole = decree(world, 1, at(2022, 11, 20, 10)), decree(world, 2, at(2022, 11, 1, 10))
    assert member(world, cut).last_purchase_day == member(world, whole).last_purchase_day == date(2022, 11, 30)
    set_time(world, at(2022, 12, 1, 0, 20))
    revoke_night(world)
    assert member(world, cut).state is MembershipState.ACTIVE_UNPURCHASED
    assert member(world, whole).state is MembershipState.REVOKED


def test_deadlines_of_december_are_swept_in_january(world: World) -> None:
    who = decree(world, 1, at(2026, 12, 31, 23, 59))
    set_time(world, at(2027, 1, 15, 0, 20))
    revoke_night(world)
    assert member(world, who).state is MembershipState.REVOKED
