"""Invented people: well formed, distinct, and the same every time."""

from __future__ import annotations

from collections import Counter
from datetime import date

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.people import Case, Person, Sex, districts, generate

SEEDS = st.integers(min_value=0, max_value=2**31)
COUNTS = st.integers(min_value=0, max_value=60)


@given(seed=SEEDS, count=COUNTS, canary=st.booleans())
def test_everybody_is_well_formed(seed: int, count: int, canary: bool) -> None:
    for person in generate(seed, count, canary=canary):
        assert_well_formed(person, canary=canary)


def assert_well_formed(person: Person, *, canary: bool) -> None:
    for number in (person.nik, person.family_card_number):
        assert len(number) == 16
        assert number.isascii()
        assert number.isdigit()
        assert number[:6] in districts()
        assert (int(number[12:]) >= 9900) is canary
        assert number[12:] != "0000"
    day = int(person.nik[6:8])
    assert (day > 40) is (person.sex is Sex.FEMALE)
    if person.case is not Case.OTHER_BIRTH_DATE:
        assert f"{person.birth_date:%d%m%y}" == f"{day - 40 if day > 40 else day:02}{person.nik[8:12]}"
    registered = person.family_card_number
    assert date(2000 + int(registered[10:12]), int(registered[8:10]), int(registered[6:8])) < date(2023, 1, 1)
    assert date(1965, 1, 1) < person.birth_date < date(2005, 1, 1), "18 to 64 for years to come"
    assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone, "ID"))
    assert person.phone.startswith("08")
    assert person.phone.startswith("089999") is canary
    assert person.email.endswith("@example.test")
    assert person.full_name.strip() == person.full_name != ""
    assert person.mother_name


@given(seed=SEEDS, count=COUNTS)
def test_nobody_shares_a_number_or_an_address(seed: int, count: int) -> None:
    people = generate(seed, count, cases=[Case.THREE_SIBLINGS] if count > 2 else [])
    assert len(people) == count
    for name in ("nik", "phone", "email"):
        assert len({getattr(person, name) for person in people}) == count


def test_numbers_that_come_up_twice_are_drawn_again() -> None:
    """Of 5,000 phones with six free digits about a dozen would be equal by chance."""
    people = generate(1, 5000, canary=True)
    assert len({person.phone for person in people}) == len({person.nik for person in people}) == 5000


@given(seed=SEEDS, count=COUNTS)
def test_families_have_two_to_five_members_of_whom_children_share_their_mother(seed: int, count: int) -> None:
    people = generate(seed, count + 5)[:-5]
    sizes = Counter(person.family_card_number for person in people)
    whole = list(sizes.values())[:-1]  # the last family may be cut off
    assert all(2 <= size <= 5 for size in whole)
    for card in list(sizes)[:-1]:
        father, mother, *children = [person for person in people if person.family_card_number == card]
        assert (father.sex, mother.sex) == (Sex.MALE, Sex.FEMALE)
        assert {child.mother_name for child in children} <= {mother.full_name}
        assert all(child.birth_date.year - mother.birth_date.year >= 18 for child in children)


@given(seed=SEEDS, count=COUNTS)
@settings(max_examples=20)
def test_a_seed_gives_the_same_people_and_a_smaller_count_a_part_of_them(seed: int, count: int) -> None:
    people = generate(seed, count)
    assert generate(seed, count) == people
    assert generate(seed, count + 7)[:count] == people


def test_another_seed_gives_other_people() -> None:
    assert not {person.nik for person in generate(1, 500)} & {person.nik for person in generate(2, 500)}
    assert not {person.email for person in generate(1, 500)} & {person.email for person in generate(2, 500)}


def test_people_are_the_same_on_every_machine() -> None:
    """Frozen, because numbers in reports and bug stories refer to them."""
    (person,) = generate(2023, 1)
    assert (person.nik, person.full_name, person.phone) == (
        "5302300108738467",
        "Wahyu Kogoya",
        "085880087461",
    )


@given(seed=SEEDS)
@settings(max_examples=20)
def test_cases_are_what_they_say(seed: int) -> None:
    papua = [Case.NEW_PAPUA] * 5
    people = generate(seed, 20, cases=[*papua, *(case for case in Case if case is not Case.NEW_PAPUA)])
    by_case = {case: [person for person in people if person.case is case] for case in Case}
    for person in people:
        assert_well_formed(person, canary=False)
    assert [person.nik[:2] for person in by_case[Case.NEW_PAPUA]] == ["92", "93", "94", "95", "96"]
    assert len({person.family_card_number for person in by_case[Case.THREE_SIBLINGS]}) == 1
    assert len({person.mother_name for person in by_case[Case.THREE_SIBLINGS]}) == 1
    assert len(by_case[Case.THREE_SIBLINGS]) == 3
    (unknown,), (dead,), (double,) = by_case[Case.UNKNOWN_NIK], by_case[Case.DECEASED], by_case[Case.DUPLICATE]
    assert unknown.record() is None
    assert (dead.record() or {})["status"] == "DECEASED"
    assert (double.record() or {})["status"] == "DUPLICATE"
    (wrong,), (other,) = by_case[Case.WRONG_MOTHER], by_case[Case.OTHER_BIRTH_DATE]
    record = wrong.record() or {}
    assert {name for name, value in wrong.claim().items() if record[name] != value} == {"mother_name"}
    assert f"{other.birth_date:%y}" != other.nik[10:12]
    assert other.claim()["birth_date"] == (other.record() or {})["birth_date"]


def test_cases_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="need 3 people"):
        generate(1, 2, cases=[Case.THREE_SIBLINGS])


@given(seed=SEEDS)
@settings(max_examples=20)
def test_a_canary_is_found_by_any_of_its_traces(seed: int) -> None:
    (canary,) = generate(seed, 1, canary=True)
    told = canary.traces()
    assert {canary.nik, canary.family_card_number, canary.phone, canary.email, canary.full_name} <= set(told)
    assert "62" + canary.phone[1:] in told
    assert all(len(trace) > 8 for trace in told), "short ones would be found by chance"
    (ordinary,) = generate(seed, 1)
    assert ordinary.full_name not in ordinary.traces()
