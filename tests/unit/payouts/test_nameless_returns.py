"""Money that comes in and names no reference of ours: a return by its number, funding by its type, else a person's business."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.balance import ledger_totals
from prakerja.payouts.messages import DayToReconcile, PayoutSaidReturned
from prakerja.payouts.model import PayoutState
from prakerja.payouts.reconciling.report import Report
from prakerja.payouts.service import comparison
from prakerja.payouts.statements import StatementEntry
from prakerja.platform.clock import wib_date
from tests.support.reconciled import AMOUNT, BANK, Day, counts
from tests.support.statements import line
from tests.support.world import World
from tests.unit.payouts.test_glancing import Today, Told


@pytest.fixture
def day(world: World) -> Day:
    return Day(world)


def compared(day: Day, *lines: str) -> Report:
    """The day by a file with these rows and balances that agree with money having come back."""
    day.morning()
    day.hand_in(line("OPENING", 2_000_000), *lines, line("CLOSING", 2_000_000))
    report = day.reconcile()
    assert report is not None
    return report


def statement(world: World, *entries: tuple[str, str, int, bool, str]) -> Day:
    """A day by the provider's own statement: (reference, number, amount, incoming, note) of each line."""
    bank = Told()
    day = Day(world, {BANK: bank})  # type: ignore[dict-item]
    at = world.clock.now
    bank.entries = [
        StatementEntry(reference or None, number, at + timedelta(minutes=n), amount, incoming, True, note)
        for n, (reference, number, amount, incoming, note) in enumerate(entries)
    ]
    return day


@pytest.mark.parametrize("word", ["RETURN", "REFUND", "CREDIT", "K"])
@pytest.mark.parametrize("first", ["payment", "return"])
def test_a_return_has_the_reference_of_the_payment_with_its_number(day: Day, word: str, first: str) -> None:
    ref = day.attempt(PayoutState.PAID)
    rows = [line("PAYOUT", AMOUNT, ref, "N1"), line(word, AMOUNT, "", "N1")]
    report = compared(day, *(rows if first == "payment" else reversed(rows)))
    assert counts(report) == {"MATCHED": 1, "NOT_A_PAYOUT": 2, "RETURNED_LATER": 1}
    assert (report.tie_out["returned"], report.tie_out["funded"], report.tie_out["difference"]) == (AMOUNT, 0, 0)
    assert [kind for kind, _ in day.findings()] == ["RETURNED_LATER"]
    assert len(day.world.take(PayoutSaidReturned.topic)) == 1


def test_a_return_has_the_reference_of_the_payout_that_was_told_its_number(day: Day) -> None:
    """The statement does not show the payment, or not under that number."""
    day.attempt(PayoutState.PAID, their_number="N1")
    other = day.attempt(PayoutState.PAID, their_number="N2")
    report = compared(day, line("PAYOUT", AMOUNT, other, "B7"), line("RETURN", AMOUNT, "", "N1"))
    assert counts(report) == {"MATCHED": 1, "NOT_A_PAYOUT": 2, "OURS_NOT_THEIRS": 1, "RETURNED_LATER": 1}


@pytest.mark.parametrize(("days", "found"), [(1, True), (3, True), (4, False)])
def test_a_return_on_a_later_day_goes_to_the_day_of_its_payment(day: Day, days: int, found: bool) -> None:
    ref = day.attempt(PayoutState.PAID, their_number="N1")
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    day.reconcile()
    later = day.day + timedelta(days=days)
    day.morning(days)
    day.hand_in(line("RETURN", AMOUNT, "", "N1"), day=later)
    day.world.take()
    assert counts(day.reconcile(later)) == ({"OTHER_DAY": 1} if found else {"THEIRS_NOT_OURS": 1})
    asked = [message.body["day"] for message in day.world.take(DayToReconcile.topic)]
    assert asked == ([day.day.isoformat()] if found else [])
    if found:
        assert counts(day.reconcile()) == {"MATCHED": 1, "RETURNED_LATER": 1}


@pytest.mark.parametrize("number", ["N9", ""])
def test_what_comes_in_from_nowhere_is_a_case_and_no_funding(day: Day, number: str) -> None:
    ref = day.attempt(PayoutState.PAID)
    report = compared(day, line("PAYOUT", AMOUNT, ref, "N1"), line("CREDIT", AMOUNT, "", number))
    assert counts(report) == {"MATCHED": 1, "NOT_A_PAYOUT": 2, "THEIRS_NOT_OURS": 1}
    ((kind, found),) = day.findings()
    assert (kind, found["facts"]["note"], found["facts"]["their_amount"]) == (
        "THEIRS_NOT_OURS",
        "money_came_in",
        AMOUNT,
    )
    assert (report.tie_out["returned"], report.tie_out["funded"]) == (AMOUNT, 0)
    assert ledger_totals(day.world.table, wib_date(day.world.clock.programme())).transfers == 0


