"""The close of a ledger day: recomputed from transfers, carried forward, the same however often it is closed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.balance import FUND, LedgerNotClosed, PayoutMove, ledger_totals, payout_part
from prakerja.balance import service as closing
from prakerja.balance.closing import LedgerClose, add_up, close_of
from prakerja.balance.errors import DayNotOver
from prakerja.balance.messages import LedgerDayClosed, ShardToClose
from prakerja.balance.model import LedgerTotals, Transfer
from prakerja.platform.clock import wib_date
from tests.support.world import World

ACCOUNTS = [FUND, "IN_FLIGHT:BNI", "PAID:BNI", "MEMBER:m-1:AVAILABLE", "MEMBER:m-2:AVAILABLE", "SPENT:BISA01"]
DAY = date(2026, 1, 15)
AT = datetime(2026, 1, 15, 3, tzinfo=UTC)


def book(world: World, move: PayoutMove, reference: str, amount: int = 600_000) -> None:
    world.table.commit(payout_part(move, "BNI", amount, reference, world.clock.programme()))


def work_off(world: World) -> None:
    """Deliver what waits, as the queue would, until nothing does."""
    while messages := world.take(ShardToClose.topic):
        for message in messages:
            asked = ShardToClose.model_validate(message.body)
            closing.close_shard(world.platform, day=asked.day, shard=asked.shard)


def close_night(world: World) -> None:
    closing.begin_close(world.platform)
    work_off(world)


def test_days_are_closed_in_order_and_balances_are_carried_forward(world: World) -> None:
    first = wib_date(world.clock.programme())
    book(world, PayoutMove.RESERVE, "P1")
    book(world, PayoutMove.RESERVE, "P2")
    world.clock.travel(days=2)
    book(world, PayoutMove.POST, "P1")
    world.clock.travel(days=1)
    close_night(world)
    days = [closing.read_day(world.platform, first + timedelta(days=n)) for n in range(3)]
    assert all(isinstance(day, LedgerClose) for day in days)
    assert [day.transfers for day in days] == [2, 0, 1]
    assert [dict(day.balances) for day in days if isinstance(day, LedgerClose)] == [
        {FUND: -1_200_000, "IN_FLIGHT:BNI": 1_200_000},
        {FUND: -1_200_000, "IN_FLIGHT:BNI": 1_200_000},
        {FUND: -1_200_000, "IN_FLIGHT:BNI": 600_000, "PAID:BNI": 600_000},
    ]
    assert ledger_totals(world.table, first).credits == days[0].credits, "the close is what the transfers say"


def test_closing_again_is_the_same(world: World) -> None:
    book(world, PayoutMove.RESERVE, "P1")
    world.clock.travel(days=1)
    close_night(world)
    assert [message.topic for message in world.take()] == [LedgerDayClosed.topic]
    before = world.items("programme")
    close_night(world)
    assert world.items("programme") == before
    assert not world.messages(), "nothing was found"


def test_a_booking_into_a_closed_day_is_found(world: World) -> None:
    book(world, PayoutMove.RESERVE, "P1")
    late = world.clock.programme()
    world.clock.travel(days=1)
    close_night(world)
    closed = closing.read_day(world.platform, wib_date(late))
    world.table.commit(payout_part(PayoutMove.RESERVE, "BNI", 1, "too late", late))
    close_night(world)
    (found,) = world.take("cases.needed.v1")
    assert found.body["kind"] == "TIE_OUT_DIFFERS"
    assert found.body["facts"]["day"] == wib_date(late).isoformat()
    assert closing.read_day(world.platform, wib_date(late)) == closed, "a closed day never changes"


def test_a_day_that_goes_on_cannot_be_closed(world: World) -> None:
    with pytest.raises(DayNotOver):
        closing.close_shard(world.platform, day=wib_date(world.clock.programme()), shard="00")
    assert closing.begin_close(world.platform) == [wib_date(world.clock.programme()) - timedelta(days=1)]


def test_today_is_read_only_as_long_as_it_is_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    today = wib_date(world.clock.programme())
    for number in range(4):
        book(world, PayoutMove.RESERVE, f"P{number}")
    read = closing.read_day(world.platform, today)
    assert isinstance(read, LedgerTotals)
    assert (read.transfers, read.net("IN_FLIGHT:BNI")) == (4, 2_400_000)
    monkeypatch.setattr(closing, "READ_AT_ONCE", 3)
    with pytest.raises(LedgerNotClosed):
        closing.read_day(world.platform, today)


def test_a_shard_that_dies_before_the_last_is_finished_by_its_repeat(world: World) -> None:
    book(world, PayoutMove.RESERVE, "P1")
    day = wib_date(world.clock.programme())
    world.clock.travel(days=1)
    closing.begin_close(world.platform)
    (*early, last) = [ShardToClose.model_validate(message.body) for message in world.take(ShardToClose.topic)]
    for message in (*early, *early):
        assert closing.close_shard(world.platform, day=day, shard=message.shard) is None
    assert closing.close_shard(world.platform, day=day, shard=last.shard) is not None


transfers = st.builds(
    lambda number, ways, amount: Transfer(f"t-{number}", "KIND", f"r-{number}", ways[0], ways[1], amount, AT),
    st.integers(0, 10**6),
    st.permutations(ACCOUNTS).map(lambda names: names[:2]),
    st.integers(1, 10**9),
)


@given(
    st.lists(st.lists(transfers, max_size=6), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(ACCOUNTS), st.integers(1, 10**6)),
)
def test_debits_are_credits_and_balances_move_by_what_was_booked(
    shards: list[list[Transfer]], held: dict[str, int]
) -> None:
    before = {**held, FUND: held.get(FUND, 0) - sum(held.values())}
    close = close_of(DAY, [add_up(DAY, f"{n:02d}", shard) for n, shard in enumerate(shards)], before)
    assert sum(close.debits.values()) == sum(close.credits.values()) == sum(t.amount for s in shards for t in s)
    expected = Counter(before)
    expected.update(close.credits)
    expected.subtract(close.debits)
    assert close.balances == {name: amount for name, amount in expected.items() if amount}
    assert sum(close.balances.values()) == 0


def test_a_carry_that_does_not_balance_is_refused() -> None:
    with pytest.raises(ValueError, match="are not credits"):
        close_of(DAY, [], {"PAID:BNI": 5})


def test_one_transfer_more_or_less_gives_another_digest(world: World) -> None:
    at = world.clock.programme()
    one = Transfer("t-1", "KIND", "r", FUND, "PAID:BNI", 5, at)
    two = Transfer("t-2", "KIND", "r", FUND, "PAID:BNI", 5, at)
    digests = {add_up(DAY, "00", found).digest for found in ([], [one], [two], [one, two])}
    assert len(digests) == 4
