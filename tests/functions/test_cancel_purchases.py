"""Two operators cancel what no platform may cancel: a course that has begun, or a whole schedule that is not held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.cancel_purchases.handler import handler
from functions.operator_api.routes_approvals import ANNOUNCED
from functions.participant_api.handler import handler as participant_api
from functions.sweep_due.handler import SWEEPS
from prakerja.balance import FUND, ledger_totals
from prakerja.platform.access_patterns import APPROVAL, SCHEDULE_CANCELLATION
from prakerja.platform.approvals import Approval, approve
from prakerja.platform.auth import Operator
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import update
from prakerja.platform.problems import NotAllowed
from prakerja.training.errors import PurchaseOver, PurchaseUnknown, ScheduleCancelled, ScheduleUnknown
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.service import annulling_all
from prakerja.training.service.annulling import annul, propose_cancellation
from prakerja.training.service.annulling_all import progress_of, propose_schedule_cancellation
from tests.support.market import PRICE, STATUS, Market, refused
from tests.support.people import Someone
from tests.support.wired import answer_of, request
from tests.support.world import World

GRANTED = 3_500_000
BACK = {"available": GRANTED, "reserved": 0, "spent": 0, "forfeited": 0}


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def who(market: Market) -> Someone:
    return market.member()


def propose(market: Market, who: Someone, reason: CancellationReason = CancellationReason.MEMBER_PREVENTED) -> Approval:
    (purchase,) = (one for one in market.purchases(who) if one["state"] != "CANCELLED")
    return propose_cancellation(
        market.world.platform,
        operator="op-1",
        person_id=who.person_id,
        purchase_id=purchase["purchase_id"],
        reason=reason,
        evidence_reference="letter RS 31",
    )


def propose_all(market: Market, schedule: str = "S1", operator: str = "op-1") -> Approval:
    return propose_schedule_cancellation(
        market.world.platform,
        operator=operator,
        course_code="C1",
        schedule_code=schedule,
        reason=CancellationReason.NOT_HELD,
        evidence_reference="letter LPK 7",
    )


def agree(market: Market, approval: Approval) -> None:
    officer = Operator("op-2", frozenset({"payout_officer"}), market.world.clock.wall())
    approve(market.world.platform, operator=officer, approval_id=approval.approval_id, announce=ANNOUNCED)


def deliver(market: Market, *, twice: bool = True) -> Iterator[str]:
    """Work on everything that waits for this function, until nothing does; each message comes twice."""
    while waiting := [message for message in market.world.take() if "cancel_purchases" in message.queues]:
        for message in waiting:
            for _ in range(1 + twice):
                work(message.topic, message.body)
            yield message.topic


def work(topic: str, body: dict[str, Any]) -> None:
    record = {
        "messageId": "1",
        "receiptHandle": "r",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"topic": {"stringValue": topic, "dataType": "String"}},
        "eventSourceARN": "arn:aws:sqs:ap-southeast-3:000000000000:cancel_purchases",
    }
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}


def books_are_right(market: Market, *people: Someone) -> None:
    today = wib_date(market.world.clock.programme())
    assert -ledger_totals(market.world.table, today).net(FUND) == GRANTED * len(people)
    for one in people:
        assert sum(market.balance(one).values()) == GRANTED


# one purchase -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("begun", [False, True])
def test_a_cancelled_purchase_gives_everything_back(market: Market, who: Someone, begun: bool) -> None:
    sale = market.buy()
    if begun:
        market.redeem(sale["redeem_code"])
    agree(market, propose(market, who))
    market.world.take("registration.notice_requested.v1")
    assert list(deliver(market)) == ["training.cancellation_approved.v1"]
    assert market.balance(who) == BACK
    books_are_right(market, who)
    assert market.seats() == 4
    refused(market.call("lpk", STATUS, {"redeem_code": sale["redeem_code"]}), "ERRTRX40032")
    refused(market.redeem(sale["redeem_code"]), "ERRTRX40032")
    assert market.call("toko", "/payment/status", {"invoice_code": "INV-1"})[1]["data"]["status"] == "CANCELLED"
    void = {"invoice_code": "INV-1", "transaction_code": sale["transaction_code"]}
    refused(market.call("toko", "/payment/void", void), "ERRPLT40028")
    (bought,) = market.purchases(who)
    assert (bought["state"], "cancelled_at" in bought) == ("CANCELLED", True)


def test_the_member_is_told_once_and_owes_no_deadline_again(market: Market, who: Someone) -> None:
    market.redeem(market.buy()["redeem_code"])
    agree(market, propose(market, who))
    market.world.take("registration.notice_requested.v1")
    (message,) = [one for one in market.world.take() if "cancel_purchases" in one.queues]
    for _ in range(3):
        work(message.topic, message.body)
    told = market.world.take("registration.notice_requested.v1")
    assert [one.body["kind"] for one in told] == ["PURCHASE_CANCELLED"]
    membership = market.membership(who)
    assert (membership["state"], "open_purchase_id" in membership) == ("ACTIVE", False)
    market.world.clock.travel(days=100)
    market.world.clock.move(minutes=1)
    market.offer("C2", "S2")
    assert market.ask(course_code="C2", schedule_code="S2")[0] == 200


def test_one_operator_alone_cancels_nothing(market: Market, who: Someone) -> None:
    market.redeem(market.buy()["redeem_code"])
    approval = propose(market, who)
    with pytest.raises(NotAllowed):
        annul(market.world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    assert market.balance(who)["reserved"] == PRICE


def test_who_changes_the_proposal_afterwards_is_not_obeyed(market: Market, who: Someone) -> None:
    market.redeem(market.buy()["redeem_code"])
    approval = propose(market, who)
    agree(market, approval)
    market.world.table.commit(update(APPROVAL, set={"content_hash": "0" * 32}, approval_id=approval.approval_id))
    with pytest.raises(NotAllowed):
        annul(market.world.platform, person_id=who.person_id, approval_id=approval.approval_id)
    assert market.balance(who)["reserved"] == PRICE


def test_a_course_completed_meanwhile_stays_paid(market: Market, who: Someone) -> None:
    code = market.buy()["redeem_code"]
    approval = propose(market, who)
    market.complete(code)
    agree(market, approval)
    assert list(deliver(market))
    assert market.balance(who)["spent"] == PRICE
    assert [one["state"] for one in market.purchases(who)] == ["COMPLETED"]
    with pytest.raises(PurchaseOver):
        propose(market, who, CancellationReason.WRONG_SALE)


def test_what_is_over_or_unknown_is_not_proposed(market: Market, who: Someone) -> None:
    sale = market.buy()
    (bought,) = market.purchases(who)
    void = {"invoice_code": "INV-1", "transaction_code": sale["transaction_code"]}
    assert market.call("toko", "/payment/void", void)[0] == 200
    facts: dict[str, Any] = {
        "operator": "op-1",
        "reason": CancellationReason.WRONG_SALE,
        "evidence_reference": "mail 1",
    }
    with pytest.raises(PurchaseOver):
        propose_cancellation(market.world.platform, person_id=who.person_id, purchase_id=bought["purchase_id"], **facts)
    with pytest.raises(PurchaseUnknown):
        propose_cancellation(market.world.platform, person_id=who.person_id, purchase_id="x", **facts)


def test_proposing_twice_is_one_proposal(market: Market, who: Someone) -> None:
    market.buy()
    first = propose(market, who)
    market.world.clock.move(minutes=1)
    assert propose(market, who) == first


# a whole schedule ---------------------------------------------------------------------------------------------------
def buyers(market: Market, count: int, schedule: str = "S1", start: int = 1) -> list[Someone]:
    people = []
    for number in range(start, start + count):
        card = f"{8000000000000000 + number}"
        people.append(market.member(number, card=card))
        market.buy(card=card, invoice=f"INV-{number}", schedule_code=schedule)
    return people


def test_a_cancelled_schedule_gives_all_balances_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annulling_all, "AT_ONCE", 2)
    market = Market(world, monkeypatch, quota=9, pools=3)
    people = buyers(market, 7)
    market.offer("C1", "S2")
    (other,) = buyers(market, 1, "S2", start=8)
    begun = [one["redeem_code"] for one in market.purchases(people[0])]
    market.redeem(begun[0])
    approval = propose_all(market)
    agree(market, approval)
    topics = list(deliver(market))
    assert topics.count("training.some_to_cancel.v1") >= 8
    for one in people:
        assert market.balance(one) == BACK
        assert [bought["state"] for bought in market.purchases(one)] == ["CANCELLED"]
    assert market.balance(other)["reserved"] == PRICE, "another schedule with the same end"
    books_are_right(market, *people, other)
    rows = progress_of(world.platform, course_code="C1", approval_id=approval.approval_id)
    assert sum(row.cancelled for row in rows) == 7
    assert all(row.is_done for row in rows)


def test_nothing_is_sold_of_a_cancelled_schedule(market: Market, who: Someone) -> None:
    token = market.token()
    agree(market, propose_all(market))
    assert list(deliver(market))
    assert "dibatalkan penyelenggara" in refused(market.pay(token), "ERRTRX40042")
    market.world.clock.move(minutes=1)
    refused(market.ask(), "ERRTRX40042")
    run = {"course_code": "C1", "schedule_code": "S1"}
    assert market.call("toko", "/payment/quota-schedule", run)[1]["data"]["quota"] == 0
    assert market.balance(who) == BACK


def test_a_sale_that_was_under_way_is_found(market: Market, who: Someone) -> None:
    """It had read the schedule before it was cancelled: the work waits until such sales have ended."""
    token = market.token()
    approval = propose_all(market)
    agree(market, approval)
    (whole,) = [one for one in market.world.take() if "cancel_purchases" in one.queues]
    market.before_commit(lambda: work(whole.topic, whole.body))
    assert market.pay(token)[0] == 200
    waiting = [one for one in market.world.take() if "cancel_purchases" in one.queues]
    assert {one.delay_seconds for one in waiting} == {annulling_all.SETTLED}
    for one in waiting:
        work(one.topic, one.body)
    assert market.balance(who) == BACK


def test_lost_messages_are_made_up_for(market: Market, who: Someone) -> None:
    market.buy()
    approval = propose_all(market)
    agree(market, approval)
    (whole,) = [one for one in market.world.take() if "cancel_purchases" in one.queues]
    work(whole.topic, whole.body)
    market.world.take()
    market.world.clock.move(minutes=14)
    assert swept(market) == []
    market.world.clock.move(minutes=2)
    for message in swept(market):
        work(message.topic, json.loads(message.model_dump_json()))
    assert list(deliver(market))
    assert market.balance(who) == BACK
    market.world.clock.move(minutes=16)
    for message in swept(market):
        work(message.topic, json.loads(message.model_dump_json()))
    item = market.world.table.get(SCHEDULE_CANCELLATION, course_code="C1", approval_id=approval.approval_id)
    assert item is not None
    assert "due_at" not in item
    assert [one for one in market.world.take() if "cancel_purchases" in one.queues] == []


def swept(market: Market) -> list[Any]:
    return [
        message for shard in range(8) for message in SWEEPS["SCHEDULE"](market.world.platform, f"SCHEDULE#{shard:02d}")
    ]


def test_a_schedule_is_cancelled_once(market: Market, who: Someone) -> None:
    market.buy()
    with pytest.raises(ScheduleUnknown):
        propose_all(market, "S9")
    first, second = propose_all(market), propose_all(market, operator="op-3")
    agree(market, first)
    assert list(deliver(market))
    agree(market, second)
    assert list(deliver(market)) == ["training.schedule_cancellation_approved.v1"]
    with pytest.raises(ScheduleCancelled):
        propose_all(market)
    assert market.balance(who) == BACK


def test_a_cancelled_schedule_is_shown_as_such(market: Market, who: Someone) -> None:
    agree(market, propose_all(market))
    assert list(deliver(market))
    _, detail = answer_of(participant_api(request("GET", "/v1/courses/C1"), None))
    assert [one["is_cancelled"] for one in detail["schedules"]] == [True]
