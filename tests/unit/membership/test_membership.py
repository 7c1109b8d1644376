"""Memberships: given once, deadline by inclusive WIB days, one course at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from prakerja.membership import (
    AccountNotLinked,
    AlreadyMember,
    CardNumberTaken,
    CourseStillOpen,
    Membership,
    MembershipChanged,
    MembershipEnded,
    MembershipState,
    PurchaseDeadlinePassed,
    change_membership,
    close_purchase_part,
    find_by_card,
    grant_membership_parts,
    latest_scheme,
    load_membership,
    open_purchase_part,
    purchase_deadline,
    require_may_buy,
    season_of,
)
from prakerja.membership.api import MembershipView
from prakerja.platform.clock import WIB
from tests.support.world import World

SCHEME = latest_scheme("NORMAL_2023", date(2026, 1, 1))
CARD = "8123456789012345"


def decree(world: World, person_id: str = "p1", card: str = CARD, wave: str = "w1") -> bool:
    now = world.clock.programme()
    return world.table.commit(*grant_membership_parts(person_id, card, wave, SCHEME, now)).repeated


def member(world: World, person_id: str = "p1") -> Membership:
    found = load_membership(world.table, person_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("decreed", "days", "last_day"),
    [
        (datetime(2021, 3, 31, 12, tzinfo=WIB), 30, date(2021, 4, 29)),
        (datetime(2024, 2, 20, 23, 59, tzinfo=WIB), 15, date(2024, 3, 5)),
        (datetime(2026, 1, 1, 0, 0, tzinfo=WIB), 1, date(2026, 1, 1)),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), 15, date(2026, 1, 15)),
        (datetime(2025, 12, 31, 16, 59, tzinfo=UTC), 15, date(2026, 1, 14)),
    ],
)
def test_the_deadline_counts_calendar_days_with_the_first(decreed: datetime, days: int, last_day: date) -> None:
    """Wave 16 was decreed on 31 March 2021; its 30 days ended on 29 April."""
    end = purchase_deadline(decreed, days)
    assert end == datetime(last_day.year, last_day.month, last_day.day, tzinfo=WIB) + timedelta(days=1)


def test_a_member_has_a_card_a_deadline_and_the_rules_of_the_day(world: World) -> None:
    decree(world)
    found = member(world)
    assert found.state is MembershipState.ACTIVE_UNPURCHASED
    assert (found.scheme_name, found.scheme_version, found.wave_id) == ("NORMAL_2023", 2, "w1")
    assert (found.is_active, found.account_linked, found.completed_count) == (False, False, 0)
    assert find_by_card(world.table, CARD) == "p1"
    assert find_by_card(world.table, "8999999999999999") is None
    view = MembershipView.of(found, latest_scheme("NORMAL_2023", date(2026, 1, 15)), season_of(found.decreed_at), "en")
    assert view.first_purchase_until == date(2026, 1, 29)
    assert view.buy_by == "Buy your first course by 29 January 2026, 23:59 WIB."
    assert view.reminded_on == [date(2026, 1, day) for day in (22, 26, 28)]
    assert (view.season, view.ended_because) == (None, None), "2026 has no cut-off"
    assert view.decreed_at.utcoffset() == timedelta(hours=7)


def test_the_card_is_given_once_in_a_lifetime(world: World) -> None:
    assert not decree(world)
    assert decree(world, card="8111111111111111"), "the same wave again is a repeat, whatever card was drawn"
    assert member(world).card_number == CARD
    assert find_by_card(world.table, "8111111111111111") is None
    with pytest.raises(AlreadyMember):
        decree(world, wave="w2", card="8111111111111111")
    with pytest.raises(CardNumberTaken):
        decree(world, "p2")
    assert load_membership(world.table, "p2") is None


may_buy = partial(require_may_buy, season=None)


def test_who_may_buy(world: World) -> None:
    decree(world)
    found, end = member(world), member(world).purchase_deadline_at
    before = end - timedelta(microseconds=1)
    linked = replace(found, account_linked=True)
    may_buy(linked, account_required=True, now=before)
    may_buy(found, account_required=False, now=before)
    may_buy(replace(linked, state=MembershipState.ACTIVE), account_required=True, now=end)
    with pytest.raises(PurchaseDeadlinePassed) as late:
        may_buy(linked, account_required=True, now=end)
    assert late.value.facts == {"last_day": "2026-01-29"}
    with pytest.raises(AccountNotLinked):
        may_buy(found, account_required=True, now=before)
    with pytest.raises(CourseStillOpen):
        may_buy(replace(linked, open_purchase_id="c1"), account_required=True, now=before)
    for ended in (MembershipState.REVOKED, MembershipState.COMPLETED, MembershipState.CLOSED):
        with pytest.raises(MembershipEnded):
            may_buy(replace(linked, state=ended), account_required=True, now=before)


def test_one_course_at_a_time(world: World) -> None:
    decree(world)
    before = member(world)
    world.table.commit(open_purchase_part(before, "c1", account_required=False, buys_as=("toko", "u-1")))
    assert (member(world).open_purchase_id, member(world).is_active) == ("c1", True)
    with pytest.raises(MembershipChanged):
        world.table.commit(open_purchase_part(before, "c2", account_required=False, buys_as=("toko", "u-1")))
    with pytest.raises(MembershipChanged):
        world.table.commit(close_purchase_part(member(world), "c2"))
    world.table.commit(close_purchase_part(member(world), "c1", completed=True))
    assert (member(world).open_purchase_id, member(world).completed_count) == (None, 1)


def test_an_account_that_was_unlinked_meanwhile_stops_the_purchase(world: World) -> None:
    decree(world)
    world.table.commit(change_membership("p1", set={"account_linked": True}))
    read = member(world)
    world.table.commit(change_membership("p1", set={"account_linked": False}))
    with pytest.raises(MembershipChanged):
        world.table.commit(open_purchase_part(read, "c1", account_required=True, buys_as=("toko", "u-1")))


def test_cancelling_the_first_course_makes_the_deadline_count_again(world: World) -> None:
    decree(world)
    world.table.commit(open_purchase_part(member(world), "c1", account_required=False, buys_as=("toko", "u-1")))
    before = member(world)
    voided_at = before.purchase_deadline_at - timedelta(days=5)
    world.table.commit(close_purchase_part(before, "c1", undo_first=(voided_at, 3)))
    assert (member(world).state, member(world).completed_count) == (MembershipState.ACTIVE_UNPURCHASED, 0)
    assert member(world).purchase_deadline_at == before.purchase_deadline_at


def test_nothing_is_changed_that_is_not_there(world: World) -> None:
    with pytest.raises(MembershipChanged):
        world.table.commit(change_membership("nobody", set={"account_linked": True}))
