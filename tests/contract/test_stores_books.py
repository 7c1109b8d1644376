"""The books on both engines: a day is closed and carried forward, a provider's day is compared, once and again the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from prakerja.balance import LedgerClose, PayoutMove, ledger_totals, payout_part
from prakerja.balance.messages import LedgerDayClosed, ShardToClose
from prakerja.balance.service import begin_close, close_shard, read_day
from prakerja.payouts.errors import BookedOtherwise
from prakerja.payouts.model import PayoutState
from prakerja.payouts.store.reconciliations import booked_once
from prakerja.platform.clock import wib_date
from tests.support.cloud import Cloud
from tests.support.moto_truth import truthful
from tests.support.reconciled import AMOUNT, BANK, Day, counts
from tests.support.statements import line
from tests.support.world import World, new_world


@pytest.fixture
def moto() -> Iterator[World]:
    with mock_aws(), truthful():
        yield new_world()


@pytest.fixture
def emulated(cloud: Cloud, request: pytest.FixtureRequest) -> World:
    prefix = str(request.node.name).partition("[")[0].replace("_", "-")
    return World(cloud.client("dynamodb"), cloud.client("kms"), prefix=f"{prefix}-")


@pytest.fixture(params=["moto", pytest.param("emulated", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue(request.param)
    return world


def test_a_day_is_closed_the_same_twice(engine: World) -> None:
    day = wib_date(engine.clock.programme())
    for number in range(40):
        engine.table.commit(payout_part(PayoutMove.RESERVE, BANK, AMOUNT, f"P{number}", engine.clock.programme()))
    engine.clock.travel(days=1)
    for _ in range(2):
        begin_close(engine.platform)
        for message in engine.take(ShardToClose.topic):
            asked = ShardToClose.model_validate(message.body)
            close_shard(engine.platform, day=asked.day, shard=asked.shard)
    close = read_day(engine.platform, day)
    assert isinstance(close, LedgerClose)
    assert close.balances == {"FUND": -40 * AMOUNT, f"IN_FLIGHT:{BANK}": 40 * AMOUNT}
    assert [sent.topic for sent in engine.messages()] == [LedgerDayClosed.topic]


def test_a_day_is_compared_the_same_twice(engine: World) -> None:
    day = Day(engine)
    paid = [day.attempt(PayoutState.PAID) for _ in range(30)]
    day.morning()
    rows = [line("PAYOUT", AMOUNT, ref, f"N{n}") for n, ref in enumerate(paid[1:])]
    lines = [*rows, line("PAYOUT", 5, "X", "N99")]
    day.hand_in(*lines)
    first = day.reconcile()
    day.hand_in(*lines)
    assert day.reconcile() == first
    assert counts(first) == {"MATCHED": 29, "OURS_NOT_THEIRS": 1, "THEIRS_NOT_OURS": 1}
    assert sorted(kind for kind, _ in day.findings()) == ["OURS_NOT_THEIRS", "THEIRS_NOT_OURS"]
    assert ledger_totals(engine.table, wib_date(engine.clock.programme())).net(f"SUSPENSE:{BANK}") == 5


def test_a_booking_is_made_once_on_whatever_day_it_is_repeated(engine: World) -> None:
    day = wib_date(engine.clock.wall())
    for _ in range(2):
        engine.table.commit(*booked_once(PayoutMove.FEE, BANK, day, "fees", 7, engine.clock.programme()))
        engine.clock.travel(days=1)
    with pytest.raises(BookedOtherwise):
        engine.table.commit(*booked_once(PayoutMove.FEE, BANK, day, "fees", 8, engine.clock.programme()))
    days = (wib_date(engine.clock.programme()), day)
    assert sum(ledger_totals(engine.table, one).net(f"FEES:{BANK}") for one in days) == 7
