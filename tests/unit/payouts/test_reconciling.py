"""Reconciling a day: what is found, who hears of it, what is booked, and that doing it again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.balance import ledger_totals
from prakerja.payouts.messages import DayToReconcile, PayoutSaidReturned, PayoutToldOf
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import comparison, reconciling
from prakerja.payouts.service.reading_reports import report_rows
from prakerja.payouts.store import change_payout, load_payout
from prakerja.payouts.store.reconciliations import DayState, load_day
from prakerja.platform.clock import wib_date
from tests.support.reconciled import AMOUNT, BANK, Day, counts
from tests.support.statements import line
from tests.support.world import World


@pytest.fixture
def day(world: World) -> Day:
    return Day(world)


def booked(day: Day, account: str) -> int:
    """What an account received on the day of reconciling."""
    return ledger_totals(day.world.table, wib_date(day.world.clock.programme())).net(account)


def test_what_agrees_is_told_to_nobody(day: Day) -> None:
    paid = [day.attempt(PayoutState.PAID) for _ in range(5)]
    day.attempt(PayoutState.FAILED)
    day.morning()
    day.hand_in(
        line("OPENING", 10_000_000),
        *[line("PAYOUT", AMOUNT, ref, f"N{n}") for n, ref in enumerate(paid)],
        line("FEE", 2_500, "", "F1"),
        line("CLOSING", 10_000_000 - 5 * AMOUNT - 2_500),
    )
    report = day.reconcile()
    assert report is not None
    assert counts(report) == {"MATCHED": 5, "NOT_A_PAYOUT": 3, "UNPAID": 1}
    assert (report.differences, report.attempts, report.rows) == (0, 6, 8)
    assert report.tie_out["difference"] == 0
    assert day.findings() == []
    assert load_day(day.world.table, BANK, day.day).state is DayState.DONE
    assert booked(day, "FEES:BNI") == 2_500


def test_every_difference_is_a_finding_and_nothing_else_happens_by_itself(day: Day) -> None:
    day.attempt(PayoutState.PAID)
    unknown, other = day.attempt(PayoutState.UNKNOWN), day.attempt(PayoutState.PAID)
    twice, returned, failed = (
        day.attempt(PayoutState.PAID),
        day.attempt(PayoutState.PAID),
        day.attempt(PayoutState.FAILED),
    )
    before = {item["pk"]: item for item in day.world.items("programme") if item["sk"] == "PAYOUT"}
    day.morning()
    day.hand_in(
        line("PAYOUT", AMOUNT, unknown, "N1"),
        line("PAYOUT", 60_000, other, "N2"),
        line("PAYOUT", AMOUNT, twice, "N3"),
        line("PAYOUT", AMOUNT, twice, "N4"),
        line("PAYOUT", AMOUNT, returned, "N5"),
        line("RETURN", AMOUNT, returned, "N6"),
        line("PAYOUT", AMOUNT, failed, "N7"),
        line("PAYOUT", 250_000, "SOMEBODY-ELSE", "N8"),
    )
    report = day.reconcile()
    assert counts(report) == {
        "MATCHED": 2, "OURS_NOT_THEIRS": 1, "STILL_UNKNOWN": 1, "AMOUNT_DIFFERS": 1, "TWICE_AT_THEIRS": 1,
        "RETURNED_LATER": 1, "THEIRS_NOT_OURS": 2,
    }  # fmt: skip
    kinds = sorted(kind for kind, _ in day.findings())
    assert kinds == [
        "AMOUNT_DIFFERS", "OURS_NOT_THEIRS", "PAYOUT_OVERDUE", "RETURNED_LATER", "THEIRS_NOT_OURS", "THEIRS_NOT_OURS",
        "TWICE_AT_THEIRS",
    ]  # fmt: skip
    after = {item["pk"]: item for item in day.world.items("programme") if item["sk"] == "PAYOUT"}
    said = {pk: item.pop("contradicted") for pk, item in after.items() if item.pop("commit_id", None)}
    assert after == before, "no payout changes by a file"
    assert list(said.values()) == [1], (
        "but of the one that is unpaid with us no other attempt is sent before it is clear"
    )
    told = (PayoutToldOf.topic, PayoutSaidReturned.topic)
    asked = {message.body["payout_id"] for topic in told for message in day.world.take(topic)}
    assert len(asked) == 4, "of the missing, the unknown, the wrong amount and the returned one the provider is asked"
    assert booked(day, "SUSPENSE:BNI") == AMOUNT + AMOUNT + 250_000, "what left without an order of ours"
    assert load_day(day.world.table, BANK, day.day).state is DayState.OPEN


def test_the_same_file_twice_changes_nothing(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    lines = (line("PAYOUT", AMOUNT, ref, "N1"), line("PAYOUT", AMOUNT, ref, "N2"), line("PAYOUT", 5, "X", "N3"))
    file_id = day.hand_in(*lines)
    first = day.reconcile()
    day.world.take()
    before, kept = day.world.items("programme"), list(day.files.kept)
    evidence = day.world.items("evidence")
    assert day.hand_in(*lines) == file_id
    again = day.reconcile()
    assert day.world.items("programme") == before
    assert [e for e in day.world.items("evidence") if e not in evidence] == []
    assert day.files.kept == kept
    assert again is not None
    assert first is not None
    assert again.report_id == first.report_id


def test_a_run_that_dies_before_its_report_is_done_again_without_a_second_booking(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("PAYOUT", 5, "X", "N3"), line("FEE", 7, "", "F1"))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(reconciling, "_tell", dies)
        with pytest.raises(KeyboardInterrupt):
            day.reconcile()
    day.world.clock.move(days=1)  # and on another day of booking
    report = day.reconcile()
    assert counts(report)["THEIRS_NOT_OURS"] == 1
    days = [ledger_totals(day.world.table, day.day + timedelta(days=n)) for n in range(4)]
    assert sum(one.net("SUSPENSE:BNI") for one in days) == 5
    assert sum(one.net("FEES:BNI") for one in days) == 7


def test_money_that_left_wrongly_leaves_suspense_when_it_comes_back(day: Day) -> None:
    day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("PAYOUT", 5_000, "X", "N1"), line("PAYOUT", 7_000, "Y", "N2"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 12_000
    day.hand_in(line("PAYOUT", 5_000, "X", "N1"), line("PAYOUT", 7_000, "Y", "N2"), line("RETURN", 5_000, "X", "N3"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 7_000


def test_a_return_in_a_later_statement_is_judged_on_the_day_of_the_payment(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    assert counts(day.reconcile()) == {"MATCHED": 1}
    day.morning(days=2)
    later = day.day + timedelta(days=2)
    day.hand_in(line("OPENING", 0), line("RETURN", AMOUNT, ref, "N2"), line("CLOSING", AMOUNT), day=later)
    day.world.take()
    report = day.reconcile(later)
    assert report is not None
    assert counts(report) == {"NOT_A_PAYOUT": 2, "OTHER_DAY": 1}
    assert report.tie_out["difference"] == 0, "the money moved on the day of the statement"
    (asked,) = day.world.take(DayToReconcile.topic)
    assert asked.body == {"provider": BANK, "day": day.day.isoformat()}
    assert counts(day.reconcile()) == {"MATCHED": 1, "RETURNED_LATER": 1}
    assert [kind for kind, _ in day.findings()] == ["RETURNED_LATER"]


@pytest.mark.parametrize("state", [PayoutState.FAILED, PayoutState.RETURNED])
def test_another_amount_on_what_is_proven_unpaid_is_suspended_until_it_comes_back(day: Day, state: PayoutState) -> None:
    ref = day.attempt(state)
    day.morning()
    day.hand_in(line("PAYOUT", 60_000, ref, "N1"))
    assert counts(day.reconcile()) == {"AMOUNT_DIFFERS": 1}
    ((_, found),) = day.findings()
    assert (found["facts"]["suspended"], booked(day, "SUSPENSE:BNI")) == (60_000, 60_000)
    day.hand_in(line("PAYOUT", 60_000, ref, "N1"), line("RETURN", 5_000, ref, "N2"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 60_000, "a part of it is not all of it"
    day.hand_in(line("PAYOUT", 60_000, ref, "N1"), line("RETURN", 60_000, ref, "N2"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 0


@pytest.mark.parametrize("state", [PayoutState.PAID, PayoutState.HELD])
def test_another_amount_on_what_may_be_paid_is_not_suspended(day: Day, state: PayoutState) -> None:
    """Its own amount is booked already, as paid or in flight."""
    ref = day.attempt(state)
    day.morning()
    day.hand_in(line("PAYOUT", 60_000, ref, "N1"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 0


def test_another_amount_is_suspended_once_its_attempt_is_proven_unpaid(day: Day) -> None:
    """Its day is looked at again until then."""
    ref = day.attempt(PayoutState.HELD)
    payout_id = next(item["payout_id"] for item in day.world.items("programme") if item.get("reference") == ref)
    day.morning()
    day.hand_in(line("PAYOUT", 60_000, ref, "N1"))
    day.reconcile()
    assert load_day(day.world.table, BANK, day.day).state is DayState.OPEN
    held = load_payout(day.world.table, payout_id)
    day.world.table.commit(change_payout(held, replace(held, state=PayoutState.FAILED)))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 60_000


def test_many_other_amounts_are_suspended_as_one_sum(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "KEPT_AT_MOST", 3)
    failed = [day.attempt(PayoutState.FAILED) for _ in range(4)]
    paid = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(*(line("PAYOUT", 5, ref, f"N{n}") for n, ref in enumerate([*failed, paid])))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 20
    ((_, found),) = day.findings()
    assert (found["facts"]["rows"], found["facts"]["suspended"]) == (5, 20)


def test_an_earlier_attempt_must_not_be_paid(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID, number=1, current=2)
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    assert counts(day.reconcile()) == {"THEIRS_NOT_OURS": 1}
    ((_, found),) = day.findings()
    assert found["facts"]["note"] == "ours_says_not_paid"


def test_balances_that_do_not_add_up_are_found(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("OPENING", 1_000_000), line("PAYOUT", AMOUNT, ref, "N1"), line("CLOSING", 399_000))
    report = day.reconcile()
    assert report is not None
    assert report.tie_out == {
        "opening": 1_000_000, "paid": AMOUNT, "fees": 0, "returned": 0, "funded": 0, "closing": 399_000, "difference": -1_000,
    }  # fmt: skip
    ((kind, found),) = day.findings()
    assert (kind, found["facts"]["difference"]) == ("TIE_OUT_DIFFERS", -1_000)


def test_rows_that_cannot_be_read_are_told_with_their_lines(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in("what,is,this", line("PAYOUT", AMOUNT, ref, "N1"), line("WHO KNOWS", 5))
    report = day.reconcile()
    assert counts(report) == {"MATCHED": 1, "UNREADABLE": 2}
    assert report is not None
    rows, _ = report_rows(day.files, report.report_id, "differences", 0)
    assert [(row["bucket"], row["line"]) for row in rows] == [("UNREADABLE", "2"), ("UNREADABLE", "4")]
    ((kind, found),) = day.findings()
    assert (kind, found["facts"]["rows"]) == ("STATEMENT_UNREADABLE", 2)


def test_many_differences_are_one_case_with_their_sum_and_a_report_that_has_them_all(day: Day) -> None:
    day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(*(line("PAYOUT", 5, f"X{n}", f"N{n}") for n in range(1_500)))
    report = day.reconcile()
    assert report is not None
    found = dict(day.findings())
    assert set(found) == {"THEIRS_NOT_OURS", "OURS_NOT_THEIRS"}
    crowd = found["THEIRS_NOT_OURS"]
    assert crowd["subject_id"] == f"BNI:{day.day.isoformat()}:THEIRS_NOT_OURS"
    assert {name: crowd["facts"][name] for name in ("report_id", "rows", "their_amount", "suspended")} == {
        "report_id": report.report_id, "rows": 1_500, "their_amount": 7_500, "suspended": 7_500,
    }  # fmt: skip
    assert booked(day, "SUSPENSE:BNI") == 7_500, "one sum, and one booking of it"
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        rows, after = report_rows(day.files, report.report_id, "differences", after)
        seen += [row["reference"] for row in rows if row["bucket"] == "THEIRS_NOT_OURS"]
    assert sorted(seen) == sorted(f"X{n}" for n in range(1_500)), "every row can be read and downloaded"


def test_a_right_file_after_one_that_was_wrong_as_a_whole(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "KEPT_AT_MOST", 3)
    day.attempt(PayoutState.PAID)
    day.morning()
    strange = [line("PAYOUT", 5, f"X{n}", f"N{n}") for n in range(5)]
    day.hand_in(*strange)
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 25
    day.hand_in(*strange, line("FEE", 1, "", "F1"))
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 25, "the same sum again"
    day.findings()
    day.hand_in(*strange[:4])
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 25, "what was booked stays until a person decides"
    assert "TIE_OUT_DIFFERS" in [kind for kind, _ in day.findings()]
    day.hand_in(*strange[:2])
    day.reconcile()
    assert booked(day, "SUSPENSE:BNI") == 10, "told one by one, in place of the sum"
