"""Their side of a day as a stream of rows: the settlement file that was handed in, or else the provider itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from math import ceil

from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider, StatementFiles
from prakerja.payouts.reconciling.reading import clean, read_rows
from prakerja.payouts.reconciling.rows import BadRow, Kind, Row, Unreadable, says_funding
from prakerja.payouts.statements import StatementEntry, StatementStatus
from prakerja.payouts.store.reconciliations import ReconciledDay, SettlementFile, load_file
from prakerja.platform import Platform
from prakerja.platform.clock import end_of_wib_day, to_text, wib_date

WINDOW = timedelta(hours=1)
NARROWEST = timedelta(minutes=1)
FEE_WORDS = ("FEE", "BIAYA", "ADMIN")


def last_day(p: Platform) -> date:
    """The latest day (WIB) that can be compared: yesterday, or today as far as it has gone where a stage allows that."""
    return wib_date(p.clock.wall()) - timedelta(days=0 if p.settings.compare_open_days else 1)


class StatementAbsent(Exception):
    """There is nothing to compare with: no file, and the provider does not tell, or not now."""


def rows_of(
    p: Platform, providers: Mapping[str, PaymentProvider], files: StatementFiles, state: ReconciledDay
) -> Iterator[Row | BadRow]:
    """The rows; while they are read, raises StatementAbsent or Unreadable."""
    if state.file_id is not None:
        return _of_file(files, load_file(p.table, state.file_id))
    if state.provider not in providers:
        raise StatementAbsent
    end = end_of_wib_day(state.day)
    return statement_rows(p, providers[state.provider], end - timedelta(days=1), end)


def _of_file(files: StatementFiles, file: SettlementFile) -> Iterator[Row | BadRow]:
    """Raises StatementAbsent if the file was announced and not put, Unreadable if it is another one."""
    found = hashlib.sha256()

    def counted() -> Iterator[bytes]:
        for piece in files.read(file.name):
            found.update(piece)
            yield piece

    try:
        yield from read_rows(counted())
    except KeyError as error:
        raise StatementAbsent from error
    if found.hexdigest() != file.sha256:
        raise Unreadable("the file is not the one that was announced")


def statement_rows(p: Platform, bank: PaymentProvider, start: datetime, end: datetime) -> Iterator[Row | BadRow]:
    """What the provider itself says of [start, end), hour by hour; while it is read, raises StatementAbsent."""
    number, opening, closing = 0, None, None

    def external_id() -> str:
        return bank.external_id(p.clock.wall(), p.ids.digits(EXTERNAL_ID_DIGITS))

    begins = [start + n * WINDOW for n in range(ceil((end - start) / WINDOW))]
    waiting = [(begin, min(begin + WINDOW, end)) for begin in reversed(begins)]
    while waiting:
        begin, until = waiting.pop()
        answer = bank.statement(begin, until, external_id)
        if answer.status in (StatementStatus.UNAVAILABLE, StatementStatus.NOT_SUPPORTED):
            raise StatementAbsent
        if answer.status is StatementStatus.INCOMPLETE and until - begin > NARROWEST:
            middle = begin + (until - begin) / 2
            waiting += [(middle, until), (begin, middle)]
            continue
        opening = answer.opening if opening is None else opening
        closing = answer.closing if answer.closing is not None else closing
        for entry in answer.entries:
            number += 1
            yield _row(number, entry)
        if answer.status is StatementStatus.INCOMPLETE:
            number += 1
            yield BadRow(number, f"the statement is incomplete from {to_text(begin)}")
    for kind, amount in ((Kind.OPENING, opening), (Kind.CLOSING, closing)):
        if amount is not None:
            number += 1
            yield Row(number, kind, "", "", amount)


def _row(number: int, entry: StatementEntry) -> Row:
    reference = clean(entry.reference or "")
    if not entry.settled:
        kind = Kind.NOT_SETTLED
    elif entry.incoming:
        funding = not reference and (entry.deposit or says_funding(entry.note))
        kind = Kind.FUNDING if funding else Kind.RETURN
    elif not reference and any(word in entry.note.upper() for word in FEE_WORDS):
        kind = Kind.FEE
    else:
        kind = Kind.PAYOUT
    return Row(number, kind, reference, clean(entry.provider_reference or ""), entry.amount, to_text(entry.at))
