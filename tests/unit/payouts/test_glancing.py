"""Today, looked at hourly: what cannot wait is told, and nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.balance import ledger_totals
from prakerja.payouts.messages import PayoutToldOf
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service.reconciling import reconcile_day
from prakerja.payouts.statements import StatementAnswer, StatementEntry, StatementStatus
from prakerja.payouts.store.reconciliations import load_day
from prakerja.platform.clock import wib_date
from tests.support.reconciled import AMOUNT, BANK, Day
from tests.support.world import World


class Told:
    """A provider that only tells a statement."""

    def __init__(self) -> None:
        self.entries: list[StatementEntry] = []
        self.status = StatementStatus.KNOWN
        self.asked: list[tuple[datetime, datetime]] = []

    def external_id(self, at: datetime, digits: str) -> str:
        return digits

    def statement(self, start: datetime, end: datetime, external_id: Callable[[], str]) -> StatementAnswer:
        self.asked.append((start, end))
        entries = tuple(entry for entry in self.entries if start <= entry.at < end)
        return StatementAnswer(self.status, entries, None, None, "2001400", "", ())


class Today(Day):
    """A day that goes on: it is 15:00 WIB."""

    def __init__(self, world: World) -> None:
        world.clock.now = world.clock.now.replace(hour=8, minute=0)
        self.bank = Told()
        super().__init__(world, {BANK: self.bank})  # type: ignore[dict-item]

    def says(self, reference: str, number: str, amount: int = AMOUNT, *, ago: int = 5, incoming: bool = False) -> None:
        """A line of the statement, ``ago`` minutes old."""
        at = self.world.clock.now - timedelta(minutes=ago)
        self.bank.entries.append(StatementEntry(reference or None, number, at, amount, incoming, True, ""))

    def look(self) -> list[tuple[str, dict[str, Any]]]:
        """One hourly look; answers what was told."""
        assert reconcile_day(self.p, self.providers, self.files, provider=BANK, day=self.day) is None
        return self.findings()

    def unchanged(self) -> bool:
        """Neither a report nor a booking."""
        totals = ledger_totals(self.world.table, wib_date(self.world.clock.programme()))
        return load_day(self.world.table, BANK, self.day).version == 0 and totals.transfers == 0


@pytest.fixture
def day(world: World) -> Today:
    return Today(world)


def test_what_agrees_or_may_still_come_is_told_to_nobody(day: Today) -> None:
    day.says(day.attempt(PayoutState.PAID), "N1")
    day.attempt(PayoutState.PAID)  # its row may come within minutes
    day.attempt(PayoutState.UNKNOWN)
    day.attempt(PayoutState.FAILED)
    assert day.look() == []
    assert day.unchanged()
    assert day.world.take(PayoutToldOf.topic) == []


def test_what_cannot_wait_is_told_once(day: Today) -> None:
    twice, failed, back = (day.attempt(state) for state in (PayoutState.PAID, PayoutState.FAILED, PayoutState.PAID))
    day.says(twice, "N1")
    day.says(twice, "N2")
    day.says(failed, "N3")
    day.says(back, "N4")
    day.says(back, "N5", incoming=True)
    day.says("", "N6", 123)
    day.says(day.attempt(PayoutState.PAID), "N7", AMOUNT - 1)
    kinds = ["AMOUNT_DIFFERS", "RETURNED_LATER", "THEIRS_NOT_OURS", "THEIRS_NOT_OURS", "TWICE_AT_THEIRS"]
    first = day.look()
    assert sorted(kind for kind, _ in first) == kinds
    assert day.look() == first, "the same facts again are the same findings"
    assert day.unchanged()
    day.morning()
    report = day.reconcile()
    assert report is not None
    later = day.findings()
    told = {(kind, body["subject_id"]) for kind, body in first}
    assert told <= {(kind, body["subject_id"]) for kind, body in later}, "the day's own comparison means the same cases"


def test_theirs_knows_the_end_of_what_is_unknown_to_us(day: Today) -> None:
    day.says(day.attempt(PayoutState.UNKNOWN), "N1")
    assert day.look() == [], "no case: an inquiry will clear it up"
    assert len(day.world.take(PayoutToldOf.topic)) == 1


def test_only_the_last_hours_are_asked_for(day: Today) -> None:
    day.says("", "N1", 123, ago=190)
    day.says("", "N2", 124, ago=115)
    (found,) = day.look()
    assert found[1]["facts"]["their_amount"] == 124
    now = day.world.clock.now
    assert day.bank.asked == [(now - timedelta(hours=2), now - timedelta(hours=1)), (now - timedelta(hours=1), now)]


def test_just_after_midnight_nothing_of_yesterday_is_asked_for(day: Today) -> None:
    day.world.clock.now = day.world.clock.now.replace(hour=17, minute=20)  # 00:20 WIB of the next day
    day.day = wib_date(day.world.clock.now)
    assert day.look() == []
    assert [end - start for start, end in day.bank.asked] == [timedelta(minutes=20)]


@pytest.mark.parametrize("status", [StatementStatus.NOT_SUPPORTED, StatementStatus.UNAVAILABLE])
def test_a_provider_that_tells_nothing_today_is_left_alone(day: Today, status: StatementStatus) -> None:
    day.bank.status = status
    day.says("", "N1", 123)
    assert day.look() == []
    assert day.unchanged()
    assert len(day.bank.asked) == 1
