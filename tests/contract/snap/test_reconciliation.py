"""A day's payouts through the stand-in, compared with its settlement file and its statement: it is right, or spoiled on purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from moto import mock_aws

from prakerja.balance import ledger_totals
from prakerja.payouts.messages import PayoutSaidReturned
from prakerja.payouts.model import PayoutState
from prakerja.payouts.reconciling.report import Report
from prakerja.payouts.service import look_again
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.payouts.service.reconciling import reconcile_day
from prakerja.platform.clock import wib_date
from sandbox.world.snap import settlement
from tests.support.payments import AMOUNT, PROVIDER, Payments
from tests.support.reconciled import counts
from tests.support.statements import MemoryFiles
from tests.support.world import new_world

PEOPLE = 6
ENGINE = PROVIDER.lower()


class Paid:
    """Six payouts at a wallet, paid; and the next morning."""

    def __init__(self) -> None:
        self.payments = Payments(new_world(), people=PEOPLE)
        self.world, self.engine = self.payments.world, self.payments.bank.engine
        self.day = wib_date(self.world.clock.wall())
        self.files = MemoryFiles()
        self.payments.pay()

    def morning(self, days: int = 1) -> None:
        self.payments.move_to(self.world.clock.now.replace(hour=2, minute=0) + timedelta(days=days))

    def hand_in(self, day: date | None = None) -> None:
        content = settlement.csv_file(self.engine, ENGINE, day or self.day)
        file, _ = announce_file(
            self.payments.p, self.files, operator="op-1", provider=PROVIDER, day=day or self.day,
            sha256=hashlib.sha256(content).hexdigest(), size=len(content),
        )  # fmt: skip
        self.files.files[file.name] = content
        file_received(self.payments.p, operator="op-1", file_id=file.file_id)

    def reconcile(self, day: date | None = None) -> Report | None:
        p, providers = self.payments.p, self.payments.providers
        return reconcile_day(p, providers, self.files, provider=PROVIDER, day=day or self.day)

    def references(self) -> list[str]:
        """Ours, in the order of the payouts."""
        items = {item["payout_id"]: item for item in self.world.items("programme") if item["sk"].startswith("ATTEMPT#")}
        return [items[payout.payout_id]["reference"] for payout in self.payments.payouts()]

    def kinds(self) -> list[str]:
        return sorted(found.body["kind"] for found in self.world.take("cases.needed.v1"))


@pytest.fixture
def paid() -> Iterator[Paid]:
    with mock_aws():
        yield Paid()


def test_the_file_of_a_good_day_agrees_to_the_rupiah(paid: Paid) -> None:
    paid.morning()
    paid.hand_in()
    report = paid.reconcile()
    assert report is not None
    assert counts(report)["MATCHED"] == PEOPLE
    assert report.differences == 0
    assert report.tie_out["difference"] == 0
    assert paid.kinds() == []


def test_without_a_file_the_provider_is_asked_for_its_statement(paid: Paid) -> None:
    paid.morning()
    report = paid.reconcile()
    assert report is not None
    assert (str(report.source), counts(report)["MATCHED"], report.differences) == ("STATEMENT", PEOPLE, 0)


SPOILED = [
    ("statement_missing", {"MATCHED": 5, "OURS_NOT_THEIRS": 1}),
    ("statement_extra", {"MATCHED": 6, "THEIRS_NOT_OURS": 1}),
    ("statement_double", {"MATCHED": 6, "TWICE_AT_THEIRS": 1}),
    ("statement_wrong_amount", {"MATCHED": 5, "AMOUNT_DIFFERS": 1}),
]


@pytest.mark.parametrize("by_file", [True, False], ids=["file", "statement"])
@pytest.mark.parametrize(("fault", "expected"), SPOILED)
def test_each_spoiled_row_is_found_for_what_it_is(
    paid: Paid, fault: str, expected: dict[str, int], by_file: bool
) -> None:
    paid.engine.add_fault(fault, provider=ENGINE, reference=paid.references()[0])
    paid.morning()
    if by_file:
        paid.hand_in()
    report = paid.reconcile()
    found = {bucket: n for bucket, n in counts(report).items() if bucket != "NOT_A_PAYOUT"}
    assert found == expected
    (kind,) = {kind for kind in paid.kinds() if kind != "TIE_OUT_DIFFERS"}
    assert kind in expected
    assert paid.payments.states() == [PayoutState.PAID] * PEOPLE, "a statement alone changes no payout"


@pytest.mark.parametrize("form", ["csv_bom", "csv_semicolon", "csv_duplicate_rows"])
def test_the_form_of_the_file_hides_nothing(paid: Paid, form: str) -> None:
    paid.engine.add_fault(form, provider=ENGINE)
    paid.morning()
    paid.hand_in()
    report = paid.reconcile()
    assert report is not None
    assert counts(report)["MATCHED"] == PEOPLE
    rows = [row for row in settlement.csv_file(paid.engine, ENGINE, paid.day).splitlines() if b"PAYOUT" in row]
    assert counts(report).get("TWICE_AT_THEIRS", 0) == len(rows) - len(set(rows)), (
        "equal rows are told, and book nothing"
    )
    assert report.tie_out["difference"] == 0, "a transaction that is listed twice moved the balance once"
    day = ledger_totals(paid.world.table, wib_date(paid.world.clock.programme()))
    assert day.net(f"SUSPENSE:{PROVIDER}") == 0


def test_a_file_without_our_references_is_refused_and_the_next_one_is_taken(paid: Paid) -> None:
    fault = paid.engine.add_fault("csv_missing_column", provider=ENGINE)
    paid.morning()
    paid.hand_in()
    assert paid.reconcile() is None
    assert paid.kinds() == ["STATEMENT_UNREADABLE"]
    paid.engine.faults.clear(fault)
    paid.hand_in()
    assert counts(paid.reconcile())["MATCHED"] == PEOPLE


def test_money_that_came_back_returns_the_payout_through_an_inquiry(paid: Paid) -> None:
    payout = paid.payments.payouts()[0]
    paid.engine.refund(ENGINE, paid.references()[0])
    paid.morning()
    paid.hand_in()
    assert counts(paid.reconcile())["RETURNED_LATER"] == 1
    assert paid.kinds() == ["RETURNED_LATER"]
    (asked,) = paid.world.take(PayoutSaidReturned.topic)
    assert asked.body == {"payout_id": payout.payout_id, "attempt": 1}
    after = look_again(paid.payments.p, paid.payments.providers, payout_id=payout.payout_id, returned=1)
    assert (after.payout_id, after.state) == (payout.payout_id, PayoutState.RETURNED)
    day = ledger_totals(paid.world.table, wib_date(paid.world.clock.programme()))
    assert day.net(f"PAID:{PROVIDER}") == -AMOUNT
    assert day.credits[f"RETURNED:{PROVIDER}"] == AMOUNT
    assert day.net(f"RETURNED:{PROVIDER}") == 0, "an inquiry that says so frees it again"
    assert "RETURNED_LATER" not in counts(paid.reconcile()), "and the day agrees"


def test_a_row_that_comes_a_day_later_is_found_missing_and_then_agrees(paid: Paid) -> None:
    paid.engine.add_fault("statement_late", provider=ENGINE, reference=paid.references()[0])
    paid.morning()
    paid.hand_in()
    assert counts(paid.reconcile())["OURS_NOT_THEIRS"] == 1
    paid.morning()
    following = paid.day + timedelta(days=1)
    paid.hand_in(following)
    later = paid.reconcile(following)
    assert counts(later)["OTHER_DAY"] == 1
    again = paid.reconcile()
    assert again is not None
    assert (counts(again)["MATCHED"], again.differences) == (PEOPLE, 0)
