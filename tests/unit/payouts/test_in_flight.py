"""What the ledger has in flight at the close of a day is what the attempts that were open then add up to: nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from functions.reconcile_payouts.handler import work
from prakerja.balance import LedgerDayClosed, PayoutMove, ShardToClose, payout_part
from prakerja.balance.service import begin_close, close_shard
from prakerja.payouts.messages import InFlightToCompare
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import tying
from prakerja.payouts.service.tying import compare_in_flight
from prakerja.platform.access_patterns import PAYOUT
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import update
from tests.support.payout_office import Office, at_wib
from tests.support.payout_world import AMOUNT, PayoutWorld


class Books:
    """Payouts of which some are still open at midnight."""

    def __init__(self, *faults: str, people: int = 6) -> None:
        self.world = PayoutWorld(seed=3, people=people)
        for fault in faults:
            self.world.engine.add_fault(fault, permille=500, for_seconds=200_000)
        Office(self.world).run()
        self.day = wib_date(self.world.clock.programme())

    def close(self) -> date:
        """Go on to a quarter to one of the next day, and close the day."""
        self.world.play(until=at_wib(self.world.clock.now, 1, 0) + timedelta(minutes=45))
        begin_close(self.world.p)
        closed: list[date] = []
        while messages := self._posted(ShardToClose.topic):
            for body in messages:
                asked = ShardToClose.model_validate_json(body)
                close_shard(self.world.p, day=asked.day, shard=asked.shard)
        closed += [LedgerDayClosed.model_validate_json(body).day for body in self._posted(LedgerDayClosed.topic)]
        (day,) = closed
        return day

    def compare(self, day: date) -> Mapping[str, int]:
        return compare_in_flight(self.world.p, day=day)

    def again(self) -> list[dict[str, Any]]:
        """The looks that were asked for."""
        return [
            InFlightToCompare.model_validate_json(body).model_dump() for body in self._posted(InFlightToCompare.topic)
        ]

    def cases(self) -> list[str]:
        self.world.play(until=self.world.clock.now)
        return sorted(subject for kind, subject in self.world.watch.cases if kind == "TIE_OUT_DIFFERS")

    def _posted(self, topic: str) -> list[str]:
        found = [one for one in self.world.waiting if one.topic == topic]
        self.world.waiting = [one for one in self.world.waiting if one.topic != topic]
        return [one.body for one in found]

    def stray(self, provider: str, amount: int) -> None:
        """Money in flight for nobody: no command of ours does that."""
        at = self.world.clock.programme()
        self.world.p.table.commit(payout_part(PayoutMove.RESERVE, provider, amount, "stray", at))


@pytest.mark.parametrize("faults", [(), ("F11",), ("F25",), ("F05", "F12"), ("F13",), ("F30", "F04")])
def test_they_agree_whatever_is_open(faults: tuple[str, ...]) -> None:
    books = Books(*faults)
    day = books.close()
    assert day == books.day
    assert books.compare(day) == {}
    assert books.again() == []
    books.world.engine.faults.clear()
    books.world.play(until=at_wib(books.world.clock.now, 0, 12))
    assert books.compare(day) == {}, "whatever has ended since: at midnight it was as it was"


def test_there_was_something_in_flight() -> None:
    """Or the test above would prove nothing."""
    books = Books("F11")
    books.close()
    states = [payout.state for payout in books.world.watch.payouts.values()]
    assert PayoutState.UNKNOWN in states


def test_money_in_flight_for_nobody_is_a_case_at_the_second_look() -> None:
    books = Books("F11")
    books.stray("BNI", 700_000)
    day = books.close()
    assert books.compare(day) == {"BNI": 700_000}
    (again,) = books.again()
    assert again == {"day": day, "attempt": 2, "facts": {"BNI": 700_000}}
    assert books.cases() == []
    compare_in_flight(books.world.p, day=day, look=2, before={"BNI": 700_000})
    assert books.cases() == ["in-flight:BNI"]
    assert books.again() == []


def test_an_open_attempt_without_its_money_is_a_case() -> None:
    books = Books()
    payout = next(iter(books.world.watch.payouts.values()))
    steps = [{"state": "UNKNOWN", "at": "2026-01-15T03:00:00.000000Z", "attempt": 1, "provider": payout.provider}]
    changed = update(PAYOUT, set={"state": "HELD", "history": steps}, payout_id=payout.payout_id)
    day = books.close()
    assert books.compare(day) == {}
    books.world.p.table.commit(changed)
    found = compare_in_flight(books.world.p, day=day, look=2, before={payout.provider: -AMOUNT})
    assert found == {}, "an end that was booked before midnight is not looked for: nothing says that it is open"
    from prakerja.payouts.store import relist  # what settling does for a payout that is held

    held = payout.to(PayoutState.HELD, books.world.clock.programme())
    books.world.p.table.commit(*relist(payout, False, held, False, books.world.clock.wall()))
    found = compare_in_flight(books.world.p, day=day, look=2, before={payout.provider: -AMOUNT})
    assert found == {payout.provider: -AMOUNT}
    assert books.cases() == [f"in-flight:{payout.provider}"]


def test_a_difference_that_goes_away_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of what is due may be behind by moments."""
    books = Books("F11")
    day = books.close()
    with monkeypatch.context() as behind:
        behind.setattr(tying, "perhaps_in_flight", lambda *_: iter(()))
        assert books.compare(day)
    (again,) = books.again()
    assert compare_in_flight(books.world.p, day=day, look=again["attempt"], before=again["facts"]) == {}
    assert (books.again(), books.cases()) == ([], [])


def test_a_day_that_is_not_closed_is_not_compared() -> None:
    books = Books(people=1)
    assert books.compare(books.day) == {}


def test_the_function_hands_both_messages_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr("functions.reconcile_payouts.handler.platform", lambda: None)
    monkeypatch.setattr("functions.reconcile_payouts.handler.compare_in_flight", lambda _, **how: asked.append(how))
    day = date(2026, 1, 14)
    work(LedgerDayClosed.topic, LedgerDayClosed(day=day).model_dump_json())
    work(InFlightToCompare.topic, InFlightToCompare(day=day, attempt=2, facts={"BNI": 5}).model_dump_json())
    assert asked == [{"day": day}, {"day": day, "look": 2, "before": {"BNI": 5}}]
