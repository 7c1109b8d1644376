"""Deadlines and seasons as platforms, members, operators and crons meet them: through the deployed handlers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.close_season import handler as close_season
from functions.sweep_deadlines import handler as sweep_deadlines
from prakerja.membership import MembershipState
from prakerja.membership.deadlines import REVOKE
from prakerja.platform.access_patterns import DUE_SHARDS, MEMBERSHIP
from prakerja.platform.clock import day_text, to_text, wib_date
from prakerja.platform.ids import shard_of
from tests.support.apis import Apis
from tests.support.market import Market, refused
from tests.support.members import NOTICE, at, decree, member, set_time
from tests.support.people import Someone
from tests.support.scene_members import CLOSED_MEMBERS, FORFEITED, MembersOffice
from tests.support.wired import sample
from tests.support.world import World

DECREED = at(2026, 1, 15, 10)
LAST = at(2026, 1, 29, 23, 59, 59)
"""Everybody here is decreed on 15 January: fifteen days."""


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    made = Market(world, monkeypatch)
    set_time(world, DECREED)
    made.offer("LATE", "LATE", quota=20)
    return made


@pytest.fixture
def who(market: Market) -> Someone:
    return market.member()


def standing(world: World, who: Someone) -> tuple[str, str]:
    """Where a membership stands in the due index."""
    item = world.table.get(MEMBERSHIP, person_id=who.person_id)
    assert item is not None
    return item["due_shard"], item["due_at"]


def deliver(world: World, function: Any) -> None:
    """Hand what waits for a function to it, as its queue would."""
    name = function.__name__.split(".")[-2]
    for message in [one for one in world.take() if one.queues == [name]]:
        event = sample(name, "shard")
        record = event["Records"][0]
        record["body"] = json.dumps(message.body)
        record["messageAttributes"]["topic"]["stringValue"] = message.topic
        assert function.handler(event, None) == {"batchItemFailures": []}


def night(world: World) -> None:
    sweep_deadlines.handler(sample("sweep_deadlines", "nightly"), None)
    deliver(world, sweep_deadlines)


def test_the_last_second_is_in_time_and_buying_changes_nothing_in_the_index(
    world: World, market: Market, who: Someone
) -> None:
    before = standing(world, who)
    set_time(world, at(2026, 1, 24))
    market.offer("L2", "L2", quota=3)
    set_time(world, LAST)
    market.buy(course_code="L2", schedule_code="L2")
    assert (
        standing(world, who)
        == before
        == (f"MEMBER_2026#{shard_of(who.person_id, DUE_SHARDS)}", to_text(at(2026, 1, 30)))
    )
    set_time(world, at(2026, 1, 30, 0, 20))
    night(world)
    assert member(world, who.person_id).state is MembershipState.ACTIVE


def test_a_second_later_nothing_is_sold_and_the_night_revokes(world: World, market: Market, who: Someone) -> None:
    set_time(world, at(2026, 1, 24))
    market.offer("L2", "L2", quota=3)
    set_time(world, at(2026, 1, 30))
    text = refused(market.ask(course_code="L2", schedule_code="L2"), "ERRTRX40018")
    assert "2026-01-29" in text
    night(world)
    assert member(world, who.person_id).state is MembershipState.REVOKED
    refused(market.ask(course_code="L2", schedule_code="L2"), "ERRTRX40017")


@pytest.mark.parametrize(
    ("voided", "last_day"),
    [(at(2026, 1, 20), "2026-01-29"), (at(2026, 1, 28), "2026-01-31"), (at(2026, 2, 5), "2026-02-08")],
)
def test_a_void_makes_the_deadline_count_again_with_some_days_left(
    world: World, market: Market, who: Someone, voided: Any, last_day: str
) -> None:
    sale = market.buy(course_code="LATE", schedule_code="LATE")
    if voided > LAST:
        set_time(world, at(2026, 1, 30, 0, 20))
        night(world)
        assert member(world, who.person_id).state is MembershipState.ACTIVE
    set_time(world, voided)
    body = {"invoice_code": "INV-1", "transaction_code": sale["transaction_code"]}
    assert market.call("toko", "/payment/void", body)[0] == 200
    found = member(world, who.person_id)
    assert (found.state, found.last_purchase_day.isoformat()) == (MembershipState.ACTIVE_UNPURCHASED, last_day)
    set_time(world, max(voided, found.purchase_deadline_at - timedelta(minutes=1)))
    night(world)
    assert member(world, who.person_id).state is MembershipState.ACTIVE_UNPURCHASED
    set_time(world, found.purchase_deadline_at + timedelta(minutes=20))
    night(world)
    assert member(world, who.person_id).state is MembershipState.REVOKED


def test_after_the_season_nothing_is_sold_though_the_deadline_is_not_over(world: World, market: Market) -> None:
    set_time(world, at(2022, 11, 1))
    market.offer("L2", "L2", quota=3)
    decree(world, 7, at(2022, 10, 31))
    card = member(world, "00000000-0000-4000-8000-000000000007").card_number
    set_time(world, at(2022, 11, 10, 23, 59, 59))
    assert market.ask(course_code="L2", schedule_code="L2", card=card)[0] == 200
    set_time(world, at(2022, 12, 1))
    market.offer("L4", "L4", quota=3)
    text = refused(market.ask(course_code="L4", schedule_code="L4", card=card), "ERRTRX40048")
    assert "2022-11-30 pukul 23.59 WIB" in text


def test_the_morning_reminds_with_the_day(world: World, market: Market, who: Someone) -> None:
    set_time(world, at(2026, 1, 26, 9))
    sweep_deadlines.handler(sample("sweep_deadlines", "morning"), None)
    deliver(world, sweep_deadlines)
    (told,) = world.take(NOTICE)
    assert (told.body["kind"], told.body["reference"]) == ("PURCHASE_REMINDER", "2026-01-29:3")


def test_a_member_sees_what_counts_until_when(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    apis = Apis(world, monkeypatch)
    who = apis.market.member(5, card="8000000000000005")
    token, last = apis.person_token(who.person_id), member(world, who.person_id).last_purchase_day
    seen = apis.call("GET", "/v1/membership", token=token, accept_language="en").body["membership"]
    assert seen["buy_by"] == f"Buy your first course by {day_text(last, 'en')}, 23:59 WIB."
    assert seen["reminded_on"] == [(last - timedelta(days=days)).isoformat() for days in (7, 3, 1)]
    missing = apis.call("GET", "/v1/incentives", token=token).body["missing"]
    (bought,) = [one for one in missing if one["condition"] == "FIRST_COURSE_BOUGHT"]
    assert (bought["until"], bought["is_over"]) == (last.isoformat(), False)
    assert bought["text"].endswith(f"Paling lambat {day_text(last)}, 23.59 WIB.")


def test_operators_see_give_and_add_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    apis = Apis(world, monkeypatch)
    office = MembersOffice(apis)
    mary, rina = apis.operator_token("op-mary"), apis.operator_token("op-rina")
    path = f"/operator/v1/memberships/{office.waiting.person_id}"
    asked = office.good()["PUT /operator/v1/memberships/{person_id}/extension"].body
    proposed = apis.call("PUT", f"{path}/extension", asked, token=mary)
    assert proposed.status == 202
    approval = f"/operator/v1/approvals/{proposed.body['approval_id']}/approval"
    assert apis.call("PUT", approval, token=mary).status == 403
    assert apis.call("PUT", approval, token=rina).status == 200
    deliver(world, sweep_deadlines)
    seen = apis.call("GET", path, token=mary).body
    assert (seen["first_purchase_until"], seen["extended_for"]) == (asked["last_day"], "ILLNESS")
    season = apis.call("GET", "/operator/v1/seasons/2022", token=mary).body
    assert (season["closed"], season["forfeited"], season["forfeited_text"]) == (
        CLOSED_MEMBERS,
        FORFEITED,
        "Rp1.500.000",
    )
    (day,) = season["days"]
    assert (day["ledger"], day["agrees"], day["unfinished"]) == (FORFEITED, True, 0)
    assert season["cutoffs"]["buy_until"] == "2022-11-30"
    assert apis.call("GET", "/operator/v1/seasons/2026", token=mary).status == 404
    today = wib_date(world.clock.programme()).isoformat()
    sweeps = apis.call("GET", f"/operator/v1/deadlines/{today}", token=mary).body
    assert [one["kind"] for one in sweeps] == [REVOKE, "REMIND_1", "REMIND_3", "REMIND_7"]


def test_a_season_is_closed_from_its_cron_to_the_books(world: World, market: Market) -> None:
    who = decree(world, 7, at(2022, 9, 1))
    set_time(world, at(2022, 12, 11, 1, 30))
    assert close_season.handler(sample("close_season", "nightly"), None) == {"shards": 1}
    deliver(world, close_season)
    assert member(world, who).state is MembershipState.CLOSED
    assert close_season.handler(sample("close_season", "nightly"), None) == {"shards": 0}
