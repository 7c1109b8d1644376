"""The judge tells a member who was paid once from one who was not."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.demo.api import Api
from sandbox.demo.cast import CANARIES, Player, Role, cast
from sandbox.demo.files import Local, read_json, write_private
from sandbox.demo.findings import rupiah
from sandbox.demo.judge import _callbacks, _paid_once, _statements
from sandbox.demo.participant import Participant

CREDIT = {"amount": 600_000, "reference_no": "BNI0000000042"}


def _player() -> Player:
    players = cast(1, 40, lambda person: Participant(Api("http://x", threading.Event()), None, person.phone, "x@y.z"))  # type: ignore[arg-type]
    player = players[0]
    player.provider, player.account = "BNI", "1234567890"
    player.incentive, player.provider_reference = 600_000, "BNI0000000042"
    return player


@pytest.mark.parametrize(
    ("received", "right"),
    [
        ([CREDIT], True),
        ([], False),
        ([CREDIT, CREDIT], False),
        ([{**CREDIT, "amount": 1}], False),
        ([{**CREDIT, "reference_no": "BNI0000000043"}], False),
    ],
    ids=["once", "never", "twice", "another amount", "another reference"],
)
def test_paid_once(received: list[dict[str, Any]], right: bool) -> None:
    assert _paid_once(_player(), {("BNI", "1234567890"): received}) is right


REPORT = {
    "attempts": 2,
    "rows": 3,
    "differences": 0,
    "buckets": {"MATCHED": {"count": 2, "ours": 1_200_000, "paid": 1_200_000, "returned": 0}},
    "tie_out": {"paid": 1_200_000, "difference": 0},
}


@pytest.mark.parametrize(
    ("report", "agrees"),
    [
        (REPORT, True),
        ({**REPORT, "tie_out": {}}, True),
        ({**REPORT, "differences": 1}, False),
        ({**REPORT, "tie_out": {"difference": -1}}, False),
        ({**REPORT, "buckets": {"MATCHED": {**REPORT["buckets"]["MATCHED"], "paid": 600_000}}}, False),  # type: ignore[index]
    ],
    ids=["all matched", "theirs states no balance", "a difference", "the balance is off", "less left than we say"],
)
def test_a_statement_agrees(report: dict[str, Any], agrees: bool) -> None:
    (finding,) = _statements(SimpleNamespace(reports={"BNI": report}))  # type: ignore[arg-type]
    assert finding.agrees is agrees


@pytest.mark.parametrize(
    ("kind", "state", "agrees"),
    [
        ("result", "ACCEPTED", [True, True]),
        ("callback_duplicated", "WAITING", [False, True]),
        ("result", "GIVEN_UP", [False, True]),
        ("callback_forged", "GIVEN_UP", [True, True]),
        ("callback_forged", "ACCEPTED", [True, False]),
    ],
)
def test_call_backs_are_taken_if_they_are_genuine(kind: str, state: str, agrees: list[bool]) -> None:
    outside = SimpleNamespace(callbacks=lambda: [{"kind": kind, "state": state}])
    assert [finding.agrees for finding in _callbacks(SimpleNamespace(outside=outside))] == agrees  # type: ignore[arg-type]


def test_the_cast_has_everybody_the_story_needs() -> None:
    players = cast(7, 40, lambda person: Participant(Api("http://x", threading.Event()), None, person.phone, "x@y.z"))  # type: ignore[arg-type]
    assert len(players) == 40
    assert [player.role for player in players].count(Role.NEVER_VERIFIED) == 1
    assert [player.role for player in players].count(Role.STAYS_AWAY) == 1
    assert sum("Kenari" in player.person.full_name for player in players) == CANARIES
    assert len({player.person.nik for player in players}) == 40


def test_rupiah() -> None:
    assert rupiah(1_234_000) == "Rp1.234.000"


def test_what_may_hold_keys_is_private(tmp_path: Path) -> None:
    file = Local(tmp_path / "new").secrets
    write_private(file, {"key": "é"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_json(file) == {"key": "é"}
    assert read_json(tmp_path / "missing.json") == {}
