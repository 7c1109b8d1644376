"""The generated pages are what the code says now, and no published message broke its contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.contracts import breaks
from docs.discover import messages
from docs.generate import CONTRACTS, broken_contracts, drift, pages, write
from prakerja.platform.outbox import Message


def test_generated_pages_are_up_to_date() -> None:
    stale = drift()
    assert not stale, f"run `make docs`: {stale}"


def test_no_published_message_broke_its_contract() -> None:
    assert broken_contracts() == []


def test_pages_come_out_the_same_every_time() -> None:
    assert pages() == pages()


def test_writing_heals_all_drift(tmp_path: Path) -> None:
    assert write(tmp_path) == sorted(pages())
    assert drift(tmp_path) == []
    (tmp_path / "docs/generated/problems.md").write_text("old")
    (tmp_path / f"{CONTRACTS}/gone.thing_happened.v1.json").write_text("{}")
    assert write(tmp_path) == ["docs/generated/problems.md", f"{CONTRACTS}/gone.thing_happened.v1.json"]
    assert drift(tmp_path) == []


def test_writing_refuses_to_break_a_contract(tmp_path: Path) -> None:
    write(tmp_path)
    topic = messages()[0].topic
    contract = tmp_path / CONTRACTS / f"{topic}.json"
    contract.write_text('{"properties": {"now_gone": {"type": "string"}}}')
    with pytest.raises(ValueError, match=topic):
        write(tmp_path)
    assert "now_gone" in contract.read_text()


class Before(Message):
    topic = "tests.before.v1"
    queue = "nowhere"

    person_id: str
    number: int


class Grown(Before):
    reason: str | None = None


class Demanding(Before):
    reason: str


class Shrunk(Message):
    topic = "tests.shrunk.v1"
    queue = "nowhere"

    person_id: str


class Retyped(Before):
    number: str  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("after", "reasons"),
    [
        (Before, []),
        (Grown, []),
        (Demanding, ["/: 'reason' is required now"]),
        (Shrunk, ["/number: is gone"]),
        (Retyped, ["/number: type was 'integer' and is 'string'"]),
    ],
)
def test_what_breaks_a_contract(after: type[Message], reasons: list[str]) -> None:
    assert breaks(Before.model_json_schema(), after.model_json_schema()) == reasons


def test_enums_may_only_grow() -> None:
    def kinds(*values: str) -> dict[str, object]:
        return {
            "properties": {"kind": {"$ref": "#/$defs/Kind"}},
            "$defs": {"Kind": {"type": "string", "enum": [*values]}},
        }

    assert breaks(kinds("A"), kinds("A", "B")) == []
    assert breaks(kinds("A", "B"), kinds("A")) == ["/kind: 'B' is not accepted any more"]
