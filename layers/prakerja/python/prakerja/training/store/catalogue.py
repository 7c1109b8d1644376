"""COURSE, SCHEDULE and SEATS items, and the CATALOGUE rows by which courses are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import CATALOGUE, COURSE, SCHEDULE, SEATS, Pattern
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.model.catalogue import Course, Schedule, Seats
from prakerja.training.store.moved import Moved


def course_from_item(item: Item | None) -> Course | None:
    """A course from its stored item (COURSE or CATALOGUE)."""
    return record_of(Course, item) if item else None


def schedule_from_item(item: Item | None) -> Schedule | None:
    """A schedule from its stored item."""
    return record_of(Schedule, item) if item else None


def seats_from_item(item: Item | None, pool: int) -> Seats:
    """What is left in a pool (nothing, if there is no such pool)."""
    return Seats(pool, item["left"] if item else 0)


def load_course(table: Table, course_code: str) -> tuple[Course | None, list[Schedule]]:
    """A course and its schedules."""
    course = course_from_item(table.get(COURSE, course_code=course_code, consistent=False))
    page = table.query(SCHEDULE, course_code=course_code, consistent=False)
    return course, [record_of(Schedule, item) for item in page.items]


def list_courses(table: Table, *, after: str | None, limit: int) -> tuple[list[Course], str | None]:
    """A page of the catalogue, and where the next one begins."""
    page = table.query(CATALOGUE, consistent=False, limit=limit, after=after)
    return [record_of(Course, item) for item in page.items], page.after


def seats_key(course_code: str, schedule_code: str, pool: int) -> tuple[Pattern, Mapping[str, str | int]]:
    """A pool, for reading it along with other items."""
    return SEATS, {"course_code": course_code, "schedule_code": schedule_code, "pool": pool}


def load_seats(table: Table, course_code: str, schedule_code: str, pools: int) -> list[Seats]:
    """All pools of a schedule."""
    items = table.batch_get(*(seats_key(course_code, schedule_code, pool) for pool in range(pools)))
    return [seats_from_item(item, pool) for pool, item in enumerate(items)]


def course_parts(course: Course) -> tuple[Part, ...]:
    """Store a course, or change it."""
    item = item_of(course)
    return put(COURSE, item, course_code=course.course_code), put(CATALOGUE, item, course_code=course.course_code)


def schedule_parts(schedule: Schedule) -> Iterable[Part]:
    """Open a schedule with its seats, once."""
    item = item_of(schedule)
    course_code, schedule_code = schedule.course_code, schedule.schedule_code
    yield put_new(SCHEDULE, item, fingerprint=fingerprint(item), course_code=course_code, schedule_code=schedule_code)
    for pool in range(schedule.pools):
        left = {"left": schedule.seats_of(pool)}
        yield put_new(SEATS, left, course_code=course_code, schedule_code=schedule_code, pool=pool)


def seat_part(course_code: str, schedule_code: str, seats: Seats, change: int) -> Part:
    """Take a seat (-1) or give it back (+1), if the pool is as it was read. Error: Moved."""
    return update(
        SEATS,
        set={"left": seats.left + change},
        when=Attr("left").eq(seats.left),
        error=Moved(),
        course_code=course_code,
        schedule_code=schedule_code,
        pool=seats.pool,
    )
