"""The registry's adapter and its stand-in agree on every answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from prakerja.gateways.civil_registry import HttpCivilRegistry
from prakerja.identity.answers import RegistryOutcome, RegistryRecord
from prakerja.platform.problems import Unavailable
from sandbox.world.people import Case, Person, generate
from sandbox.world.registry import DEFAULT_API_KEY

from .conftest import Outside

PEOPLE = generate(7, 12, cases=list(Case))
REGISTRY = HttpCivilRegistry("/registry", DEFAULT_API_KEY)
EXPECTED = {
    Case.WRONG_MOTHER: RegistryOutcome.PARTIAL,
    Case.UNKNOWN_NIK: RegistryOutcome.NOT_FOUND,
    Case.DECEASED: RegistryOutcome.DECEASED,
    Case.DUPLICATE: RegistryOutcome.DUPLICATE,
}


def claimed(person: Person) -> RegistryRecord:
    claim = person.claim()
    return RegistryRecord(**{**claim, "birth_date": date.fromisoformat(claim["birth_date"])})  # type: ignore[arg-type]


@pytest.fixture
def registry(outside: Outside) -> HttpCivilRegistry:
    records = [record for person in PEOPLE if (record := person.record())]
    assert outside.post("/control/registry/people", {"people": records}).json() == {"registered": len(records)}
    return REGISTRY


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.case.value)
def test_every_invented_case_gets_its_answer(registry: HttpCivilRegistry, person: Person) -> None:
    assert registry.verify(claimed(person)).outcome is EXPECTED.get(person.case, RegistryOutcome.MATCH)


def test_a_mother_s_name_that_is_corrected_matches(registry: HttpCivilRegistry) -> None:
    person = next(person for person in PEOPLE if person.case is Case.WRONG_MOTHER)
    first = registry.verify(claimed(person))
    assert [name for name, agrees in first.fields.items() if not agrees] == ["mother_name"]
    corrected = replace(claimed(person), mother_name=person.mother_name)
    assert registry.verify(corrected).outcome is RegistryOutcome.MATCH


def test_a_record_that_the_registry_cannot_read_is_refused(registry: HttpCivilRegistry) -> None:
    assert registry.verify(replace(claimed(PEOPLE[0]), full_name="a" * 101)).outcome is RegistryOutcome.REFUSED


def test_names_are_compared_as_people_write_them(registry: HttpCivilRegistry) -> None:
    record = replace(claimed(PEOPLE[0]), full_name="x")
    person = next(person for person in PEOPLE if person.case is Case.ORDINARY)
    record = claimed(person)
    shouted = replace(record, full_name=f"  {person.full_name.upper().replace(' ', '  ')}. ")
    assert registry.verify(shouted).outcome is RegistryOutcome.MATCH
    assert registry.verify(replace(record, full_name=person.full_name + "a")).outcome is RegistryOutcome.PARTIAL


def test_a_known_number_with_nothing_else_right_is_no_match(registry: HttpCivilRegistry) -> None:
    person = next(person for person in PEOPLE if person.case is Case.ORDINARY)
    wrong = RegistryRecord(person.nik, "1" * 16, "Somebody Else", date(1950, 1, 1), "Nobody")
    answer = registry.verify(wrong)
    assert answer.outcome is RegistryOutcome.NO_MATCH
    assert not any(answer.fields.values())


def test_a_wrong_key_is_refused_and_means_unavailable(registry: HttpCivilRegistry, outside: Outside) -> None:
    with pytest.raises(Unavailable):
        HttpCivilRegistry("/registry", "other key").verify(claimed(PEOPLE[0]))
    assert outside.post("/registry/v1/verify", PEOPLE[0].claim()).status == 401
    assert outside.get("/control/registry").json()["facts"]["look_ups"] == 0


@pytest.mark.parametrize(
    "change",
    [{"nik": "123"}, {"nik": 3276055708909999}, {"birth_date": "17-08-1990"}, {"mother_name": ""}, {"extra": 1}],
)
def test_a_malformed_question_is_told_which_field_and_not_counted(outside: Outside, change: dict[str, object]) -> None:
    heard = outside.post("/registry/v1/verify", {**PEOPLE[0].claim(), **change}, **{"X-API-Key": DEFAULT_API_KEY})
    assert heard.status == 400
    assert next(iter(change)) in heard.json()["error"]
    assert PEOPLE[0].nik not in heard.text
    assert outside.get("/control/registry").json()["facts"]["look_ups"] == 0


def test_look_ups_are_counted_and_kept(registry: HttpCivilRegistry, outside: Outside) -> None:
    for person in (PEOPLE[0], PEOPLE[0], next(person for person in PEOPLE if person.case is Case.DECEASED)):
        registry.verify(claimed(person))
    outside.restart()
    facts = outside.get("/control/registry").json()["facts"]
    assert (facts["look_ups"], facts["persons_looked_up"]) == (3, 2)
    assert facts["results"] == {"FOUND": 2, "DECEASED": 1}


def test_people_can_be_invented_by_the_stand_in_itself(outside: Outside) -> None:
    assert outside.post("/control/registry/people", {"seed": 5, "count": 30}).json() == {"registered": 30}
    listed = outside.get("/control/registry/people?limit=100").json()["people"]
    assert {person["nik"] for person in listed} == {person.nik for person in generate(5, 30)}


def test_people_that_make_no_sense_are_refused_as_a_whole(outside: Outside) -> None:
    good = PEOPLE[0].record()
    heard = outside.post("/control/registry/people", {"people": [good, {**(good or {}), "nik": "1"}]})
    assert heard.status == 400
    assert outside.get("/control/registry").json()["facts"]["people"] == 0
