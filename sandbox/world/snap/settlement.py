"""The settlement file: a CSV per WIB day that a provider puts out on the next, with all that can be wrong with one."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

from .books import WIB
from .callbacks import wib_text
from .engine import Engine
from .menu import Place
from .rows import Row

COLUMNS = (
    "transaction_date", "reference_no", "partner_reference_no", "type", "account", "amount", "fee", "status", "remark",
)  # fmt: skip
_DAY = timedelta(days=1)


class NotReady(Exception):
    """The file of that day does not exist yet."""


def statement(engine: Engine, provider: str, start: datetime, end: datetime) -> list[Row]:
    """What services 12 and 14 would show of the provider's first client; the end is excluded."""
    return engine.reader(provider, "statement").rows(start, end)


def csv_file(engine: Engine, provider: str, day: date, *, early: bool = False) -> bytes:
    """The file of one WIB day, ready when the next begins. Raises NotReady; ``early`` gives what there is so far."""
    source = engine.reader(provider, "file")
    start = datetime.combine(day, time(), WIB)
    forms = {one.what: one for one in engine.faults.standing(Place.FILE, provider, "file", "", "", source.now)}
    ready = start + _DAY
    if late := forms.get("csv_late"):
        ready += timedelta(seconds=late.seconds or 86_400)
    if source.now < ready and not early:
        raise NotReady(f"the file of {day} is ready at {wib_text(ready)}")
    lines = [_balance_line("OPENING", start, source.balance(start), source.source)]
    lines += [_line(row) for row in source.rows(start, start + _DAY)]
    end = start + _DAY - timedelta(seconds=1)
    lines.append(_balance_line("CLOSING", end, source.balance(start + _DAY), source.source))
    return _written(lines, frozenset(forms))


def _line(row: Row) -> list[str]:
    amounts = [f"{row.amount}.00", f"{row.fee}.00"]
    return [wib_text(row.at), row.number, row.reference, row.kind, row.account, *amounts, row.status, row.remark]


def _balance_line(kind: str, at: datetime, balance: int, account: str) -> list[str]:
    return [wib_text(at), "", "", kind, account, f"{balance}.00", "0.00", "SUCCESS", ""]


def _written(lines: list[list[str]], forms: frozenset[str]) -> bytes:
    if "csv_duplicate_rows" in forms:
        lines = [line for number, line in enumerate(lines) for _ in range(1 + number % 2)]
    table = [list(COLUMNS), *lines]
    if "csv_missing_column" in forms:
        gone = COLUMNS.index("partner_reference_no")
        table = [line[:gone] + line[gone + 1 :] for line in table]
    text = io.StringIO()
    csv.writer(text, delimiter=";" if "csv_semicolon" in forms else ",", lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8-sig" if "csv_bom" in forms else "utf-8")
