"""Services 14 and 12: what went over the caller's source account, in pages of fifty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .books import WIB
from .callbacks import wib_text
from .desk import Desk
from .fields import moment, text_field, whole_field
from .rows import Kind, Row
from .wire import Reply, money, refuse

_PAGE = 50
_LONGEST = timedelta(days=31)
_OLDEST = timedelta(days=366)
_TYPES = {Kind.FEE: "FEE", Kind.RETURN: "REFUND", Kind.FUNDING: "RECEIVE_MONEY"}
_SECOND = timedelta(seconds=1)


def bank_statement(desk: Desk, body: dict[str, Any]) -> Reply:
    """Service 14. The next page begins at ``lastRecordDateTime``, so a page never ends within a second."""
    if text_field(desk.service, body, "accountNo", 16) != desk.client.source_account:
        raise refuse(desk.service, 404, "11")
    desk.obey()
    start, end = _period(desk, body)
    rows = desk.reader.rows(start, end)
    page = rows[:_PAGE]
    while len(page) < len(rows) and _second(rows[len(page)]) == _second(page[-1]):
        page.append(rows[len(page)])
    ends = {"startingBalance": desk.reader.balance(start), "endingBalance": desk.reader.balance(end)}
    return desk.ok(
        balance=[{name: {**money(value), "dateTime": wib_text(at)}
                  for (name, value), at in zip(ends.items(), (start, end), strict=True)}],
        totalCreditEntries=_total([row for row in rows if row.incoming]),
        totalDebitEntries=_total([row for row in rows if not row.incoming]),
        hasMore="Y" if len(page) < len(rows) else "N",
        lastRecordDateTime=wib_text(page[-1].at) if page else None,
        detailData=[
            {
                "amount": money(row.amount),
                "transactionDate": wib_text(row.at),
                "remark": row.remark,
                "transactionId": row.number,
                "type": "CREDIT" if row.incoming else "DEBIT",
                "transactionDetailStatus": "SUCCESS",
                "detailInfo": {"kind": row.kind},
            }
            for row in page
        ],
    )  # fmt: skip


def history(desk: Desk, body: dict[str, Any]) -> Reply:
    """Service 12. Pages are numbered from 1 and end with one that is not full; what is pending or failed is shown too."""
    service = desk.service
    size, number = (
        whole_field(service, body, "pageSize", _PAGE, _PAGE),
        whole_field(service, body, "pageNumber", 1, 10**6),
    )
    desk.obey()
    start, end = _period(desk, body)
    rows = sorted(
        desk.reader.rows(start, end) + desk.reader.unsettled(start, end), key=lambda row: (row.at, row.number)
    )
    page = rows[(number - 1) * size : number * size]
    return desk.ok(
        detailData=[
            {
                "dateTime": wib_text(row.at),
                "amount": money(row.amount),
                "remark": row.remark,
                "sourceOfFunds": [{"source": "BALANCE"}],
                "status": row.status,
                "type": _TYPES.get(row.kind) or ("TOP_UP" if row.service == "38" else "DISBURSMENT"),
                "referenceNo": row.number,
                "partnerReferenceNo": row.reference,
                "additionalInfo": {"entry": "CREDIT" if row.incoming else "DEBIT"},
            }
            for row in page
        ],
        additionalInfo={"hasMore": "Y" if number * size < len(rows) else "N"},
    )


def _period(desk: Desk, body: dict[str, Any]) -> tuple[datetime, datetime]:
    """From the given second to the end of the other (a moment, excluded); today if nothing is said. Raises Refused."""
    service, now = desk.service, desk.now
    today = now.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = body.get("fromDateTime"), body.get("toDateTime")
    start = moment(service, "fromDateTime", first) if first else today
    end = moment(service, "toDateTime", last) + _SECOND if last else now + _SECOND
    if start < now - _OLDEST:
        raise refuse(service, 400, "01", "fromDateTime")
    if end <= start or end - start > _LONGEST + _SECOND:
        raise refuse(service, 400, "01", "toDateTime")
    return start, end


def _total(rows: list[Row]) -> dict[str, Any]:
    return {"numberOfEntries": str(len(rows)), "amount": money(sum(row.amount for row in rows))}


def _second(row: Row) -> datetime:
    return row.at.replace(microsecond=0)
