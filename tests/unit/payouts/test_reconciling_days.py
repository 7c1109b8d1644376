"""When a day is reconciled: what is waited for and how long, files that are refused, rounds, and reading what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.balance import ledger_totals
from prakerja.payouts.errors import DayNotOverYet, UnknownProvider
from prakerja.payouts.messages import DayToReconcile
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import comparison
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.payouts.service.reading_reports import report_rows
from prakerja.payouts.service.reconciling import begin_round
from prakerja.payouts.store.reconciliations import DayState, load_day
from prakerja.platform.clock import wib_date
from prakerja.platform.problems import NotFound
from tests.support.reconciled import AMOUNT, BANK, Day, counts
from tests.support.statements import line
from tests.support.world import World


@pytest.fixture
def day(world: World) -> Day:
    return Day(world)


def test_what_was_sent_around_midnight_may_stand_in_the_next_statement(day: Day) -> None:
    day.world.clock.now = day.world.clock.now.replace(hour=16, minute=58)  # 23:58 WIB
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("FEE", 1, "", "F1"))
    assert counts(day.reconcile()) == {"AWAITED": 1, "NOT_A_PAYOUT": 1}
    assert day.findings() == []
    day.morning()
    assert counts(day.reconcile()) == {"NOT_A_PAYOUT": 1, "OURS_NOT_THEIRS": 1}, "the next statement was due, too"
    following = day.day + timedelta(days=1)
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"), day=following)
    day.reconcile(following)
    assert counts(day.reconcile()) == {"MATCHED": 1, "NOT_A_PAYOUT": 1}


def test_a_return_that_never_comes_is_found(day: Day) -> None:
    ref = day.attempt(PayoutState.RETURNED)
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    assert counts(day.reconcile()) == {"AWAITED": 1}
    day.morning(days=4)
    assert counts(day.reconcile()) == {"OURS_NOT_THEIRS": 1}


@pytest.mark.parametrize("content", [b"", b"<html>down for maintenance</html>"])
def test_a_file_that_is_none_is_refused_and_another_is_waited_for(day: Day, content: bytes) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(content=content or b"\n")
    assert day.reconcile() is None
    assert [kind for kind, _ in day.findings()] == ["STATEMENT_UNREADABLE"]
    assert load_day(day.world.table, BANK, day.day).state is DayState.WAITING
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    assert counts(day.reconcile()) == {"MATCHED": 1}


def test_another_file_than_was_announced_is_refused(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    (name,) = [name for name in day.files.files if name.startswith("settlements/")]
    day.files.files[name] += line("PAYOUT", 5, "X", "N9").encode()
    assert day.reconcile() is None
    assert [kind for kind, _ in day.findings()] == ["STATEMENT_UNREADABLE"]


def test_the_file_of_another_day_is_refused(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "OTHER_DAYS_AT_MOST", 2)
    refs = [day.attempt(PayoutState.PAID) for _ in range(3)]
    day.morning(days=2)
    other = day.day + timedelta(days=1)
    day.hand_in(*(line("PAYOUT", AMOUNT, ref, f"N{n}") for n, ref in enumerate(refs)), day=other)
    assert day.reconcile(other) is None
    ((_, found),) = day.findings()
    assert found["facts"]["problem"] == "most_rows_are_about_another_day"


def test_a_missing_statement_is_waited_for_and_told_when_it_is_late(day: Day) -> None:
    ref = day.attempt(PayoutState.PAID)
    day.world.clock.now = day.world.clock.now.replace(hour=23, minute=0)  # 06:00 WIB of the next day
    assert day.reconcile() is None
    assert day.findings() == []
    day.world.clock.move(hours=3)
    assert day.reconcile() is None
    assert [kind for kind, _ in day.findings()] == ["STATEMENT_MISSING"]
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    assert counts(day.reconcile()) == {"MATCHED": 1}


def test_a_day_without_payouts_needs_no_statement(day: Day) -> None:
    day.morning()
    assert day.reconcile() is None
    assert day.findings() == []
    assert load_day(day.world.table, BANK, day.day).state is DayState.DONE


def test_a_day_that_goes_on_is_not_compared(day: Day) -> None:
    day.attempt(PayoutState.PAID)
    assert day.reconcile() is None
    assert load_day(day.world.table, BANK, day.day).version == 0


def test_where_a_stage_allows_it_today_is_compared_as_far_as_it_has_gone(day: Day) -> None:
    day.p = replace(day.p, settings=day.p.settings.model_copy(update={"compare_open_days": True}))
    day.providers = dict.fromkeys((BANK,))  # type: ignore[assignment]
    first = day.attempt(PayoutState.PAID)
    asked = DayToReconcile(provider=BANK, day=day.day)
    assert begin_round(day.p, day.providers, daily=True) == [asked]
    day.hand_in(line("PAYOUT", AMOUNT, first, "N1"))
    assert counts(day.reconcile()) == {"MATCHED": 1}
    second = day.attempt(PayoutState.PAID)
    assert begin_round(day.p, day.providers, daily=True) == [asked], "a day that was compared goes on"
    day.hand_in(line("PAYOUT", AMOUNT, first, "N1"), line("PAYOUT", AMOUNT, second, "N2"))
    assert counts(day.reconcile()) == {"MATCHED": 2}
    with pytest.raises(DayNotOverYet):
        day.hand_in(line("FEE", 1, "", "F1"), day=day.day + timedelta(days=1))


def test_rounds_announce_what_is_to_be_looked_at(day: Day) -> None:
    day.providers = dict.fromkeys(("BNI", "OVO"))  # type: ignore[assignment]
    ref = day.attempt(PayoutState.UNKNOWN)
    day.morning()
    today = day.day + timedelta(days=1)
    asked = [(message.provider, message.day) for message in begin_round(day.p, day.providers, daily=False)]
    assert asked == [("BNI", today), ("OVO", today)], "hourly, only what waits and, at a glance, today"
    asked = [(message.provider, message.day) for message in begin_round(day.p, day.providers, daily=True)]
    assert asked == [("BNI", day.day), ("OVO", day.day)]
    day.providers = {}
    day.hand_in(line("PAYOUT", AMOUNT, ref, "N1"))
    day.reconcile()
    day.providers = dict.fromkeys(("BNI",))  # type: ignore[assignment]
    day.morning(days=3)
    asked = [(message.provider, message.day) for message in begin_round(day.p, day.providers, daily=False)]
    assert asked == [("BNI", today + timedelta(days=3))]
    asked = [(message.provider, message.day) for message in begin_round(day.p, day.providers, daily=True)]
    assert asked == [("BNI", day.day + timedelta(days=n)) for n in range(4)], "the open day, and those that were missed"


def test_rows_are_read_page_by_page(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    from prakerja.payouts.service import reading_reports

    monkeypatch.setattr(reading_reports, "ROWS", 2)
    monkeypatch.setattr(reading_reports, "PIECE", 700)
    day.attempt(PayoutState.PAID)
    day.morning()
    day.hand_in(*(line("PAYOUT", 5, f"=X{n}", f"N{n}") for n in range(7)))
    report = day.reconcile()
    assert report is not None
    seen, after, pages = [], 0, 0
    while after is not None:
        rows, after = report_rows(day.files, report.report_id, "all", after)  # type: ignore[assignment]
        seen += [row["reference"] for row in rows]
        pages += 1
    assert sorted(ref for ref in seen if ref.startswith("'")) == [f"'=X{n}" for n in range(7)], (
        "no formula for a spreadsheet"
    )
    assert len(seen) == 8
    assert pages >= 4


def test_what_cannot_be_handed_in(day: Day) -> None:
    asked = {"operator": "op-1", "sha256": "ab" * 32, "size": 5}
    with pytest.raises(DayNotOverYet):
        announce_file(day.p, day.files, provider=BANK, day=day.day, **asked)  # type: ignore[arg-type]
    with pytest.raises(UnknownProvider):
        announce_file(day.p, day.files, provider="NOBODY", day=day.day - timedelta(days=1), **asked)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        file_received(day.p, operator="op-1", file_id="nothing")


def suspended(day: Day) -> int:
    """Rupiah in suspense."""
    return ledger_totals(day.world.table, wib_date(day.world.clock.programme())).net("SUSPENSE:BNI")


def test_rows_without_a_number_are_the_same_rows_wherever_they_stand(day: Day) -> None:
    """A corrected file has a line more before them: nothing of theirs is suspended or told again."""
    failed = day.attempt(PayoutState.FAILED)
    day.morning()
    nameless = [line("PAYOUT", 7_000), line("PAYOUT", 7_000), line("PAYOUT", 3_000, "SOMEBODY")]
    paid = line("PAYOUT", AMOUNT, failed)
    day.hand_in(*nameless, paid)
    day.reconcile()
    told = {body["subject_id"] for _, body in day.findings()}
    assert (suspended(day), len(told)) == (AMOUNT + 17_000, 4)
    day.hand_in(line("FEE", 1), paid, line("PAYOUT", 1_000, "ELSE"), *reversed(nameless))
    day.reconcile()
    assert suspended(day) == AMOUNT + 17_000 + 1_000
    assert len({body["subject_id"] for _, body in day.findings()} - told) == 1, "only of what is new"
    day.hand_in(line("FEE", 1), paid, line("PAYOUT", 1_000, "ELSE"), *nameless, nameless[0])
    day.reconcile()
    assert suspended(day) == AMOUNT + 17_000 + 1_000 + 7_000, "a third one like two others is one more"


def test_a_row_about_another_day_is_the_same_one_wherever_it_stands(day: Day) -> None:
    failed, first = day.attempt(PayoutState.FAILED), day.day
    day.morning()
    day.hand_in(line("FEE", 1, "", "F1"))
    day.reconcile()
    day.day = first + timedelta(days=1)
    day.morning()
    for more in ((), (line("FEE", 2, "", "F2"),)):
        day.hand_in(*more, line("PAYOUT", AMOUNT, failed))
        day.reconcile()
        day.reconcile(first)
    assert suspended(day) == AMOUNT


def test_what_was_suspended_one_by_one_is_not_in_the_sum_of_many(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "KEPT_AT_MOST", 3)
    strange = [line("PAYOUT", 5, f"X{n}", f"N{n}") for n in range(6)]
    day.attempt(PayoutState.PAID)
    day.morning()
    for rows, rupiah in ((2, 10), (5, 25), (5, 25)):
        day.hand_in(*strange[:rows], line("FEE", 1, "", "F1"))
        day.reconcile()
        assert suspended(day) == rupiah
    crowd = next(body for _, body in day.findings() if body["subject_id"].endswith(":THEIRS_NOT_OURS"))
    assert crowd["facts"] | {"their_amount": 25, "suspended": 15} == crowd["facts"]
    day.hand_in(*strange[1:3])
    day.reconcile()
    assert suspended(day) == 15, "the sum is taken back; what the first file had alone stays until a person decides"
