"""An institution redeems a code and reports evidence; what is another's looks as if it did not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prakerja.training.model.catalogue import POST_TEST
from tests.support.market import PRICE, STATUS, Market, refused
from tests.support.world import World


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# repeats ------------------------------------------------------------------------------------------------------------
def test_committing_twice_answers_the_same(market: Market) -> None:
    market.member()
    code = market.buy()["redeem_code"]
    first = market.redeem(code)
    market.world.clock.move(hours=1)
    assert market.redeem(code) == first
    assert first[1]["data"]["status"] == 1


def test_reporting_twice_changes_nothing(market: Market) -> None:
    who = market.member()
    code = market.buy()["redeem_code"]
    market.complete(code)
    before = market.world.items("programme")
    for sequence in (1, 2, POST_TEST):
        assert market.report(code, sequence)[1]["data"]["completed"] is True
    assert market.world.items("programme") == before
    assert market.membership(who)["completed_count"] == 1


# redeeming and learning ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "ask",
    [
        lambda market, code: market.call("bkk", STATUS, {"redeem_code": code}),
        lambda market, code: market.redeem(code, "bkk"),
        lambda market, code: market.report(code, 1, partner="bkk"),
    ],
)
def test_another_institutions_code_looks_unknown(market: Market, ask: Callable[[Market, str], Any]) -> None:
    market.member()
    code = market.buy()["redeem_code"]
    before = market.world.items("programme")
    assert refused(ask(market, code), "ERRTRX40031") == refused(ask(market, "UNKNOWN00000"), "ERRTRX40031")
    assert market.world.items("programme") == before


def test_evidence_needs_a_redeemed_code_and_a_session_that_exists(market: Market) -> None:
    market.member()
    code = market.buy()["redeem_code"]
    refused(market.report(code, 1), "ERRTRX40033")
    market.redeem(code)
    refused(market.report(code, 3), "ERRTRX40034")
    refused(market.report(code, 0), "ERRREQ40002")
    tomorrow = "2099-01-01T00:00:00Z"
    refused(market.report(code, 1, completed_at=tomorrow), "ERRTRX40036")


@pytest.mark.parametrize(
    "wrong",
    [
        {"passed": "true"},
        {"passed": 1},
        {"passed": None},
        {"score": 101},
        {"score": 1.5},
        {"completed_at": "yesterday"},
        {"completed_at": "2026-01-20T09:30:00"},
        {"completed_at": "0001-01-01T00:00:00+14:00"},
        {"completed_at": 1768446000},
        {"sequence": "1"},
    ],
)
def test_evidence_with_wrong_fields_is_refused(market: Market, wrong: dict[str, Any]) -> None:
    market.member()
    code = market.buy()["redeem_code"]
    market.redeem(code)
    body = {"redeem_code": code, "sequence": 1, "passed": True, **wrong}
    refused(market.call("lpk", "/training/evidence", body), "ERRREQ40002")


def test_a_failed_post_test_may_be_passed_later_but_not_the_other_way(market: Market) -> None:
    who = market.member()
    code = market.buy()["redeem_code"]
    market.redeem(code)
    for sequence in (1, 2):
        market.report(code, sequence)
    assert market.report(code, POST_TEST, passed=False, score=40)[1]["data"]["completed"] is False
    assert market.balance(who)["spent"] == 0
    assert market.report(code, POST_TEST, score=80)[1]["data"]["completed"] is True
    refused(market.report(code, POST_TEST, passed=False), "ERRTRX40035")
    assert market.balance(who)["spent"] == PRICE


def test_the_old_name_of_the_field_is_read(market: Market) -> None:
    market.member()
    code = market.buy()["redeem_code"]
    assert market.call("lpk", STATUS, {"code": code})[1]["data"]["redeem_code"] == code
