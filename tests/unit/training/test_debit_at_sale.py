"""The scheme of 2020 under the same commands: no account needed, the balance is debited at the sale."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from prakerja.balance import FUND, grant_parts, ledger_totals, spent_account
from prakerja.membership import grant_membership_parts, latest_scheme, seed_schemes
from prakerja.platform.clock import WIB, wib_date
from tests.support.market import CARD, PRICE, Market, refused
from tests.support.people import Someone, plant_person, someone
from tests.support.world import World


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def member(market: Market) -> Someone:
    """Decreed today under the rules of 2020, so that wall and programme time need not be moved years back."""
    who = plant_person(market.world, someone(1))
    seed_schemes(market.world.platform)
    scheme, now = latest_scheme("SEMI_BANSOS_2020", date(2020, 6, 1)), market.world.clock.programme()
    market.world.table.commit(
        *grant_membership_parts(who.person_id, CARD, "wave-1", scheme, now),
        *grant_parts(who.person_id, scheme.training_balance, "wave-1", now),
    )
    return who


def test_the_price_is_spent_at_the_sale_and_not_again(market: Market, member: Someone) -> None:
    day = wib_date(market.world.clock.programme())
    code = market.buy()["redeem_code"]
    spent = {"available": 1_000_000 - PRICE, "reserved": 0, "spent": PRICE, "forfeited": 0}
    assert market.balance(member) == spent
    market.complete(code)
    assert market.balance(member) == spent
    totals = ledger_totals(market.world.table, day)
    assert (totals.net(FUND), totals.net(spent_account("lpk"))) == (-1_000_000, PRICE)


def test_a_cancelled_sale_is_refunded(market: Market, member: Someone) -> None:
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    assert market.call("toko", "/payment/void", void)[0] == 200
    assert market.balance(member) == {"available": 1_000_000, "reserved": 0, "spent": 0, "forfeited": 0}
    totals = ledger_totals(market.world.table, wib_date(market.world.clock.programme()))
    assert totals.net(spent_account("lpk")) == 0


def test_the_smaller_balance_is_the_limit(market: Market, member: Someone) -> None:
    market.offer("DEAR", "S1", price=1_000_001)
    refused(market.ask(course_code="DEAR", amount=1_000_001), "ERRTRX40016")


def test_thirty_days_for_the_first_purchase(market: Market, member: Someone) -> None:
    deadline = market.membership(member)["purchase_deadline_at"]
    last = wib_date(datetime.fromisoformat(deadline)).toordinal() - 1
    first = market.world.clock.programme().astimezone(WIB).date().toordinal()
    assert last - first + 1 == 30
