"""Settlement files as providers write them: every row is read with certainty or reported with its line number."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.payouts.reconciling.reading import read_amount, read_rows
from prakerja.payouts.reconciling.rows import BadRow, Kind, Row, Unreadable
from tests.support.statements import HEADER, chunks, line, settlement

REFERENCE = "P26015ABCDEFGHIJKL01"
GOOD = settlement(
    line("OPENING", 10_000_000),
    line("PAYOUT", 600_000, REFERENCE, "BNI0000000001"),
    line("RETURN", 600_000, REFERENCE, "BNI0000000002"),
    line("FEE", 2_500, "", "BNI0000000003"),
    line("CLOSING", 9_997_500),
)


def read(content: bytes, size: int = 7) -> list[Row | BadRow]:
    return list(read_rows(chunks(content, size)))


def facts(content: bytes) -> list[tuple[str, str, str, int]]:
    return [(r.kind, r.reference, r.transaction_id, r.amount) for r in read(content) if isinstance(r, Row)]


EXPECTED = [
    ("OPENING", "", "", 10_000_000),
    ("PAYOUT", REFERENCE, "BNI0000000001", 600_000),
    ("RETURN", REFERENCE, "BNI0000000002", 600_000),
    ("FEE", "", "BNI0000000003", 2_500),
    ("CLOSING", "", "", 9_997_500),
]


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        codecs.BOM_UTF8 + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.replace(b",", b";"),
        GOOD.replace(b",", b"\t"),
        GOOD.decode().encode("utf-16"),
        b"PT BANK CONTOH\nLaporan 15 Januari 2026\n\n" + GOOD,
        GOOD.rstrip(b"\n"),
        GOOD.replace(b"\n", b"\n\n"),
        GOOD.replace(b"PAYOUT", b'"PAYOUT"').replace(b"SUCCESS,\n", b'SUCCESS,"Insentif, Prakerja\nbaris dua"\n'),
        GOOD.replace(b"600000.00", b'"600.000,00"').replace(b"2500.00", b'"2.500,00"'),
        GOOD.replace(b"600000.00", b'"600,000.00"').replace(b"2500.00", b"Rp2.500"),
        GOOD.replace(b"600000.00", b"IDR 600000").replace(b"PAYOUT", b"Debit").replace(b"RETURN", b"kredit"),
        GOOD.replace(b"partner_reference_no", b"Partner Reference No").replace(b"amount", b"NOMINAL"),
        GOOD.replace(b"SUCCESS,", b"SUCCESS,Jos\xe9 \xff\xfe"),
    ],
    ids=[
        "as the stand-in writes it", "BOM", "CRLF", "CR", "semicolons", "tabs", "UTF-16", "letterhead", "no last end",
        "empty lines", "quotes over lines", "points and comma", "commas and point", "currency and Indonesian words",
        "other names", "Latin-1",
    ],
)  # fmt: skip
def test_the_same_rows_are_read_however_they_are_written(content: bytes) -> None:
    assert facts(content) == EXPECTED
    assert not [row for row in read(content) if isinstance(row, BadRow)]


@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
def test_it_does_not_matter_where_the_pieces_end(size: int) -> None:
    content = GOOD.replace(b"\n", b"\r\n")
    assert read(content, size) == read(content, 7)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("x,y", "2 fields where 9 are named"),
        (line("PAYOUT", 1, REFERENCE) + ",more", "10 fields where 9 are named"),
        (line("PAYOUT", 600_000, REFERENCE).replace("600000.00", "enam ratus"), "the amount cannot be read"),
        (line("PAYOUT", 600_000, REFERENCE).replace("600000.00", "600000.50"), "the amount cannot be read"),
        (line("PAYOUT", 600_000, REFERENCE).replace("600000.00", "-600000.00"), "the amount cannot be read"),
        (line("PAYOUT", 600_000, REFERENCE).replace("600000.00", ""), "the amount cannot be read"),
        (line("ADJUSTMENT", 600_000, REFERENCE), "the type or status is not one that is known"),
        (line("PAYOUT", 600_000, REFERENCE, status="PERHAPS"), "the type or status is not one that is known"),
        (line("PAYOUT", 600_000, REFERENCE, remark='"never closed'), "a quote is not closed"),
        (line("PAYOUT", 600_000, "P26015\udcffBC".encode("utf-8", "surrogateescape").decode("latin-1")), ""),
        (line("PAYOUT", 600_000, REFERENCE, remark="x" * 70_000), "the line is too long"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_harms_no_other(bad: str, problem: str) -> None:
    content = settlement(
        line("PAYOUT", 1, REFERENCE, "N1"), bad, *[line("PAYOUT", n, REFERENCE, f"N{n}") for n in range(2, 9)]
    )
    rows = read(content, 1000)
    assert [row.amount for row in rows if isinstance(row, Row) and row.line != 3] == list(range(1, 9))
    if problem:
        assert [row for row in rows if isinstance(row, BadRow)] == [BadRow(3, problem)]


def test_a_column_that_stands_twice_must_say_the_same_twice() -> None:
    doubled = f"{HEADER},amount"
    rows = read(
        "\n".join([doubled, line("PAYOUT", 5, REFERENCE) + ",5.00", line("PAYOUT", 5, REFERENCE) + ",6.00"]).encode()
    )
    assert [type(row) for row in rows] == [Row, BadRow]
    assert rows[1] == BadRow(3, "two columns of amount disagree")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"<html>maintenance</html>", GOOD.replace(b"partner_reference_no", b"who"), GOOD.replace(b"amount", b"sum"), b"\0" * 5000],
    ids=["empty", "blank", "HTML", "no reference", "no amount", "zeros"],
)  # fmt: skip
def test_a_file_without_the_columns_that_matter_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content)


def test_our_reference_is_found_in_the_remark() -> None:
    (row,) = read(settlement(line("PAYOUT", 5, "", "N1", remark=f"TRF {REFERENCE} Insentif")))
    assert isinstance(row, Row)
    assert row.reference == REFERENCE


def test_what_was_refused_or_only_announced_moved_no_money() -> None:
    rows = read(settlement(*(line("PAYOUT", 5, REFERENCE, status=s) for s in ("FAILED", "PENDING", "GAGAL"))))
    assert [row.kind for row in rows if isinstance(row, Row)] == [Kind.NOT_SETTLED] * 3


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("600000", 600_000), ("600000.00", 600_000), ("600.000,00", 600_000), ("600,000.00", 600_000),
        ("600.000", 600_000), ("600,000", 600_000), ("Rp600.000", 600_000), ("Rp 1.200.000,00", 1_200_000),
        ("1.200.000", 1_200_000), ("IDR 50000.0", 50_000), ("0.00", 0), ("600000.01", None), ("600,00,00", None),
        ("6.00.000", None), ("1.200,000.00", None), ("1.200.000.00", None), ("", None), ("-5", None), ("6e5", None),
        ("٦٠٠", None), ("9" * 16, None), ("(600000)", None),
    ],
)  # fmt: skip
def test_amounts(text: str, amount: int | None) -> None:
    assert read_amount(text) == amount


@given(st.integers(0, 10**12))
def test_every_way_of_writing_an_amount_reads_the_same(amount: int) -> None:
    english = f"{amount:,}"
    indonesian = english.replace(",", ".")
    for text in (str(amount), f"{amount}.00", english, f"{english}.00", indonesian, f"{indonesian},00"):
        assert read_amount(text) == amount


@given(st.binary(max_size=2000))
def test_no_bytes_crash_the_reader_and_no_line_is_lost(noise: bytes) -> None:
    """Every line with anything in it after the header is a row or a bad row."""
    content = (HEADER + "\n").encode() + noise
    rows = read(content, 64)
    starts = [row.line for row in rows]
    assert starts == sorted(set(starts))
