"""Who takes part in a draw: what is known of a person at the screening, and again at the decree."""

from __future__ import annotations

from dataclasses import replace

from prakerja.identity import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.identity.service import submit_identity, verify_identity
from prakerja.membership import load_membership
from prakerja.platform.vault import Guards
from prakerja.registration import change_person, load_person
from prakerja.waves import Wave
from prakerja.waves.decreeing import decree_slice, plan_decree
from prakerja.waves.service import load_application
from prakerja.waves.store import family_seat_key
from tests.support.draw_machine import Machine
from tests.support.people import Someone, plant_person, someone
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


def test_a_slice_that_is_repeated_changes_no_end_and_tells_nobody_again(
    world: World, joined: tuple[Wave, list[Someone]]
) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    chunks = plan_decree(machine.p, machine.archive, wave_id=wave.wave_id)

    def outcome() -> list[object]:
        for chunk in chunks:
            decree_slice(machine.p, machine.archive, wave_id=wave.wave_id, **chunk)
        ends = [load_application(world.platform, person_id=who.person_id, wave_id=wave.wave_id)[1] for who in people]
        return [(end, load_membership(world.table, who.person_id)) for who, end in zip(people, ends, strict=True)]

    before = outcome()
    assert len(world.take("registration.notice_requested.v1")) == len(people)
    for who in people:  # nobody would be decreed now
        world.table.commit(change_person(who.person_id, set={"identity_status": "FAILED"}))
    assert outcome() == before
    assert world.take("registration.notice_requested.v1") == []
