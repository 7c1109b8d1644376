"""A fresh system's data: valid, complete, and the same when seeded again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from prakerja.partners import KeyRing, PartnerKind
from prakerja.partners.store import load_partner
from prakerja.platform.access_patterns import PARTNER
from prakerja.training.store.catalogue import list_courses, load_course, load_seats
from prakerja.training.store.testing import trial_codes_of
from sandbox.seed import seed
from tests.support.world import World

RING = KeyRing.of("secret")


@pytest.fixture
def keys(world: World) -> dict[str, str]:
    return seed(world.platform, RING)


def test_platforms_channels_and_institutions_get_their_keys(world: World, keys: dict[str, str]) -> None:
    kinds = [found.kind for code in keys if (found := load_partner(world.table, code))]
    assert [kinds.count(kind) for kind in PartnerKind] == [8, 2, 6]
    assert len(set(keys.values())) == 16
    for code in keys:
        found = load_partner(world.table, code)
        assert found is not None
        assert found.commission_basis_points <= 1500
        assert found.contract_reference
        assert (found.kind is PartnerKind.INSTITUTION) == bool(found.redirect_uris)


@pytest.mark.parametrize(
    ("code", "day", "may_call"),
    [
        ("dp_tokopedia", date(2020, 4, 10), False),
        ("dp_tokopedia", date(2020, 4, 11), True),
        ("dp_tokopedia", date(2026, 1, 1), True),
        ("dp_skill_academy", date(2020, 12, 31), True),
        ("dp_skill_academy", date(2021, 1, 1), False),
        ("ch_dana", date(2020, 10, 13), False),
        ("ch_dana", date(2020, 10, 14), True),
    ],
)
def test_partners_come_and_go(world: World, keys: dict[str, str], code: str, day: date, may_call: bool) -> None:
    found = load_partner(world.table, code)
    assert found is not None
    assert found.may_call(day) is may_call


def test_institutions_have_their_test_codes(world: World, keys: dict[str, str]) -> None:
    for code in ("lp_cipta_karya", "lp_nusa_digital"):
        cases = [trial.course_code for trial in trial_codes_of(world.table, code)]
        assert cases == ["TC1-001-200", "TC1-999-200", "TC2-001-200", "TC2-999-200"]


def test_every_course_can_be_bought_somewhere(world: World, keys: dict[str, str]) -> None:
    courses, after = list_courses(world.table, after=None, limit=50)
    assert after is None
    assert len(courses) >= 5
    now = world.clock.programme()
    for course in courses:
        assert {course.institution, *course.platforms} <= set(keys)
        _, schedules = load_course(world.table, course.course_code)
        assert any(now < schedule.sales_until for schedule in schedules)
        for schedule in schedules:
            seats = load_seats(world.table, course.course_code, schedule.schedule_code, schedule.pools)
            assert sum(pool.left for pool in seats) == schedule.quota
    assert sum(course.price <= 3_500_000 for course in courses) < len(courses), "one is dearer than the balance"


def test_seeding_again_changes_nothing(world: World, keys: dict[str, str]) -> None:
    before = world.items("programme")
    assert seed(world.platform, RING) == {}
    assert world.items("programme") == before


def test_seeding_later_opens_the_next_live_runs_and_keeps_what_was_sold(world: World, keys: dict[str, str]) -> None:
    before = {(item["pk"], item["sk"]): item for item in world.items("programme")}
    world.clock.travel(days=30)
    assert seed(world.platform, RING) == {}
    after = {(item["pk"], item["sk"]): item for item in world.items("programme")}
    assert {key: after[key] for key in before} == before
    added = [
        item for key, item in after.items() if key not in before and "#" not in item["sk"].removeprefix("SCHEDULE#")
    ]
    soon = world.clock.programme() + timedelta(days=1)
    assert added
    assert all(item["sales_until"] > soon.isoformat() for item in added if item["sk"].startswith("SCHEDULE#"))


def test_partners_are_stored_sealed(world: World, keys: dict[str, str]) -> None:
    item = world.table.get(PARTNER, client_code="dp_tokopedia")
    assert item is not None
    assert keys["dp_tokopedia"] not in str(item)
