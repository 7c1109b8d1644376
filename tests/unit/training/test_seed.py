"""A fresh system's data: valid, complete, and the same when seeded again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.partners import KeyRing, PartnerKind
from prakerja.partners.store import load_partner
from prakerja.platform.access_patterns import PARTNER
from prakerja.training.store.catalogue import list_courses, load_course, load_seats
from sandbox.seed import seed
from tests.support.world import World

RING = KeyRing.of("secret")


@pytest.fixture
def keys(world: World) -> dict[str, str]:
    return seed(world.platform, RING)


def test_eight_platforms_and_two_institutions_get_their_keys(world: World, keys: dict[str, str]) -> None:
    kinds = [found.kind for code in keys if (found := load_partner(world.table, code))]
    assert (kinds.count(PartnerKind.PLATFORM), kinds.count(PartnerKind.INSTITUTION)) == (8, 2)
    assert len(set(keys.values())) == 10
    for code in keys:
        found = load_partner(world.table, code)
        assert found is not None
        assert found.commission_basis_points <= 1500
        assert (found.kind is PartnerKind.INSTITUTION) == bool(found.redirect_uris)


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
