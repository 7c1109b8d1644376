"""Settlement files as providers really write them: any usual separator, quoting, encoding and way of writing amounts.

A row that cannot be read with certainty is a ``BadRow`` with its line number; it is never guessed at and never swallows
its neighbours. A file without the columns that matter is ``Unreadable`` as a whole. Read as a stream: memory for one line.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from prakerja.payouts.reconciling.rows import BadRow, Kind, Row, Unreadable, says_funding

MAX_LINE = 64 * 1024
HEADER_WITHIN = 20
"""Lines of letterhead that may stand before the names of the columns."""
JOINED_LINES = 4
"""A quoted field may run over so many lines; a quote that is never closed spoils one line and not the file."""

COLUMNS = {
    "reference": ("partner_reference_no", "partnerreferenceno", "original_partner_reference_no", "partner_reference",
                  "no_referensi_mitra", "referensi_mitra"),
    "transaction": ("reference_no", "referenceno", "transaction_id", "transactionid", "no_referensi", "id_transaksi"),
    "kind": ("type", "transaction_type", "jenis", "jenis_transaksi", "dk", "debit_credit"),
    "amount": ("amount", "nominal", "jumlah", "value"),
    "status": ("status", "transaction_status", "keterangan_status"),
    "at": ("transaction_date", "transactiondate", "date", "tanggal", "waktu", "tanggal_transaksi"),
    "remark": ("remark", "description", "keterangan", "berita", "notes"),
}  # fmt: skip
"""What a column may be called (lower case, words joined by ``_``)."""
NEEDED = ("reference", "amount")

KINDS = {
    **dict.fromkeys(("PAYOUT", "DEBIT", "D", "DB", "TOP_UP", "TOPUP", "TRANSFER", "DISBURSEMENT", "DISBURSMENT"), Kind.PAYOUT),
    **dict.fromkeys(("RETURN", "REFUND", "REVERSAL", "CREDIT", "C", "K", "KREDIT", "CR"), Kind.RETURN),
    **dict.fromkeys(("FEE", "BIAYA", "ADMIN"), Kind.FEE),
    **dict.fromkeys(("FUNDING", "DEPOSIT", "TOP_UP_DEPOSIT", "SETORAN"), Kind.FUNDING),
    **dict.fromkeys(("OPENING", "OPENING_BALANCE", "SALDO_AWAL"), Kind.OPENING),
    **dict.fromkeys(("CLOSING", "CLOSING_BALANCE", "SALDO_AKHIR"), Kind.CLOSING),
}  # fmt: skip
SETTLED = {"", "SUCCESS", "SUCCESSFUL", "SETTLED", "COMPLETED", "BERHASIL", "SUKSES", "00"}
NOT_SETTLED = {
    "FAILED",
    "FAIL",
    "GAGAL",
    "CANCELLED",
    "CANCELED",
    "CLOSED",
    "PENDING",
    "INIT",
    "REJECTED",
    "05",
    "06",
    "03",
}

_OUR_FORM = re.compile(r"\bP\d{5}[A-Z2-7]{12}\d\d\b")
_UNSAFE = re.compile(r"[^\x20-\x7e]")
_AMOUNT = re.compile(
    r"(?:Rp\.?|IDR)?\s*(?P<whole>\d{1,3}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})*|\d+)(?:(?P<point>[.,])(?P<sen>\d{1,2}))?",
    re.IGNORECASE | re.ASCII,
)


def read_rows(chunks: Iterable[bytes]) -> Iterator[Row | BadRow]:
    """The rows of a file. Raises Unreadable if no line names the columns, or the file is empty."""
    lines = _lines(chunks)
    columns, width, separator = _header(lines)

    def split(record: str) -> list[str]:
        return next(csv.reader([record], delimiter=separator), [])

    for number, record in _records(lines, lambda record: len(split(record)) == width):
        if isinstance(record, BadRow):
            yield record
            continue
        fields = split(record)
        if any(field.strip() for field in fields):
            yield _row(number, fields, columns, width)


def read_amount(text: str) -> int | None:
    """Whole rupiah of ``600000``, ``600000.00``, ``600.000,00``, ``600,000.00``, ``Rp600.000``; None if it is none of these.

    A lone separator before three digits groups thousands. Sen are refused: the programme pays none.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (found["group"] is not None and found["group"] == found["point"]):
        return None
    if found["sen"] and int(found["sen"]):
        return None
    digits = re.sub(r"[.,]", "", found["whole"])
    return int(digits) if len(digits) <= 15 else None


