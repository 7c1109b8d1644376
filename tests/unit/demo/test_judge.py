"""The judge tells a member who was paid once from one who was not."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.api import Api
from sandbox.demo.cast import CANARIES, Player, Role, cast
from sandbox.demo.files import Local, read_json, write_private
from sandbox.demo.judge import _paid_once, rupiah
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
