"""The balance's own rules; that rupiah are conserved in any order is shown by the state machine in tests/properties."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from prakerja.balance import (
    FUND,
    Balance,
    NotEnoughBalance,
    balance_from_item,
    grant_parts,
    ledger_totals,
    load_balance,
    member_account,
    post_parts,
    reserve_parts,
    spent_account,
    transfer_part,
    transfers_of,
)
from prakerja.balance.api import BalanceView
from prakerja.balance.model import Move, account_class
from prakerja.platform.access_patterns import BALANCE
from prakerja.platform.problems import Conflict
from tests.support.world import World

FULL = Balance("p1", granted=100, available=100)


@pytest.mark.parametrize(
    ("available", "reserved", "spent", "forfeited"),
    [(99, 0, 0, 0), (101, 0, 0, 0), (150, -50, 0, 0), (50, 50, 1, 0), (100, 0, 0, 1)],
)
def test_buckets_that_do_not_add_up_cannot_exist(available: int, reserved: int, spent: int, forfeited: int) -> None:
    with pytest.raises(ValueError, match="granted 100 is not"):
        Balance("p1", 100, available, reserved, spent, forfeited)


def test_a_stored_balance_that_was_tampered_with_is_not_read(world: World) -> None:
    world.table.commit(*grant_parts("p1", 100, "w1", world.clock.programme()))
    item = world.table.get(BALANCE, person_id="p1")
    assert item is not None
    assert balance_from_item(item) == FULL
    with pytest.raises(ValueError):
        balance_from_item({**item, "available": 101})


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_cannot_be_moved(amount: int) -> None:
    with pytest.raises(ValueError):
        FULL.after(Move.RESERVE, amount)


def test_the_last_rupiah_can_be_reserved_and_not_one_more() -> None:
    assert FULL.after(Move.RESERVE, 100).available == 0
    with pytest.raises(NotEnoughBalance):
        FULL.after(Move.RESERVE, 101)
    with pytest.raises(NotEnoughBalance):
        FULL.after(Move.POST, 1)


def test_spending_names_who_earns(world: World) -> None:
    now = world.clock.programme()
    held = FULL.after(Move.RESERVE, 60)
    with pytest.raises(ValueError, match="by which institution"):
        post_parts(held, 60, "c1", now, institution="")


def test_a_day_of_the_ledger_is_a_day_in_jakarta(world: World) -> None:
    late = datetime(2026, 1, 15, 16, 59, 59, tzinfo=UTC)
    midnight = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)
    world.table.commit(*grant_parts("p1", 100, "w1", late))
    balance = load_balance(world.table, "p1")
    assert balance is not None
    world.table.commit(*reserve_parts(balance, 60, "c1", midnight))
    first, second = ledger_totals(world.table, date(2026, 1, 15)), ledger_totals(world.table, date(2026, 1, 16))
    assert (first.transfers, first.net(FUND), first.net("MEMBER:AVAILABLE")) == (1, -100, 100)
    assert (second.transfers, second.net("MEMBER:AVAILABLE"), second.net("MEMBER:RESERVED")) == (1, -60, 60)
    assert ledger_totals(world.table, date(2026, 1, 17)).amount == 0


def test_any_context_books_through_the_same_ledger(world: World) -> None:
    now = world.clock.programme()

    def book(amount: int = 600_000) -> bool:
        part = transfer_part(
            kind="PAYOUT", reference="payout-1", debit=FUND, credit="IN_FLIGHT:BNI", amount=amount, at=now
        )
        return world.table.commit(part).repeated

    assert not book()
    assert book(), "the same booking again is a repeat"
    with pytest.raises(Conflict):
        book(1)
    (transfer,) = transfers_of(world.table, date(2026, 1, 15))
    assert (transfer.debit, transfer.credit, transfer.amount) == (FUND, "IN_FLIGHT:BNI", 600_000)


@pytest.mark.parametrize(
    ("debit", "credit", "amount"), [(FUND, FUND, 1), (FUND, "PAID:BNI", 0), (FUND, "PAID:BNI", -5)]
)
def test_what_is_no_transfer(world: World, debit: str, credit: str, amount: int) -> None:
    with pytest.raises(ValueError):
        transfer_part(kind="X", reference="1", debit=debit, credit=credit, amount=amount, at=world.clock.programme())


def test_totals_do_not_name_members() -> None:
    assert account_class(member_account("p1", "available")) == "MEMBER:AVAILABLE"
    assert account_class(spent_account("lpk")) == "SPENT:lpk"
    assert account_class(FUND) == FUND


def test_the_view_adds_up() -> None:
    view = BalanceView.of(FULL.after(Move.RESERVE, 60))
    assert view.granted == view.available + view.reserved + view.spent + view.forfeited