def clean(text: str, length: int = 64) -> str:
    """Text of theirs that may be stored, sorted and shown: printable ASCII, cut."""
    return _UNSAFE.sub("?", text.strip())[:length]


def _lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    """(number, text) of every line; UTF-8, or UTF-16 if the file says so. What cannot be decoded becomes a mark."""
    number, rest, decode = 0, "", None
    for chunk in chunks:
        decode = decode or _decoder(chunk)
        rest += decode(chunk)
        whole, rest = (rest[:-1], "\r") if rest.endswith("\r") else (rest, "")  # maybe half of a line's end
        *ended, open_line = re.split(r"\r\n|\n|\r", whole)
        rest = open_line[: 2 * MAX_LINE] + rest  # longer than any line may be: bad already, whatever follows
        for line in ended:
            number += 1
            yield number, line
    for line in re.split(r"\r\n|\n|\r", rest):
        number += 1
        yield number, line


def _decoder(start: bytes) -> Callable[[bytes], str]:
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")(errors="replace").decode


def _header(lines: Iterator[tuple[int, str]]) -> tuple[dict[str, list[int]], int, str]:
    """Positions of the columns by meaning, how many there are, and what separates them."""
    for number, line in lines:
        if number > HEADER_WITHIN:
            break
        separator = max(",;\t|", key=line.count)
        names = [re.sub(r"[\s-]+", "_", name.strip().strip('"').lower()) for name in line.split(separator)]
        places = {meaning: [n for n, name in enumerate(names) if name in known] for meaning, known in COLUMNS.items()}
        if all(places[meaning] for meaning in NEEDED):
            return places, len(names), separator
    raise Unreadable("no line names the columns of our reference and of the amount")


def _records(lines: Iterator[tuple[int, str]], fits: Callable[[str], bool]) -> Iterator[tuple[int, str | BadRow]]:
    """Lines, put together where a quoted field holds a line break: only if what comes out ``fits``."""
    waiting: deque[tuple[int, str]] = deque()

    def next_line() -> tuple[int, str] | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (found := next_line()) is not None:
        number, text = found
        joined = [text]
        while _is_open(joined) and len(joined) < JOINED_LINES and (more := next_line()) is not None:
            joined.append(more[1])
        if len(text) > MAX_LINE:
            bad = "the line is too long"
        else:
            bad = "a quote is not closed" if _is_open(joined) or (joined[1:] and not fits("\n".join(joined))) else ""
        if bad:
            waiting.extendleft((number + n, joined[n]) for n in range(len(joined) - 1, 0, -1))
        yield number, BadRow(number, bad) if bad else "\n".join(joined)


def _is_open(lines: list[str]) -> bool:
    return bool(sum(line.count('"') for line in lines) % 2)


def _row(number: int, fields: list[str], columns: dict[str, list[int]], width: int) -> Row | BadRow:
    if len(fields) != width:
        return BadRow(number, f"{len(fields)} fields where {width} are named")
    values = {}
    for meaning, places in columns.items():
        found = {fields[place].strip() for place in places}
        if len(found) > 1:
            return BadRow(number, f"two columns of {meaning} disagree")
        values[meaning] = found.pop() if found else ""
    amount = read_amount(values["amount"])
    if amount is None:
        return BadRow(number, "the amount cannot be read")
    kind, reference = _kind(values), _reference(values)
    if kind is None:
        return BadRow(number, "the type or status is not one that is known")
    if kind is Kind.RETURN and not reference and says_funding(f"{values['kind']} {values['remark']}"):
        kind = Kind.FUNDING
    if reference and "�" in values["reference"]:
        return BadRow(number, "the reference cannot be decoded")
    return Row(number, kind, reference, clean(values["transaction"]), amount, clean(values["at"], 40))


def _kind(values: dict[str, str]) -> Kind | None:
    status = values["status"].upper()
    if status in NOT_SETTLED:
        return Kind.NOT_SETTLED
    if status not in SETTLED:
        return None
    word = re.sub(r"[\s-]+", "_", values["kind"].upper())
    return KINDS.get(word) if word else Kind.PAYOUT


def _reference(values: dict[str, str]) -> str:
    if values["reference"]:
        return clean(values["reference"])
    mentioned = _OUR_FORM.search(values["remark"].upper())
    return mentioned[0] if mentioned else ""
