"""Reconciliation as stored: days, reports, files handed in, rows of later statements, and what was booked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.balance import PayoutMove, payout_part
from prakerja.payouts.errors import BookedOtherwise, DayMoved
from prakerja.payouts.model import IN_FLIGHT, Payout, PayoutState
from prakerja.payouts.reconciling.comparing import Ours, Standing
from prakerja.payouts.reconciling.report import Report
from prakerja.payouts.reconciling.rows import Row
from prakerja.payouts.store.payouts import attempt_from_item, payout_from_item, payout_key
from prakerja.payouts.store.sent import Sent, order_of, sent_on
from prakerja.platform.access_patterns import (
    ATTEMPT,
    LATE_ROW,
    RECONCILED_BOOKING,
    RECONCILED_DAY,
    RECONCILIATION,
    SETTLEMENT_FILE,
)
from prakerja.platform.ids import derived, fingerprint
from prakerja.platform.parts import Item, Part, put, put_new
from prakerja.platform.problems import NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

READ_AT_ONCE = 100
"""Payouts in one read: the most that a table answers at once."""
KEPT_REPORTS = 50
"""Reports of one day that its item lists; older ones stay readable by their id."""


class DayState(StrEnum):
    """What is to be done about a provider's day."""

    WAITING = "WAITING"
    """Its statement is not there, or cannot be read."""
    AGAIN = "AGAIN"
    """Something new about it was learnt."""
    OPEN = "OPEN"
    """Compared; time may still change the outcome: look again daily."""
    DONE = "DONE"


@dataclass(frozen=True)
class ReconciledDay:
    """One provider's day (WIB)."""

    provider: str
    day: date
    state: DayState = DayState.WAITING
    file_id: str | None = None
    """The settlement file to be used; None: the provider is asked."""
    reports: tuple[str, ...] = ()
    """Ids, latest last."""
    version: int = 0
    """0: not stored yet."""


@dataclass(frozen=True)
class SettlementFile:
    """A file as announced by an operator; its content is whatever has this digest."""

    file_id: str
    provider: str
    day: date
    sha256: str
    size: int
    handed_in_by: str
    announced_at: datetime

    @property
    def name(self) -> str:
        """Where it is kept."""
        return f"settlements/{self.provider}/{self.day.isoformat()}/{self.sha256}.csv"


# our side ---------------------------------------------------------------------------------------------------------
def attempts_on(table: Table, provider: str, day: date) -> Iterator[tuple[str, Ours]]:
    """(order, attempt) of all attempts of a day, ascending."""
    sent = sent_on(table, provider, day)
    while some := list(islice(sent, READ_AT_ONCE)):
        items = table.batch_get(*(payout_key(one.payout_id) for one in some))
        yield from ((order_of(one.reference), ours(one, item)) for one, item in zip(some, items, strict=True))


def ours(sent: Sent, payout: Item | None) -> Ours:
    """One attempt and how it stands, by its payout."""
    found = payout_from_item(payout)
    number = found.provider_reference if found.attempt == sent.number else None
    standing = _standing(sent, found)
    return Ours(sent.reference, sent.payout_id, sent.number, sent.person_id, sent.amount, standing, number or "")


def last_sent_at(table: Table, attempt: Ours) -> datetime:
    """When an attempt was last sent. Raises NotFound."""
    item = table.get(ATTEMPT, payout_id=attempt.payout_id, number=attempt.number)
    if item is None:
        raise NotFound
    return attempt_from_item(item).sent_at


def _standing(sent: Sent, payout: Payout) -> Standing:
    if payout.attempt != sent.number:
        return Standing.FAILED  # a later one follows only when this one is proven unpaid
    if payout.state in IN_FLIGHT:
        return Standing.OPEN
    if payout.state is PayoutState.PAID:
        return Standing.PAID
    return Standing.RETURNED if payout.state is PayoutState.RETURNED else Standing.FAILED


# days -------------------------------------------------------------------------------------------------------------
def load_day(table: Table, provider: str, day: date) -> ReconciledDay:
    """How far a day is; a new one that is not stored yet, if there is none."""
    item = table.get(RECONCILED_DAY, provider=provider, day=day.isoformat())
    return record_of(ReconciledDay, item) if item else ReconciledDay(provider, day)


def recent_days(table: Table, provider: str, limit: int) -> list[ReconciledDay]:
    """The latest days of a provider, newest first."""
    items = table.query(RECONCILED_DAY, limit=limit, descending=True, provider=provider).items
    return [record_of(ReconciledDay, item) for item in items]


