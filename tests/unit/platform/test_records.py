"""Records as items: what is written is read back, older and newer writers are understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum

import pytest

from prakerja.platform.parts import to_attribute
from prakerja.platform.records import item_of, record_of


class Colour(StrEnum):
    RED = "RED"


class Size(IntEnum):
    SMALL = 1


@dataclass(frozen=True)
class Inner:
    number: int
    blob: bytes


@dataclass(frozen=True)
class Outer:
    name: str
    colour: Colour
    size: Size
    at: datetime
    day: date
    inner: Inner
    many: tuple[Inner, ...]
    maybe: datetime | None
    numbers: tuple[int, ...] = ()
    flag: bool = False
    note: str | None = None


WHOLE = Outer(
    name="x",
    colour=Colour.RED,
    size=Size.SMALL,
    at=datetime(2026, 1, 15, 3, 0, 0, 1, tzinfo=UTC),
    day=date(2026, 1, 15),
    inner=Inner(1, b"\x00"),
    many=(Inner(2, b"a"), Inner(3, b"b")),
    maybe=None,
    numbers=(1, 999),
    flag=True,
)


def test_a_record_comes_back_as_it_was() -> None:
    item = item_of(WHOLE)
    assert item["at"] == "2026-01-15T03:00:00.000001Z"
    assert (item["colour"], item["size"], item["day"]) == ("RED", 1, "2026-01-15")
    assert "maybe" not in item
    assert "note" not in item
    assert record_of(Outer, item) == WHOLE
    for value in item.values():
        to_attribute(value)


def test_some_fields_only() -> None:
    assert item_of(WHOLE, "name", "note") == {"name": "x"}


def test_older_items_lack_fields_and_newer_ones_have_more() -> None:
    item = item_of(WHOLE)
    for field in ("numbers", "flag"):
        del item[field]
    older = record_of(Outer, {**item, "pk": "A", "sk": "B", "schema": 1, "from_the_future": 1})
    assert (older.numbers, older.flag, older.maybe, older.note) == ((), False, None, None)


def test_what_is_needed_and_missing_or_unknown_is_an_error() -> None:
    item = item_of(WHOLE)
    with pytest.raises(TypeError):
        record_of(Outer, {name: value for name, value in item.items() if name != "name"})
    with pytest.raises(ValueError):
        record_of(Outer, {**item, "colour": "GREEN"})
