"""The end of a membership with a course bought: cancelled, or not completed, as the scheme says; every rupiah is somewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.balance import FUND, ledger_totals
from prakerja.membership import IfNotCompleted, RevocationReason, load_membership, load_scheme
from prakerja.membership.store import revoke_part
from prakerja.platform.clock import wib_date
from prakerja.training.service import ending, finishing
from tests.support.market import CARD, PRICE, Market
from tests.support.people import Someone
from tests.support.world import World

GRANTED = 3_500_000


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def who(market: Market) -> Someone:
    return market.member()


def end(market: Market, who: Someone) -> None:
    world = market.world
    membership = load_membership(world.table, who.person_id)
    assert membership is not None
    now = world.clock.programme()
    world.table.commit(revoke_part(membership, RevocationReason.FRAUD, now, now))
    for _ in range(2):
        ending.end_learning(world.platform, person_id=who.person_id)
    balance = market.balance(who)
    assert sum(balance.values()) == GRANTED
    days = [ledger_totals(world.table, wib_date(now - timedelta(days=days))) for days in range(20)]
    assert -sum(totals.net(FUND) for totals in days) == GRANTED
    assert sum(totals.net("FORFEITED") for totals in days) == balance["forfeited"]


def test_a_course_that_has_not_begun_is_cancelled_and_its_seat_is_free(market: Market, who: Someone) -> None:
    seats = market.seats()
    code = market.buy()["redeem_code"]
    end(market, who)
    assert market.balance(who) == {"available": 0, "reserved": 0, "spent": 0, "forfeited": GRANTED}
    assert market.seats() == seats
    assert [one["state"] for one in market.purchases(who)] == ["CANCELLED"]
    assert market.redeem(code)[0] != 200
    assert "open_purchase_id" not in market.membership(who)


@pytest.mark.parametrize("rule", IfNotCompleted)
def test_a_course_that_has_begun_ends_as_the_scheme_says(
    market: Market, who: Someone, rule: IfNotCompleted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = replace(load_scheme(market.world.table, "NORMAL_2023", 2), if_not_completed=rule)
    monkeypatch.setattr(finishing, "load_scheme", lambda *_: scheme)
    code = market.buy()["redeem_code"]
    market.redeem(code)
    end(market, who)
    assert market.balance(who) == {"available": 0, "reserved": 0, "spent": 0, "forfeited": GRANTED}
    moves = [one["kind"] for one in market.world.items("programme") if one["pk"].startswith("LEDGER#")]
    assert ("FORFEIT" in moves) == (rule is IfNotCompleted.FORFEIT)
    assert ("VOID" in moves) == (rule is IfNotCompleted.RETURN)
    assert market.send(code)[0] != 200


def test_what_was_learned_is_paid_for(market: Market, who: Someone) -> None:
    market.complete(market.buy()["redeem_code"])
    end(market, who)
    assert market.balance(who) == {"available": 0, "reserved": 0, "spent": PRICE, "forfeited": GRANTED - PRICE}


def test_nothing_is_sold_to_a_former_member(market: Market, who: Someone) -> None:
    end(market, who)
    status, answer = market.ask(card=CARD)
    assert status != 200, answer
    assert market.balance(who)["forfeited"] == GRANTED


def test_a_member_who_was_not_revoked_keeps_the_course(market: Market, who: Someone) -> None:
    market.buy()
    ending._end_course(market.world.platform, who.person_id)
    assert market.balance(who)["reserved"] == PRICE
