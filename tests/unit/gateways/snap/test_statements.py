"""Statements: every line of a span, page by page, and never a line that is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prakerja.gateways.snap.bodies import PAGE_SIZE
from prakerja.payouts.ports import LONGEST_SPAN, MOST_PAGES
from prakerja.payouts.references import reference
from prakerja.payouts.statements import StatementAnswer, StatementEntry, StatementStatus
from tests.unit.gateways.snap.scripted import AT, REFERENCE, Asked, money

START = datetime(2026, 1, 14, 17, 0, tzinfo=UTC)  # 2026-01-15 00:00 WIB
END = START + timedelta(days=1)


def line(number: int = 1, second: int = 0, **changes: Any) -> dict[str, Any]:
    """One payout on a bank's statement."""
    at = datetime(2026, 1, 15, 9, 30, second).isoformat() + "+07:00"  # noqa: DTZ001 - as written on the wire
    remark = f"{reference(f'payout-{number}', 1, AT)} Insentif Prakerja"
    given = {"transactionDate": at, "amount": money(600_000), "type": "DEBIT", "remark": remark}
    return {**given, "transactionId": f"T{number}", "transactionDetailStatus": "SUCCESS", **changes}


def page(*lines: object, more: bool = False, last: str | None = "", **extra: Any) -> dict[str, Any]:
    return {
        "responseCode": "2001400",
        "detailData": list(lines),
        "hasMore": "Y" if more else "N",
        "lastRecordDateTime": last,
        **extra,
    }


def read(*pages: Any, name: str = "BNI", start: datetime = START, end: datetime = END) -> tuple[Asked, StatementAnswer]:
    asked = Asked.of(name, *pages)
    return asked, asked.provider.statement(start, end, asked.external_id)


def test_a_line() -> None:
    balance = [{"startingBalance": money(5_000_000), "endingBalance": money(4_400_000)}]
    _, answer = read(page(line(), balance=balance))
    made = reference("payout-1", 1, AT)
    assert answer.status is StatementStatus.KNOWN
    assert (answer.opening, answer.closing) == (5_000_000, 4_400_000)
    assert answer.entries == (
        StatementEntry(
            reference=made,
            provider_reference="T1",
            at=datetime(2026, 1, 15, 2, 30, tzinfo=UTC),
            amount=600_000,
            incoming=False,
            settled=True,
            note=f"{made} Insentif Prakerja",
        ),
    )
    assert len(answer.exchanges) == 1


def test_what_is_asked() -> None:
    asked, _ = read(page())
    assert asked.transport.bodies() == [
        {
            "accountNo": "0987654321",
            "fromDateTime": "2026-01-15T00:00:00+07:00",
            "toDateTime": "2026-01-16T00:00:00+07:00",
            "additionalInfo": {},
        }
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "CREDIT"}, {"incoming": True}),
        ({"type": "credit"}, {"incoming": True}),
        ({"transactionDetailStatus": "ERROR CORRECTION"}, {"settled": False}),
        ({"transactionDetailStatus": None}, {"settled": True}),
        ({"remark": "BI-FAST 0123456789 sisa"}, {"reference": None, "note": "BI-FAST ********** sisa"}),
        ({"remark": f"TRF/{REFERENCE}/PMO"}, {"reference": REFERENCE}),
        ({"remark": f"TRF{REFERENCE}"}, {"reference": None}),
        ({"remark": f"{REFERENCE} {reference('payout-2', 1, AT)}"}, {"reference": None}),
        ({"remark": "", "partnerReferenceNo": REFERENCE}, {"reference": REFERENCE}),
        ({"remark": "", "additionalInfo": {"partnerReferenceNo": REFERENCE}}, {"reference": REFERENCE}),
        ({"remark": None, "additionalInfo": "text"}, {"reference": None, "note": ""}),
        ({"transactionId": None, "referenceNo": "R1"}, {"provider_reference": "R1"}),
        ({"transactionId": None}, {"provider_reference": None}),
        ({"transactionDate": "2026-01-15T09:30:00"}, {"at": datetime(2026, 1, 15, 2, 30, tzinfo=UTC)}),
        ({"transactionDate": "2026-01-15T02:30:00Z"}, {"at": datetime(2026, 1, 15, 2, 30, tzinfo=UTC)}),
    ],
    ids=str,
)
def test_forms_of_a_line(changes: dict[str, Any], said: dict[str, Any]) -> None:
    _, answer = read(page(line(**changes)))
    assert answer.status is StatementStatus.KNOWN
    assert {name: getattr(answer.entries[0], name) for name in said} == said


@pytest.mark.parametrize(
    "bad",
    [
        line(type="TRANSFER"),
        line(type=None),
        line(amount={"value": "600000.50", "currency": "IDR"}),
        line(amount={"value": "-600000.00", "currency": "IDR"}),
        line(amount={"value": "0.00", "currency": "IDR"}),
        line(amount={"value": "600000.00", "currency": "USD"}),
        line(amount="600000.00"),
        line(amount=None),
        line(transactionDate="yesterday"),
        line(transactionDate=None),
        line(transactionDate=20260115),
        "a text",
        None,
        [],
    ],
    ids=str,
)
def test_a_line_that_cannot_be_read_is_told(bad: object) -> None:
    _, answer = read(page(line(1), bad, line(2)))
    assert answer.status is StatementStatus.INCOMPLETE
    assert answer.message == "1 lines cannot be read"
    assert [entry.provider_reference for entry in answer.entries] == ["T1", "T2"]


