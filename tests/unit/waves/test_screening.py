"""Who takes part in a draw: what is known of a person at the screening, and again at the decree."""

from __future__ import annotations

from dataclasses import replace

from prakerja.identity import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.identity.service import submit_identity, verify_identity
from prakerja.platform.vault import Guards
from prakerja.registration import load_person
from prakerja.waves.store import family_seat_key
from tests.support.people import plant_person, someone
from tests.support.world import World


class Registry:
    """Knows everybody."""

    def verify(self, record: RegistryRecord) -> RegistryAnswer:
        return RegistryAnswer(RegistryOutcome.MATCH)


def test_a_family_card_has_two_seats_while_guard_keys_rotate(world: World) -> None:
    seats = set()
    for number, keys in ((1, {"k1": "old"}), (2, {"k1": "old", "k2": "new"})):
        who = plant_person(world, someone(number, family=7), verified=False)
        p = replace(world.platform, guards=Guards(keys))
        record = RegistryRecord(who.nik, who.family_card_number, who.full_name, who.birth_date, who.mother_name)
        check = submit_identity(p, person_id=who.person_id, record=record, region="3276", key=f"{number}")
        verify_identity(p, Registry(), person_id=who.person_id, check_number=check.number)
        family = load_person(world.table, who.person_id).family_digest
        assert family is not None
        seats |= {family_seat_key(family, seat)[1]["digest"] for seat in (1, 2)}
    assert len(seats) == 1
