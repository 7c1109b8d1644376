"""A course whose time is over without proof: found when it is due, ended once, paid for as the scheme says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import functions.end_course.handler as worker
import functions.sweep_due.handler as sweep_due
from prakerja.membership import IfNotCompleted, load_scheme
from prakerja.training.learning_errors import CourseOver
from prakerja.training.messages import CourseDue
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import finish_by
from prakerja.training.service import finishing
from tests.support.market import PRICE, Market
from tests.support.people import Someone
from tests.support.wired import sample
from tests.support.world import World

GRANTED = 3_500_000
DUE = CourseDue.topic


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def who(market: Market) -> Someone:
    return market.member()


@pytest.fixture
def code(market: Market, who: Someone) -> str:
    return str(market.buy()["redeem_code"])


def until(market: Market, code: str, **before: float) -> None:
    """Programme time goes on to the end of the grace period, or to somewhat before it."""
    left = finish_by(market.redeem_code(code)) - market.world.clock.programme()
    market.world.clock.travel(seconds=left.total_seconds())
    market.world.clock.travel(**{name: -much for name, much in before.items()})


def deliver(market: Market, *, times: int = 1) -> None:
    """Let the sweep find what was due a moment ago, and the worker do it, each message ``times`` over."""
    market.world.clock.travel(microseconds=1)
    sweep_due.handler({}, None)
    for message in market.world.take(DUE):
        for _ in range(times):
            event = sample("end_course", "due")
            event["Records"][0]["body"] = json.dumps(message.body)
            assert worker.handler(event, None) == {"batchItemFailures": []}


def state(market: Market, who: Someone) -> str:
    return str(market.purchases(who)[0]["state"])


def test_a_course_ends_when_its_grace_period_is_over_and_not_before(market: Market, who: Someone, code: str) -> None:
    market.attend(code)
    until(market, code, microseconds=1)
    deliver(market)
    assert (state(market, who), market.redeem_code(code).state) == ("AUTHORISED", "REDEEMED")
    market.world.take()
    seats = market.seats()
    deliver(market, times=2)
    assert (state(market, who), market.redeem_code(code).state) == ("NOT_COMPLETED", "NOT_COMPLETED")
    assert market.balance(who) == {"available": GRANTED - PRICE, "reserved": 0, "spent": 0, "forfeited": PRICE}
    assert market.seats() == seats
    notices = [message.body for message in market.world.take() if message.body.get("kind") == "COURSE_NOT_COMPLETED"]
    assert [notice["person_id"] for notice in notices] == [who.person_id]
    assert not [item for item in market.world.items("programme") if item.get("due_shard", "").startswith("COURSE#")]
    sweep_due.handler({}, None)
    assert market.world.take(DUE) == []


def test_a_course_that_never_began_ends_too_and_the_next_may_be_bought(market: Market, who: Someone, code: str) -> None:
    until(market, code)
    deliver(market)
    assert state(market, who) == "NOT_COMPLETED"
    market.offer("C2", "S2")
    market.world.clock.move(minutes=1)
    assert market.buy(invoice="INV-2", course_code="C2", schedule_code="S2")["redeem_code"] != code
    answer = market.call("lpk", "/payment/redeem-code/status", {"redeem_code": code})[1]["data"]
    assert (answer["status"], answer["attendance_status"]) == (0, 0)


def test_the_price_returns_where_the_scheme_says_so(
    market: Market, who: Someone, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = replace(load_scheme(market.world.table, "NORMAL_2023", 2), if_not_completed=IfNotCompleted.RETURN)
    monkeypatch.setattr(finishing, "load_scheme", lambda *_: scheme)
    until(market, code)
    deliver(market)
    assert market.balance(who) == {"available": GRANTED, "reserved": 0, "spent": 0, "forfeited": 0}


def test_what_is_completed_or_cancelled_is_not_due_any_more(market: Market, who: Someone, code: str) -> None:
    market.complete(code)
    until(market, code)
    sweep_due.handler({}, None)
    assert market.world.take(DUE) == []
    before = market.world.items("programme")
    finishing.end_course(market.world.platform, redeem_code=code)
    assert market.world.items("programme") == before
    assert market.balance(who)["spent"] == PRICE


def test_a_late_or_strange_message_changes_nothing(market: Market, who: Someone, code: str) -> None:
    before = market.world.items("programme")
    for redeem_code in (code, "UNKNOWN"):
        finishing.end_course(market.world.platform, redeem_code=redeem_code)
    assert market.world.items("programme") == before


def _feedback(market: Market, code: str) -> Callable[[], object]:
    return lambda: market.feedback(code)


def _attend(market: Market, code: str) -> Callable[[], object]:
    state = market.state(code, POST_TEST)
    return lambda: market.present(state)


@pytest.mark.parametrize("last", [_feedback, _attend])
@pytest.mark.parametrize("proof_wins", [True, False])
def test_the_last_proof_against_the_end(
    market: Market, who: Someone, code: str, last: Callable[[Market, str], Callable[[], Any]], proof_wins: bool
) -> None:
    """Whoever commits first; the money moves once, and both are told the truth afterwards."""
    market.attend(code, 1)
    market.attend(code, 2)
    market.submit(code)
    if last is _feedback:
        market.attend(code, POST_TEST)
    else:
        market.feedback(code)
    until(market, code, seconds=30)
    prove = last(market, code)
    p = market.world.platform

    def end() -> None:
        market.world.clock.travel(seconds=60)
        finishing.end_course(p, redeem_code=code)

    def in_time() -> None:
        market.world.clock.travel(seconds=-60)
        prove()
        market.world.clock.travel(seconds=60)

    if proof_wins:
        market.world.clock.travel(seconds=60)
        market.before_commit(in_time)
        finishing.end_course(p, redeem_code=code)
        assert state(market, who) == "COMPLETED"
        assert market.balance(who)["spent"] == PRICE
    else:
        market.before_commit(end)
        try:
            assert prove()[0] == 400
        except CourseOver:
            assert last is _attend
        assert state(market, who) == "NOT_COMPLETED"
        assert market.balance(who)["forfeited"] == PRICE
    assert sum(market.balance(who).values()) == GRANTED