def test_a_number_of_two_payments_names_neither(day: Day) -> None:
    one, two = day.attempt(PayoutState.PAID), day.attempt(PayoutState.PAID)
    rows = (line("PAYOUT", AMOUNT, ref, "N1") for ref in (one, two))
    report = compared(day, *rows, line("RETURN", AMOUNT, "", "N1"))
    assert counts(report) == {"MATCHED": 2, "NOT_A_PAYOUT": 2, "THEIRS_NOT_OURS": 1}


@pytest.mark.parametrize(("word", "remark"), [("FUNDING", ""), ("DEPOSIT", ""), ("CR", "SETORAN DANA")])
def test_what_is_called_funding_is_funding(day: Day, word: str, remark: str) -> None:
    ref = day.attempt(PayoutState.PAID)
    report = compared(day, line("PAYOUT", AMOUNT, ref, "N1"), line(word, AMOUNT, "", "N2", remark=remark))
    assert counts(report) == {"MATCHED": 1, "NOT_A_PAYOUT": 3}
    assert (report.tie_out["returned"], report.tie_out["funded"]) == (0, AMOUNT)
    assert day.findings() == []


def test_what_left_wrongly_leaves_suspense_by_a_return_without_its_reference(day: Day) -> None:
    ref = day.attempt(PayoutState.FAILED)
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    day.reconcile()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"), line("RETURN", AMOUNT, "", "N1"))
    assert counts(day.reconcile()) == {"MATCHED": 2}
    totals = ledger_totals(day.world.table, wib_date(day.world.clock.programme()))
    assert totals.net("SUSPENSE:BNI") == 0


def test_more_than_are_looked_up_are_a_case_of_many(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "KEPT_AT_MOST", 3)
    refs = [day.attempt(PayoutState.PAID) for _ in range(8)]
    paid = (line("PAYOUT", AMOUNT, ref, f"N{n}") for n, ref in enumerate(refs))
    report = compared(day, *paid, *(line("RETURN", AMOUNT, "", f"N{n}") for n in range(8)))
    assert counts(report) == {"MATCHED": 8, "NOT_A_PAYOUT": 2, "RETURNED_LATER": 3, "THEIRS_NOT_OURS": 5}
    assert sorted(kind for kind, _ in day.findings()) == [*["RETURNED_LATER"] * 3, "THEIRS_NOT_OURS"]


def test_the_statement_of_the_provider_says_the_same(world: World) -> None:
    paid, back = ("", "N1", AMOUNT, False, ""), ("", "N1", AMOUNT, True, "RETUR")
    day = statement(world, paid, back, ("", "N2", 5, True, "SETORAN DANA"), ("", "N3", 7, True, "TRF MASUK"))
    ref = day.attempt(PayoutState.PAID)
    bank = day.providers[BANK]
    assert isinstance(bank, Told)
    bank.entries[0] = StatementEntry(ref, "N1", bank.entries[0].at, AMOUNT, False, True, "")
    bank.entries.append(StatementEntry(None, "N4", bank.entries[0].at, 11, True, True, "", deposit=True))
    day.morning()
    report = day.reconcile()
    assert report is not None
    assert counts(report) == {"MATCHED": 1, "NOT_A_PAYOUT": 2, "RETURNED_LATER": 1, "THEIRS_NOT_OURS": 1}
    assert (report.tie_out["returned"], report.tie_out["funded"]) == (AMOUNT + 7, 16)


def test_what_the_whole_day_may_name_is_not_told_hourly(world: World) -> None:
    today = Today(world)
    ref = today.attempt(PayoutState.PAID)
    today.says(ref, "N1", ago=200)  # before what is looked at
    today.says("", "N1", incoming=True)
    assert today.look() == []
    today.morning()
    assert counts(today.reconcile()) == {"MATCHED": 1, "RETURNED_LATER": 1}


def test_a_payout_that_was_told_the_number_is_asked_about_within_the_hour(world: World) -> None:
    today = Today(world)
    today.attempt(PayoutState.PAID, their_number="N1")
    today.says("", "N1", incoming=True)
    assert [kind for kind, _ in today.look()] == ["RETURNED_LATER"]
    assert len(today.world.take(PayoutSaidReturned.topic)) == 1
