"""When an incentive is earned, what is missing until then, and how one that failed is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from prakerja.incentives import (
    JOB_SEARCH,
    Incentive,
    IncentiveNotFailed,
    IncentiveState,
    Missing,
    incentives_of,
    words,
)
from prakerja.incentives.model import Evidence, Terms, decide_job_search, paid_by, still_missing
from prakerja.incentives.service import retry_incentive, what_is_missing
from prakerja.membership import AccountNotLinked, MembershipEnded, MembershipState, change_membership
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS, INCENTIVE
from prakerja.platform.clock import to_text
from prakerja.platform.parts import put
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.platform.records import item_of
from tests.support.people import Someone, plant_member, plant_person, someone
from tests.support.world import World

NOW = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)  # Thursday 15 January in Jakarta
ALL = Evidence("p", True, True, True, True, True)
TERMS = Terms(600_000, 1, 1)


def test_nothing_is_earned_as_long_as_something_is_missing() -> None:
    for met in product((True, False), repeat=5):
        known = Evidence("p", *met)
        assert bool(still_missing(known)) == (not all(met))
        assert bool(decide_job_search(known, TERMS, NOW, date(2026, 1, 15))) == all(met)


def test_who_is_no_member_is_told_only_that() -> None:
    assert still_missing(replace(ALL, is_member=False, account_linked=False)) == (Missing.MEMBERSHIP,)


@pytest.mark.parametrize("missing", Missing)
def test_every_condition_is_told_in_both_languages(missing: Missing) -> None:
    indonesian, english = words(missing)
    assert indonesian != english
    assert indonesian.endswith(".")
    assert english.endswith(".")


def test_parts_fall_on_working_days() -> None:
    parts = decide_job_search(ALL, Terms(600_000, 4, 1), NOW, date(2026, 1, 15))
    assert [part.scheduled_on for part in parts] == [
        date(2026, 1, 19),  # the 16th is a holiday, then comes the weekend
        date(2026, 2, 18),  # joint leave and Lunar New Year
        date(2026, 3, 16),
        date(2026, 4, 16),
    ]
    assert paid_by(parts[0].scheduled_on) == date(2026, 1, 26)


@pytest.fixture
def who(world: World) -> Someone:
    return plant_member(world, someone(1))


def fail(world: World, who: Someone, number: int = 1) -> None:
    now = world.clock.programme()
    incentive = Incentive(
        who.person_id,
        JOB_SEARCH,
        number,
        600_000,
        IncentiveState.PAYOUT_FAILED,
        scheduled_on=date(2026, 1, 15),
        earned_at=now,
        payout_id="payout",
        reason="PSP_X",
    )
    world.table.commit(put(INCENTIVE, item_of(incentive), person_id=who.person_id, kind=JOB_SEARCH, number=number))


def retry(world: World, who: Someone, key: str = "k") -> Incentive:
    return retry_incentive(world.platform, person_id=who.person_id, kind=JOB_SEARCH, number=1, key=key)


def link(world: World, who: Someone, **more: object) -> None:
    world.table.commit(change_membership(who.person_id, set={"account_linked": True, **more}))


def test_a_member_tries_again_and_the_next_run_takes_it(world: World, who: Someone) -> None:
    fail(world, who)
    link(world, who)
    first = retry(world, who)
    assert (first.state, first.reason, first.payout_id) == (IncentiveState.SCHEDULED, None, "payout")
    assert incentives_of(world.table, who.person_id) == [first]
    assert retry(world, who) == first
    end = to_text(datetime(2026, 12, 31, tzinfo=UTC))
    due = [key for shard in range(DUE_SHARDS) for key in world.table.due(INCENTIVE, f"INCENTIVE#{shard:02d}", end)]
    assert [key["person_id"] for key in due] == [who.person_id]


def test_a_late_repeat_does_not_try_a_third_time(world: World, who: Someone) -> None:
    fail(world, who)
    link(world, who)
    retry(world, who)
    fail(world, who)
    assert retry(world, who).state is IncentiveState.PAYOUT_FAILED
    assert retry(world, who, "another key").state is IncentiveState.SCHEDULED


def test_what_cannot_be_tried_again(world: World, who: Someone) -> None:
    with pytest.raises(NotFound):
        retry(world, who)
    fail(world, who)
    with pytest.raises(AccountNotLinked):
        retry(world, who)
    link(world, who)
    retry(world, who)
    with pytest.raises(IncentiveNotFailed):
        retry(world, who, "twice")
    fail(world, who, number=2)
    with pytest.raises(IdempotencyKeyReused):
        retry_incentive(world.platform, person_id=who.person_id, kind=JOB_SEARCH, number=2, key="k")


def test_a_revoked_member_tries_nothing(world: World, who: Someone) -> None:
    fail(world, who)
    link(world, who, state=MembershipState.REVOKED)
    with pytest.raises(MembershipEnded):
        retry(world, who)


def test_what_is_missing_is_read_from_the_items(world: World, who: Someone) -> None:
    def missing(p: Platform, person_id: str) -> tuple[Missing, ...]:
        return tuple(one.missing for one in what_is_missing(p, person_id=person_id))

    p = world.platform
    stranger = plant_person(world, someone(2))
    assert missing(p, stranger.person_id) == (Missing.MEMBERSHIP,)
    assert missing(p, who.person_id) == tuple(Missing)[1:]
    link(world, who, state=MembershipState.ACTIVE)
    assert missing(p, who.person_id) == tuple(Missing)[3:]
    link(world, who, state=MembershipState.REVOKED)
    assert missing(p, who.person_id) == (Missing.MEMBERSHIP,)
