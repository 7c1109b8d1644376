"""A season ends: every balance goes back, whoever earned in time is paid, everybody is told once, and the books agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.balance import Balance, ledger_totals, load_balance, season_account
from prakerja.incentives import Incentive, IncentiveState, Missing, incentives_of
from prakerja.incentives.messages import SeasonToClose
from prakerja.incentives.service import (
    begin_closing,
    close_season,
    closing,
    schedule_incentive,
    season_kind,
    what_is_missing,
)
from prakerja.membership import MembershipState, change_membership, packaged_seasons
from prakerja.payouts.api import IncentiveView, MissingView
from prakerja.platform.access_patterns import BALANCE, PURCHASE
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.parts import put, update
from prakerja.platform.problems import Unavailable
from prakerja.platform.records import item_of
from prakerja.platform.sweeps import sweeps_of
from prakerja.training import PurchaseState, load_purchase
from tests.support.members import NOTICE, at, close_night, decree, member, set_time
from tests.support.memory_aws import memory_clients
from tests.support.world import World
from tests.unit.training import records

SEASON = packaged_seasons()[2022]
DECREED, LATER = at(2022, 9, 1, 10), at(2022, 10, 1)
NIGHT = at(2022, 12, 11, 1, 30)
GRANTED = 1_000_000
PARTS = 4
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def world() -> World:
    _, dynamodb, kms = memory_clients()
    made = World(dynamodb, kms)
    set_time(made, DECREED)
    return made


def complete(
    world: World,
    who: str,
    *,
    completed_at: datetime = LATER,
    reviewed_at: datetime | None = LATER,
    linked_at: datetime | None = LATER,
) -> None:
    """A first course was completed; reviewed and an account linked, where a time is given."""
    bought = replace(records.bought(world)[0], person_id=who, purchase_id="c1")
    done = {**item_of(bought), "state": PurchaseState.COMPLETED.value, "completed_at": to_text(completed_at)}
    done |= {"completion_number": 1, **({"reviewed_at": to_text(reviewed_at), "rating": 5} if reviewed_at else {})}
    world.table.commit(put(PURCHASE, done, person_id=who, purchase_id="c1"))
    changed: dict[str, Any] = {"state": "ACTIVE", "completed_count": 1}
    if linked_at:
        changed |= {"account_linked": True, "account_linked_at": to_text(linked_at)}
    world.table.commit(change_membership(who, set=changed))


def balance(world: World, who: str) -> Balance:
    found = load_balance(world.table, who)
    assert found is not None
    return found


def incentives(world: World, who: str) -> list[Incentive]:
    return incentives_of(world.table, who)


def told(world: World) -> dict[str, str]:
    """Person → what they are told."""
    return {one.body["person_id"]: one.body["kind"] for one in world.take(NOTICE)}


def test_nothing_ends_before_the_last_cut_off(world: World) -> None:
    who = decree(world, 1, DECREED)
    set_time(world, SEASON.ends_at - MOMENT)
    assert begin_closing(world.platform) == 0
    key: dict[str, Any] = {"kind": season_kind(2022), "day": wib_date(SEASON.ends_at - MOMENT)}
    for shard in range(8):
        close_season(world.platform, **key, shard=f"{shard:02d}")
    assert member(world, who).state is MembershipState.ACTIVE_UNPURCHASED
    set_time(world, SEASON.ends_at)
    close_night(world)
    assert member(world, who).state is MembershipState.CLOSED


def test_a_year_without_cut_offs_never_ends(world: World) -> None:
    who = decree(world, 1, at(2026, 1, 15))
    set_time(world, at(2036, 1, 1))
    assert close_night(world) == 0
    assert member(world, who).state is MembershipState.ACTIVE_UNPURCHASED


def test_what_is_unused_and_unearned_is_lost_once(world: World) -> None:
    nothing, late, done = (decree(world, number, DECREED) for number in (1, 2, 3))
    complete(world, late, reviewed_at=None)
    complete(world, done)
    assert [one.state for one in schedule_incentive(world.platform, person_id=done)] == [
        IncentiveState.SCHEDULED
    ] * PARTS
    world.take()
    set_time(world, NIGHT)
    close_night(world)
    states = [member(world, who).state for who in (nothing, late, done)]
    assert states == [MembershipState.CLOSED, MembershipState.COMPLETED, MembershipState.COMPLETED]
    assert {member(world, who).season_version for who in (nothing, late, done)} == {1}
    assert [balance(world, who).forfeited for who in (nothing, late, done)] == [GRANTED] * 3
    assert told(world) == {nothing: "INCENTIVE_FORFEITED", late: "INCENTIVE_FORFEITED", done: "SEASON_ENDED"}
    for who, reason in ((nothing, "FIRST_COURSE_BOUGHT"), (late, "FIRST_COURSE_REVIEWED")):
        found = incentives(world, who)
        assert [one.state for one in found] == [IncentiveState.FORFEITED] * PARTS
        assert {one.reason for one in found} == {f"SEASON_OVER:{reason}"}
    assert [one.state for one in incentives(world, done)] == [IncentiveState.SCHEDULED] * PARTS, "earned is earned"
    assert close_night(world) == 0
    assert world.messages() == []


def test_nobody_earns_what_was_forfeited(world: World) -> None:
    who = decree(world, 1, DECREED)
    complete(world, who, reviewed_at=None)
    set_time(world, NIGHT)
    close_night(world)
    world.table.commit(update(PURCHASE, set={"reviewed_at": to_text(at(2022, 10, 2))}, person_id=who, purchase_id="c1"))
    schedule_incentive(world.platform, person_id=who)
    assert {one.state for one in incentives(world, who)} == {IncentiveState.FORFEITED}


@pytest.mark.parametrize(
    ("times", "earns"),
    [
        ({"completed_at": SEASON.finish_by - MOMENT, "reviewed_at": SEASON.review_by - MOMENT}, True),
        ({"completed_at": SEASON.finish_by, "reviewed_at": SEASON.review_by - MOMENT}, False),
        ({"completed_at": SEASON.finish_by - MOMENT, "reviewed_at": SEASON.review_by}, False),
        ({"linked_at": SEASON.review_by - MOMENT}, True),
        ({"linked_at": SEASON.review_by}, False),
        ({"linked_at": None}, False),
    ],
)
def test_each_condition_counts_until_its_last_moment(
    world: World, times: dict[str, datetime | None], earns: bool
) -> None:
    """The message that would have scheduled it was lost: the close looks again, by what happened in time."""
    who = decree(world, 1, DECREED)
    complete(world, who, **times)  # type: ignore[arg-type]
    set_time(world, NIGHT)
    close_night(world)
    assert member(world, who).state is MembershipState.COMPLETED
    wanted = IncentiveState.SCHEDULED if earns else IncentiveState.FORFEITED
    assert [one.state for one in incentives(world, who)] == [wanted] * PARTS


def test_an_open_course_is_waited_for(world: World) -> None:
    who = decree(world, 1, DECREED)
    world.table.commit(change_membership(who, set={"state": "ACTIVE", "open_purchase_id": "c1"}))
    held = {"available": 400_000, "reserved": 600_000, "version": 2}
    world.table.commit(update(BALANCE, set=held, person_id=who))
    set_time(world, NIGHT)
    close_night(world)
    assert member(world, who).state is MembershipState.ACTIVE
    assert (balance(world, who).available, balance(world, who).reserved) == (400_000, 600_000)
    world.table.commit(change_membership(who, remove=["open_purchase_id"]))
    spent = {"available": 400_000, "reserved": 0, "spent": 600_000, "version": 3}
    world.table.commit(update(BALANCE, set=spent, person_id=who))
    set_time(world, NIGHT + timedelta(days=1))
    assert begin_closing(world.platform) == 1
    close_night(world)
    assert member(world, who).state is MembershipState.CLOSED
    assert (balance(world, who).spent, balance(world, who).forfeited) == (600_000, 400_000)
    assert told(world) == {who: "INCENTIVE_FORFEITED"}


def test_many_pages_agree_with_the_ledger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "PAGE", 3)
    monkeypatch.setattr(closing, "PAGES_AT_ONCE", 2)
    people = [decree(world, number, DECREED) for number in range(1, 61)]
    for who in people[::3]:
        complete(world, who)
    set_time(world, NIGHT)
    assert close_night(world) > 8, "a long shard takes several messages"
    rows = sweeps_of(world.table, season_kind(2022))
    sums = {name: sum(row.sums.get(name, 0) for row in rows) for name in rows[0].sums}
    assert all(row.done for row in rows)
    assert (sums["CLOSED"], sums["COMPLETED"]) == (40, 20)
    assert sums["INCENTIVES"] == 40 * PARTS
    assert sums["FORFEITED_MEMBERS"] == 60
    assert sums["FORFEITED_RUPIAH"] == 60 * GRANTED
    ledger = ledger_totals(world.table, wib_date(NIGHT))
    assert ledger.credits[season_account(2022)] == sums["FORFEITED_RUPIAH"]
    assert ledger.net("FORFEITED") == 0, "nothing was lost with a revocation"
    assert len(told(world)) == 60


def test_a_page_that_moves_is_looked_at_again(world: World) -> None:
    buyer, other = decree(world, 1, DECREED), decree(world, 2, DECREED)
    set_time(world, NIGHT)
    commit = world.table.commit

    def overtaken(*parts: Any, **how: Any) -> Any:
        if any(part.pattern is BALANCE for part in parts):
            world.table.commit = commit  # type: ignore[method-assign]
            commit(change_membership(buyer, set={"state": "ACTIVE", "open_purchase_id": "c1"}))
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    close_night(world)
    assert member(world, buyer).state is MembershipState.ACTIVE
    assert balance(world, buyer).available == GRANTED
    assert member(world, other).state is MembershipState.CLOSED


def test_a_member_that_moves_without_end_is_left_to_a_later_try(world: World) -> None:
    who = decree(world, 1, DECREED)
    set_time(world, NIGHT)
    begin_closing(world.platform)
    (message,) = world.take(SeasonToClose.topic)
    commit, versions = world.table.commit, iter(range(2, 99))

    def overtaken(*parts: Any, **how: Any) -> Any:
        if any(part.pattern is BALANCE for part in parts):
            commit(update(BALANCE, set={"version": next(versions)}, person_id=who))
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        close_season(world.platform, kind=season_kind(2022), day=wib_date(NIGHT), shard=message.body["shard"])


def test_what_another_day_left_is_booked_on_the_day_on_which_it_is_done(world: World) -> None:
    who = decree(world, 1, DECREED)
    set_time(world, NIGHT)
    begin_closing(world.platform)
    (late,) = world.take(SeasonToClose.topic)
    set_time(world, NIGHT + timedelta(days=1))
    close_season(world.platform, kind=season_kind(2022), day=wib_date(NIGHT), shard=late.body["shard"])
    assert member(world, who).state is MembershipState.ACTIVE_UNPURCHASED
    close_night(world)
    assert member(world, who).state is MembershipState.CLOSED
    (row,) = sweeps_of(world.table, season_kind(2022))
    assert row.day == wib_date(NIGHT + timedelta(days=1))


def test_a_member_sees_until_when_what_counts(world: World) -> None:
    who = decree(world, 1, DECREED)
    set_time(world, at(2022, 9, 2))
    missing = [MissingView.of(one, "en") for one in what_is_missing(world.platform, person_id=who)]
    assert [(one.condition, str(one.until), one.is_over) for one in missing] == [
        (Missing.ACCOUNT_LINKED, "2022-12-10", False),
        (Missing.FIRST_COURSE_BOUGHT, "2022-09-30", False),
        (Missing.FIRST_COURSE_COMPLETED, "2022-12-05", False),
        (Missing.FIRST_COURSE_REVIEWED, "2022-12-10", False),
    ]
    assert missing[2].text.endswith("By 5 December 2022, 23:59 WIB.")
    set_time(world, at(2022, 12, 6))
    missing = [MissingView.of(one, "id") for one in what_is_missing(world.platform, person_id=who)]
    assert [one.is_over for one in missing] == [False, True, True, False]
    assert missing[2].text.endswith("Batas waktunya sudah lewat: 5 Desember 2022, 23.59 WIB.")


def test_the_timeline_says_why_it_was_forfeited_and_not_that_it_was_earned(world: World) -> None:
    who = decree(world, 1, DECREED)
    complete(world, who, reviewed_at=None)
    set_time(world, NIGHT)
    close_night(world)
    found = IncentiveView.of(incentives(world, who)[0], None, None, NIGHT, "en")
    why = "The season ended before this condition was met: Rate and review your first course."
    assert found.explanation == f"It is not paid. {why}"
    assert [step.text for step in found.timeline] == [f"The incentive was forfeited. {why}"]
    assert found.next is None
    assert load_purchase(world.table, who, "c1") is not None