def test_a_statement_goes_on_from_its_last_second() -> None:
    """The lines of that second come again; two equal lines without an id stay two."""
    twin = line(9, 5, transactionId=None)
    asked, answer = read(
        page(line(1, 1), line(2, 5), twin, more=True, last="2026-01-15T09:30:05+07:00"),
        page(line(2, 5), twin, twin, line(3, 6), more=True, last="2026-01-15T09:30:06+07:00"),
        page(line(3, 6)),
    )
    assert answer.status is StatementStatus.KNOWN
    assert [entry.provider_reference for entry in answer.entries] == ["T1", "T2", None, None, "T3"]
    assert [body["fromDateTime"][11:19] for body in asked.transport.bodies()] == ["00:00:00", "09:30:05", "09:30:06"]
    ids = [headers["X-EXTERNAL-ID"] for _, headers, _ in asked.transport.sent]
    assert len(set(ids)) == len(answer.exchanges) == 3


@pytest.mark.parametrize("last", ["2026-01-15T09:30:05+07:00", "", None, "soon"])
def test_a_statement_that_does_not_move_on(last: str | None) -> None:
    again = page(line(1, 5), line(2, 5), more=True, last=last)
    asked, answer = read(again)
    assert answer.status is StatementStatus.INCOMPLETE
    assert len(answer.entries) == 2
    assert len(asked.transport.sent) == (2 if last and last.startswith("2026") else 1)


def test_a_statement_without_an_end() -> None:
    pages = [
        page(line(number, number % 60), more=True, last=line(number, number % 60)["transactionDate"])
        for number in range(MOST_PAGES + 50)
    ]
    asked, answer = read(*pages)
    assert (answer.status, len(asked.transport.sent)) == (StatementStatus.INCOMPLETE, MOST_PAGES)


@pytest.mark.parametrize(("kind", "deposit"), [("DEPOSIT", True), ("RECEIVE_MONEY", False), ("REFUND", False)])
def test_only_a_deposit_is_ours_by_its_type(kind: str, deposit: bool) -> None:
    one = {"dateTime": "2026-01-15T09:30:00+07:00", "amount": money(600_000), "type": kind, "status": "SUCCESS"}
    _, answer = read({"responseCode": "2001200", "detailData": [one]}, name="LINKAJA")
    assert [(entry.incoming, entry.deposit) for entry in answer.entries] == [(True, deposit)]


def test_a_history_has_numbered_pages() -> None:
    """Lines of a wallet: equal ones are never taken for the same."""
    lines = [
        {"dateTime": "2026-01-15T09:30:00+07:00", "amount": money(600_000), "type": "TOP_UP", "remark": REFERENCE}
    ] * PAGE_SIZE
    refund = {**lines[0], "type": "REFUND", "status": "SUCCESS"}
    asked, answer = read(
        {"responseCode": "2001200", "detailData": lines},
        {"responseCode": "2001200", "detailData": [refund]},
        name="LINKAJA",
    )
    assert answer.status is StatementStatus.KNOWN
    assert len(answer.entries) == PAGE_SIZE + 1
    assert {entry.reference for entry in answer.entries} == {REFERENCE}
    assert [entry.incoming for entry in answer.entries[-2:]] == [False, True]
    assert [(body["pageNumber"], body["pageSize"]) for body in asked.transport.bodies()] == [("1", "50"), ("2", "50")]
    assert "accountNo" not in asked.transport.bodies()[0]


@pytest.mark.parametrize(
    ("status", "settled"), [("SUCCESS", True), ("INIT", False), ("CANCELLED", False), ("CLOSED", False)]
)
def test_only_what_succeeded_is_settled(status: str, settled: bool) -> None:
    given = {"dateTime": "2026-01-15T09:30:00+07:00", "amount": money(1), "type": "DISBURSMENT", "status": status}
    _, answer = read({"responseCode": "2001200", "detailData": [given]}, name="OVO")
    assert [entry.settled for entry in answer.entries] == [settled]


def test_lines_outside_the_span_are_left_out() -> None:
    days = ("14T23:59:59", "15T00:00:00", "15T23:59:59", "16T00:00:00")
    _, answer = read(page(*(line(n, transactionDate=f"2026-01-{day}+07:00") for n, day in enumerate(days))))
    assert [entry.provider_reference for entry in answer.entries] == ["T1", "T2"]


def test_nothing_happened() -> None:
    for empty in (page(), (404, b'{"responseCode":"4041401","responseMessage":"Transaction Not Found"}')):
        _, answer = read(empty)
        assert (answer.status, answer.entries) == (StatementStatus.KNOWN, ())


def test_a_later_page_that_fails_spoils_the_whole() -> None:
    _, answer = read(page(line(1), more=True, last="2026-01-15T09:30:00+07:00"), (500, b"{}"))
    assert (answer.status, answer.entries, len(answer.exchanges)) == (StatementStatus.UNAVAILABLE, (), 2)


def test_no_such_service() -> None:
    asked, answer = read(page(), name="GOPAY")
    assert (answer.status, asked.transport.sent) == (StatementStatus.NOT_SUPPORTED, [])


@pytest.mark.parametrize("span", [timedelta(), timedelta(seconds=-1), LONGEST_SPAN + timedelta(seconds=1)])
def test_spans(span: timedelta) -> None:
    with pytest.raises(ValueError, match="31 days"):
        read(page(), end=START + span)


def test_no_number_of_a_person_shows() -> None:
    _, answer = read(page(line(remark="dari 6281234567890 SITI AMINAH")))
    assert "6281234567890" not in repr(answer)
    assert "SITI" not in repr(answer)
