"""A wave that people joined, for the tests of what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.membership import seed_schemes
from prakerja.waves import Wave, WaveDraft
from prakerja.waves.service import create_wave, join_wave, turn_wave
from tests.support.draw_machine import PEOPLE, QUOTA, RESERVES
from tests.support.outside import Runs
from tests.support.people import Someone, plant_person, someone
from tests.support.world import World


@pytest.fixture
def joined(world: World) -> tuple[Wave, list[Someone]]:
    """Twelve people joined; the first four share a family card. The wave is closed."""
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, QUOTA, RESERVES, now, now + timedelta(hours=1), "NORMAL_2023", 1)
    wave = create_wave(world.platform, operator="op-1", draft=draft, key="k1")
    people = [plant_person(world, someone(n, family=0 if n < 4 else n)) for n in range(PEOPLE)]
    for who in people:
        join_wave(world.platform, person_id=who.person_id, wave_id=wave.wave_id, accepted=True)
    world.take()
    world.clock.move(hours=2)
    turn_wave(world.platform, Runs(), wave_id=wave.wave_id)
    return wave, people