def change_day(before: ReconciledDay, **changes: Any) -> Part:
    """Move a day on if nobody else has. Error: DayMoved."""
    after = replace(before, **changes, version=before.version + 1)
    unseen = Attr("pk").not_exists() if before.version == 0 else Attr("version").eq(before.version)
    return put(
        RECONCILED_DAY,
        item_of(after),
        when=unseen,
        error=DayMoved(),
        provider=after.provider,
        day=after.day.isoformat(),
    )


# reports ----------------------------------------------------------------------------------------------------------
def new_report(report: Report) -> Part:
    """Keep a report; the same outcome again is a repeat."""
    return put_new(RECONCILIATION, item_of(report), fingerprint=report.report_id, report_id=report.report_id)


def load_report(table: Table, report_id: str) -> Report:
    """Raises NotFound."""
    item = table.get(RECONCILIATION, report_id=report_id)
    if item is None:
        raise NotFound
    return record_of(Report, item)


def reports_of(table: Table, day: ReconciledDay) -> list[Report]:
    """The reports of a day, latest first."""
    keys = [(RECONCILIATION, {"report_id": report_id}) for report_id in reversed(day.reports)]
    return [record_of(Report, item) for item in (table.batch_get(*keys) if keys else []) if item]


# files ------------------------------------------------------------------------------------------------------------
def new_file(file: SettlementFile) -> Part:
    """Announce a file; the same again is a repeat."""
    mark = fingerprint([file.provider, file.day, file.sha256, file.size])
    return put_new(SETTLEMENT_FILE, item_of(file), fingerprint=mark, file_id=file.file_id)


def load_file(table: Table, file_id: str) -> SettlementFile:
    """Raises NotFound."""
    item = table.get(SETTLEMENT_FILE, file_id=file_id)
    if item is None:
        raise NotFound
    return record_of(SettlementFile, item)


# rows about other days ----------------------------------------------------------------------------------------------
def new_late_row(provider: str, day: date, row: Row) -> tuple[str, Part]:
    """(id, part) of a row that belongs to ``day``, for that day's own reconciliation."""
    row_id = row.identity
    return row_id, put_new(
        LATE_ROW, item_of(row), fingerprint=row_id, provider=provider, day=day.isoformat(), row_id=row_id
    )


def late_rows(table: Table, provider: str, day: date) -> Iterator[tuple[str, Row]]:
    """(id, row) of what later statements said about a day."""
    for item in table.query_all(LATE_ROW, provider=provider, day=day.isoformat()):
        yield LATE_ROW.parse(item)["row_id"], record_of(Row, item)


# bookings -----------------------------------------------------------------------------------------------------------
def booked_once(
    move: PayoutMove, provider: str, day: date, subject: str, amount: int, at: datetime
) -> tuple[Part, Part]:
    """A booking and the mark that it was made, whatever the day of booking. Error: BookedOtherwise."""
    return _booked(move, move, provider, day, subject, amount, at)


def suspense_ended(
    move: PayoutMove, provider: str, day: date, subject: str, amount: int, at: datetime
) -> tuple[Part, Part]:
    """What was suspended leaves suspense by ``move``, once: whoever ends it otherwise later gets BookedOtherwise."""
    return _booked(move, PayoutMove.UNSUSPEND, provider, day, subject, amount, at)


def booked_amount(table: Table, move: PayoutMove, provider: str, day: date, subject: str) -> int | None:
    """How much was booked by this before, in rupiah; None: nothing."""
    booking_id = _booking_id(move, provider, day, subject)
    item = table.get(RECONCILED_BOOKING, provider=provider, day=day.isoformat(), booking_id=booking_id)
    return None if item is None else int(item["amount"])


def suspended_before(table: Table, provider: str, day: date) -> Callable[[str], bool]:
    """Whether something was ever suspended by a subject; the day's bookings are read when it is first asked."""

    @cache
    def known() -> frozenset[str]:
        items = table.query_all(RECONCILED_BOOKING, provider=provider, day=day.isoformat())
        return frozenset(RECONCILED_BOOKING.parse(item)["booking_id"] for item in items)

    return lambda subject: _booking_id(PayoutMove.SUSPEND, provider, day, subject) in known()


def _booked(
    move: PayoutMove, slot: PayoutMove, provider: str, day: date, subject: str, amount: int, at: datetime
) -> tuple[Part, Part]:
    booking_id = _booking_id(slot, provider, day, subject)
    facts: Mapping[str, Any] = {"kind": str(move), "amount": amount}
    mark = put_new(
        RECONCILED_BOOKING,
        facts,
        error=BookedOtherwise(),
        fingerprint=fingerprint([move, amount]),
        provider=provider,
        day=day.isoformat(),
        booking_id=booking_id,
    )
    return mark, payout_part(move, provider, amount, booking_id, at)


def _booking_id(move: PayoutMove, provider: str, day: date, subject: str) -> str:
    return derived("reconciled", move, provider, day.isoformat(), subject)
