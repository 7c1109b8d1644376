"""What anybody sees of a wave before its draw, and what nobody can break by its address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.participant_api import routes_waves
from functions.participant_api.handler import handler
from prakerja.membership import seed_schemes
from prakerja.platform.pagination import open_cursor
from prakerja.waves import WaveDraft
from prakerja.waves.drawing import take_roots
from prakerja.waves.service import create_wave, join_wave
from tests.support.outside import MemoryArchive
from tests.support.people import plant_person, someone
from tests.support.wired import answer_of, request, wire
from tests.support.world import World


def test_the_roots_of_the_joins_are_public_while_the_wave_is_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire(world, monkeypatch)
    monkeypatch.setattr(routes_waves, "archive", MemoryArchive)
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, 10, 2, now, now + timedelta(hours=3), "NORMAL_2023", 1)
    wave_id = create_wave(world.platform, operator="op-1", draft=draft, key="k1").wave_id
    take_roots(world.platform)
    join_wave(world.platform, person_id=plant_person(world, someone(1)).person_id, wave_id=wave_id, accepted=True)
    world.clock.move(hours=1)
    take_roots(world.platform)
    status, seen = answer_of(handler(request("GET", f"/v1/waves/{wave_id}/draw"), None))
    assert status == 200
    assert (seen["result_hash"], seen["files"]) == (None, {})
    latest, first = seen["join_roots"]
    assert (latest["count"], first["count"]) == (1, 0)
    assert latest["taken_at"] > first["taken_at"]
    assert len(bytes.fromhex(latest["root"])) == 32


@pytest.mark.parametrize("wave_id", ["{}", "{x}", "a b", "é", "x" * 65, "x" * 3000])
@pytest.mark.parametrize("rest", ["", "/draw"])
def test_what_cannot_be_an_id_is_said_to_be_none(
    world: World, monkeypatch: pytest.MonkeyPatch, wave_id: str, rest: str
) -> None:
    wire(world, monkeypatch)
    assert answer_of(handler(request("GET", f"/v1/waves/{wave_id}{rest}"), None))[0] == 422


def test_the_list_goes_on_by_a_cursor_that_the_key_of_cursors_signs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire(world, monkeypatch)
    monkeypatch.setattr(routes_waves, "PAGE", 1)
    seed_schemes(world.platform)
    now = world.clock.programme()
    for number in (1, 2):
        draft = WaveDraft(number, 10, 2, now + timedelta(days=number), now + timedelta(days=9), "NORMAL_2023", 1)
        create_wave(world.platform, operator="op-1", draft=draft, key=f"k{number}")
    _, first = answer_of(handler(request("GET", "/v1/waves"), None))
    assert [wave["number"] for wave in first["waves"]] == [2]
    assert open_cursor("CURSOR_SECRET for tests", "waves", first["next"]), "the key of receipts signs receipts alone"
