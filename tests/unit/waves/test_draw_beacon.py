"""A draw takes its seed from the beacon that it committed to, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from prakerja.waves import Wave
from prakerja.waves.ports import BeaconInvalid
from prakerja.waves.verify import main as verify
from tests.support.draw_machine import Machine, written
from tests.support.outside import Beacon
from tests.support.people import Someone
from tests.support.world import World


def test_a_beacon_that_was_exchanged_after_the_commitment_decides_nothing(
    world: World, joined: tuple[Wave, list[Someone]], tmp_path: Path
) -> None:
    wave, _ = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    before, genuine = dict(machine.archive.files), machine.beacon
    machine.beacon = Beacon(key=b"another key in the same beacon..")
    with pytest.raises(BeaconInvalid, match=r"rules\.json"):
        machine.draw(wave.wave_id)
    assert (machine.archive.files, machine.beacon.asked) == (before, 0)
    machine.beacon = genuine  # it is back, and the draw goes on
    machine.draw(wave.wave_id)
    assert verify([str(written(machine.archive, wave.wave_id, tmp_path))]) == 0
