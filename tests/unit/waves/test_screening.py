"""Who takes part in a draw: what is known of a person at the screening, and again at the decree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prakerja.exclusions import Source
from prakerja.exclusions.api import NewRow
from prakerja.exclusions.service import add_list
from prakerja.identity import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.identity.service import submit_identity, verify_identity
from prakerja.membership import load_membership, load_scheme
from prakerja.platform.access_patterns import EXCLUSION
from prakerja.platform.parts import delete
from prakerja.platform.vault import Guards
from prakerja.registration import change_person, load_person
from prakerja.waves import Application, Wave
from prakerja.waves.api import ApplicationView, Receipt
from prakerja.waves.decreeing import decree_slice, plan_decree
from prakerja.waves.service import load_application
from prakerja.waves.store import family_seat_key, load_wave
from prakerja.waves.verify import main as verify
from tests.support.draw_machine import PEOPLE, QUOTA, Machine, written
from tests.support.people import Someone, plant_person, someone
from tests.support.world import World


def exclude(world: World, *people: Someone, source: Source = Source.BKN, reason: str = "ASN", until: str = "") -> None:
    rows = [NewRow(nik=who.nik, reason=reason, valid_from="2026-01-01", valid_until=until or None) for who in people]
    add_list(world.platform, operator="op-1", source=source, rows=rows, key=f"{people[0].nik}{reason}")


def ends(world: World, wave: Wave, people: list[Someone]) -> list[Application]:
    return [load_application(world.platform, person_id=who.person_id, wave_id=wave.wave_id)[1] for who in people]


def explained(world: World, wave: Wave, who: Someone, language: str = "en") -> str:
    found, end = load_application(world.platform, person_id=who.person_id, wave_id=wave.wave_id)
    return ApplicationView.of(found, end, Receipt(text="", kid="", signature=""), language).explanation


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


def test_who_is_on_a_list_does_not_take_part_and_is_told_by_whom(
    world: World, joined: tuple[Wave, list[Someone]], tmp_path: Path
) -> None:
    wave, people = joined
    listed, aided, formerly = people[4:7], people[7], people[8]
    exclude(world, *listed)
    exclude(world, aided, source=Source.KEMENSOS, reason="SOCIAL_AID")  # does not exclude under this scheme
    exclude(world, formerly, reason="STUDENT", until="2026-01-02")
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    machine.decree(wave.wave_id)
    reasons = {who.person_id: end.reason for who, end in zip(people, ends(world, wave, people), strict=True)}
    assert {who for who, reason in reasons.items() if reason == "EXCLUDED:BKN:ASN"} == {who.person_id for who in listed}
    assert "Ask your agency or BKN" in explained(world, wave, listed[0])
    assert "instansi Anda atau BKN" in explained(world, wave, listed[0], "id")
    folder = written(machine.archive, wave.wave_id, tmp_path)
    assert verify([str(folder)]) == 0
    assert (folder / "summary.json").read_text("utf-8").count('"EXCLUDED": 3') == 1
    published = b"".join(data for name, data in machine.archive.files.items() if "/published/" in name)
    assert not [word for word in (b"BKN", b"ASN") if word in published]


def test_social_aid_excludes_under_a_scheme_that_says_so(
    world: World, joined: tuple[Wave, list[Someone]], monkeypatch: pytest.MonkeyPatch
) -> None:
    wave, people = joined
    exclude(world, *people, source=Source.KEMENSOS, reason="SOCIAL_AID")
    monkeypatch.setattr(
        "prakerja.waves.screening.load_scheme",
        lambda *about: replace(load_scheme(*about), exclude_social_aid=True),
    )
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    assert load_wave(world.table, wave.wave_id).competing == 0


def test_who_was_listed_after_the_draw_is_not_decreed(world: World, joined: tuple[Wave, list[Someone]]) -> None:
    wave, people = joined
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    machine.agree(wave.wave_id)
    exclude(world, *people)
    machine.decree(wave.wave_id)
    assert not [who for who in people if load_membership(world.table, who.person_id)]
    reasons = [end.reason for end in ends(world, wave, people)]
    assert QUOTA <= reasons.count("EXCLUDED:BKN:ASN") < PEOPLE  # the others are told what the draw decided


def test_who_was_taken_off_the_list_since_is_told_that_they_were_on_one(
    world: World, joined: tuple[Wave, list[Someone]]
) -> None:
    wave, people = joined
    exclude(world, *people)
    machine = Machine(world)
    machine.screen(wave.wave_id)
    machine.draw(wave.wave_id)
    for who in people:
        world.table.commit(delete(EXCLUSION, digest=world.guards.digest("NIK", who.nik)))
    machine.agree(wave.wave_id)
    machine.decree(wave.wave_id)
    assert {end.reason for end in ends(world, wave, people)} == {"INELIGIBLE:EXCLUDED"}
    assert "help desk" in explained(world, wave, people[0])
