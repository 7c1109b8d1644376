"""Statements 14 and 12, the settlement file, and everything that can be wrong with them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sandbox.world.snap import report, settlement
from sandbox.world.snap.books import Account
from sandbox.world.snap.menu import PLACES, Place
from sandbox.world.snap.settlement import COLUMNS, NotReady
from tests.contract.snap.caller import PROVIDERS, Caller, case, read
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, SOURCE

DAY = date(2026, 1, 15)
FILED = [name for name in PROVIDERS if name != "generic"]


def busy(provider: str, payments: int, *, apart: int = 1, seed: int = 1) -> Caller:
    """A caller that has paid so often, each ``apart`` seconds after the other. A fee of Rp500 each."""
    caller = Caller(provider, seed=seed)
    caller.open(Account(provider, caller.number, HOLDER, max_balance=FUNDS, monthly_in=FUNDS))
    caller.engine.configure(provider, fee="500")
    for number in range(payments):
        caller.pay(f"P{number:03d}", AMOUNT + number)
        caller.clock.move(seconds=apart)
    return caller


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


# service 14 -----------------------------------------------------------------------------------------------------------
def test_a_statement_adds_up() -> None:
    caller = busy("bni", 3)
    caller.engine.refund("bni", "P001")
    answer = read(caller.call("14"))
    kinds = [(row["type"], row["detailInfo"]["kind"]) for row in answer["detailData"]]
    assert kinds == [("CREDIT", "FUNDING"), *[("DEBIT", "PAYOUT"), ("DEBIT", "FEE")] * 3, ("CREDIT", "RETURN")]
    balance = answer["balance"][0]
    assert (balance["startingBalance"]["value"], answer["hasMore"]) == ("0.00", "N")
    assert balance["endingBalance"]["value"] == f"{FUNDS - 2 * AMOUNT - 2 - 1500}.00"
    assert answer["totalCreditEntries"]["numberOfEntries"] == "2"
    assert answer["totalDebitEntries"]["amount"]["value"] == f"{3 * AMOUNT + 3 + 1500}.00"
    payout, fee, returned = (answer["detailData"][place] for place in (3, 4, 7))
    assert (payout["remark"], payout["transactionId"]) == ("Insentif P001", "BNI0000000002")
    assert (fee["remark"], fee["transactionId"]) == ("BIAYA Insentif P001", "BNI0000000002F")
    assert (returned["remark"], returned["transactionId"]) == ("RETUR Insentif P001", "BNI0000000002R")


@pytest.mark.parametrize("apart", [0, 1])
def test_pages_of_a_statement(apart: int) -> None:
    """The next page begins in the last second of the page before; with everything in one second there is one page."""
    caller = busy("bca", 120, apart=apart)
    caller.clock.move(seconds=1)
    seen: dict[str, Any] = {}
    since, pages = caller.at().replace("T10", "T00"), 0
    while True:
        answer = read(caller.call("14", caller.body("14", fromDateTime=since, toDateTime=caller.at())))
        seen |= {row["transactionId"]: row for row in answer["detailData"]}
        pages, since = pages + 1, answer["lastRecordDateTime"]
        if answer["hasMore"] == "N":
            break
        assert len(answer["detailData"]) >= 50
    assert len(seen) == 1 + 2 * 120
    assert pages == (1 if apart == 0 else 5)


@pytest.mark.parametrize("service", ["12", "14"])
@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ({"days": -31}, {}, "20000"),
        ({"days": -31, "seconds": -1}, {}, "40001"),
        ({"days": -366}, {"days": -340}, "20000"),
        ({"days": -367}, {"days": -340}, "40001"),
        ({"seconds": 1}, {}, "40001"),
        ({}, {}, "20000"),
    ],
)
def test_the_span(service: str, start: dict[str, int], end: dict[str, int], code: str) -> None:
    caller = Caller("generic")
    now = datetime.fromisoformat(caller.at())
    span: dict[str, Any] = {
        "fromDateTime": (now + timedelta(**start)).isoformat(),
        "toDateTime": (now + timedelta(**end)).isoformat(),
    }
    assert case(caller.call(service, caller.body(service, **span))) == code
    assert case(caller.call(service, caller.body(service, fromDateTime="yesterday"))) == "40001"


def test_only_the_callers_own_account() -> None:
    caller = busy("bni", 1)
    assert case(caller.call("14", caller.body("14", accountNo="0123456789"))) == "40411"


# service 12 -----------------------------------------------------------------------------------------------------------
def test_pages_of_a_history() -> None:
    caller = busy("linkaja", 60)
    sizes, seen, more = [], set(), []
    for number in range(1, 5):
        answer = read(caller.call("12", caller.body("12", pageNumber=str(number))))
        sizes.append(len(answer["detailData"]))
        seen |= {row["referenceNo"] for row in answer["detailData"]}
        more.append(answer["additionalInfo"]["hasMore"])
    assert (sizes, len(seen), more) == ([50, 50, 21, 0], 121, ["Y", "Y", "N", "N"])
    small = read(caller.call("12", caller.body("12", pageSize=7, pageNumber=2)))["detailData"]
    whole = read(caller.call("12"))["detailData"]
    assert small == whole[7:14]


def test_a_history_shows_what_is_not_done_too() -> None:
    caller = Caller("dana")
    caller.pay("GOOD")
    caller.engine.add_fault("pending_forever", reference="SLOW")
    caller.pay("SLOW")
    caller.engine.add_fault("account_frozen", reference="BAD")
    caller.pay("BAD")
    caller.engine.refund("dana", "GOOD")
    rows = read(caller.call("12"))["detailData"]
    assert {(row["partnerReferenceNo"], row["type"], row["status"]) for row in rows} == {
        ("", "RECEIVE_MONEY", "SUCCESS"),
        ("GOOD", "TOP_UP", "SUCCESS"),
        ("GOOD", "REFUND", "SUCCESS"),
        ("SLOW", "TOP_UP", "INIT"),
        ("BAD", "TOP_UP", "CANCELLED"),
    }


# the file -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", FILED)
def test_a_file_of_the_day(provider: str) -> None:
    caller = busy(provider, 2)
    with pytest.raises(NotReady):
        settlement.csv_file(caller.engine, provider, DAY)
    early = settlement.csv_file(caller.engine, provider, DAY, early=True)
    caller.clock.move(hours=14)
    content = settlement.csv_file(caller.engine, provider, DAY)
    assert content == early == settlement.csv_file(caller.engine, provider, DAY), "read twice, it says the same"
    rows = lines(content)
    assert tuple(rows[0]) == COLUMNS
    kinds = [row["type"] for row in rows]
    assert kinds == ["OPENING", "FUNDING", *["PAYOUT", "FEE"] * 2, "CLOSING"]
    closing = FUNDS - 2 * AMOUNT - 1 - 1000
    assert (rows[0]["amount"], rows[-1]["amount"], rows[-1]["account"]) == ("0.00", f"{closing}.00", SOURCE)
    assert rows[2] == {
        "transaction_date": "2026-01-15T10:00:00+07:00",
        "reference_no": f"{provider.upper()}0000000001",
        "partner_reference_no": "P000",
        "type": "PAYOUT",
        "account": caller.number,
        "amount": "600000.00",
        "fee": "500.00",
        "status": "SUCCESS",
        "remark": "Insentif P000",
    }
    caller.clock.move(days=1)
    assert [row["type"] for row in lines(settlement.csv_file(caller.engine, provider, DAY + timedelta(days=1)))] == [
        "OPENING",
        "CLOSING",
    ]


def test_the_truth_ties_out() -> None:
    caller = busy("linkaja", 4)
    caller.engine.refund("linkaja", "P002")
    start = caller.clock.now - timedelta(seconds=3)
    whole = report.tie_out(caller.engine, "linkaja", start - timedelta(days=1), caller.clock.now + timedelta(days=1))
    assert (whole.opening, whole.funded, whole.returned, whole.fees, whole.agrees) == (0, FUNDS, AMOUNT + 2, 2000, True)
    part = report.tie_out(caller.engine, "linkaja", start, caller.clock.now)
    assert (part.opening, part.paid, part.agrees) == (FUNDS - AMOUNT - 500, 3 * AMOUNT + 6, True)
    assert not report.TieOut(10, 0, 1, 0, 0, 10).agrees
    references = [entry["reference"] for entry in report.ledger(caller.engine, "LINKAJA") if entry["kind"] == "REFUND"]
    assert references == ["P002"]


# spoilers -------------------------------------------------------------------------------------------------------------
Rows = list[tuple[str, str, int]]
"""Provider's number, our reference, amount of each payout."""
A, B = ("DANA0000000001", "P000", AMOUNT), ("DANA0000000002", "P001", AMOUNT + 1)
SPOILED: dict[str, tuple[Callable[[Rows], bool], str]] = {
    "statement_missing": (lambda rows: rows == [A], "not there"),
    "statement_double": (lambda rows: rows == [A, B, (B[0] + "D", *B[1:])], "twice, under two numbers"),
    "statement_wrong_amount": (lambda rows: rows == [A, (*B[:2], B[2] // 10)], "a tenth"),
    "statement_late": (lambda rows: rows == [A], "not on its day"),
    "statement_extra": (
        lambda rows: rows[:2] == [A, B] and rows[2][0] == B[0] + "X" and rows[2][1].startswith("ASING"),
        "nobody ordered it",
    ),
}


def shown(caller: Caller, where: str) -> Rows:
    """The day's payouts as the statement or the file tells them."""
    if where == "file":
        rows = lines(settlement.csv_file(caller.engine, "dana", DAY, early=True))
        return [
            (row["reference_no"], row["partner_reference_no"], int(row["amount"].partition(".")[0]))
            for row in rows
            if row["type"] == "PAYOUT"
        ]
    answer = read(caller.call("12"))
    return [
        (row["referenceNo"], row["partnerReferenceNo"], int(row["amount"]["value"].partition(".")[0]))
        for row in answer["detailData"]
        if row["type"] == "TOP_UP"
    ]


def test_every_spoiler_of_rows_is_here() -> None:
    assert set(SPOILED) == {what for what, place in PLACES.items() if place is Place.ROW}


@pytest.mark.parametrize("role", ["", "statement", "file"])
@pytest.mark.parametrize("what", sorted(SPOILED))
def test_spoiled_rows(what: str, role: str) -> None:
    caller = busy("dana", 2)
    truth = report.net(caller.engine, "dana")
    caller.engine.add_fault(what, reference="P001", role=role)
    fits, words = SPOILED[what]
    for where in ("statement", "file"):
        rows = shown(caller, where)
        assert fits(rows) if role in ("", where) else rows == [A, B], words
        assert rows == shown(caller, where), "the same again"
    assert report.net(caller.engine, "dana") == truth


def test_a_late_row_stands_in_the_next_days_file() -> None:
    caller = busy("dana", 2)
    caller.engine.add_fault("statement_late", reference="P001")
    caller.clock.move(days=2)
    first, second = (lines(settlement.csv_file(caller.engine, "dana", DAY + timedelta(days=n))) for n in (0, 1))
    assert [row["partner_reference_no"] for row in first if row["type"] == "PAYOUT"] == ["P000"]
    assert [row["partner_reference_no"] for row in second if row["type"] == "PAYOUT"] == ["P001"]
    assert first[-1]["amount"] == second[0]["amount"] == f"{FUNDS - 2 * AMOUNT - 1 - 1000}.00", "balances stay true"


def test_a_rate_of_spoiled_rows_depends_on_the_seed_alone() -> None:
    def spoiled(seed: int) -> set[str]:
        caller = busy("dana", 200, seed=seed)
        caller.engine.add_fault("F32", permille=100)
        file = settlement.csv_file(caller.engine, "dana", DAY, early=True)
        told = Counter((row["partner_reference_no"], row["amount"]) for row in lines(file) if row["type"] == "PAYOUT")
        true = Counter({(f"P{number:03d}", f"{AMOUNT + number}.00"): 1 for number in range(200)})
        return {reference for reference, _ in (told - true) + (true - told)}

    one, two = spoiled(1), spoiled(2)
    assert one == spoiled(1)
    assert one != two
    assert 8 <= len(one) <= 40


def test_forms_of_a_file() -> None:
    caller = busy("dana", 2)
    plain = settlement.csv_file(caller.engine, "dana", DAY, early=True)

    def spoiled(what: str) -> bytes:
        number = caller.engine.add_fault(what)
        content = settlement.csv_file(caller.engine, "dana", DAY, early=True)
        caller.engine.faults.clear(number)
        return content

    assert spoiled("csv_bom") == b"\xef\xbb\xbf" + plain
    assert spoiled("csv_semicolon") == plain.replace(b",", b";")
    rows = lines(spoiled("csv_missing_column"))
    assert set(COLUMNS) - set(rows[0]) == {"partner_reference_no"}
    assert [row["reference_no"] for row in rows] == [row["reference_no"] for row in lines(plain)]
    doubled = lines(spoiled("csv_duplicate_rows"))
    assert len(doubled) == 7 + 3
    assert [row for place, row in enumerate(doubled) if row not in doubled[:place]] == lines(plain)
    caller.engine.add_fault("csv_late", seconds=3600)
    caller.clock.move(hours=14)
    with pytest.raises(NotReady, match="2026-01-16T01:00:00"):
        settlement.csv_file(caller.engine, "dana", DAY)
    caller.clock.move(hours=1)
    assert settlement.csv_file(caller.engine, "dana", DAY) == plain
    assert {what for what, place in PLACES.items() if place is Place.FILE} == {
        "csv_bom", "csv_semicolon", "csv_missing_column", "csv_duplicate_rows", "csv_late",
    }  # fmt: skip


def test_nobodys_file() -> None:
    caller = Caller("dana")
    with pytest.raises(ValueError, match="no client"):
        settlement.csv_file(caller.engine, "bni", DAY, early=True)
