"""What is sold: courses, their schedules and seats. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.ids import shard_of
from prakerja.registration import Education
from prakerja.training.errors import (
    CourseUnknown,
    EducationTooLow,
    EducationUnknown,
    PriceDiffers,
    SaleClosed,
    ScheduleCancelled,
    ScheduleUnknown,
    TooYoungOrOld,
)

POST_TEST = 999
"""The sequence number of the post-test; 1 is the first session, the one at which a code is redeemed."""
MAX_SESSIONS = 10
MAX_POOLS = 16
"""All pools of a schedule are read in one call when the first one tried is empty."""


class CourseType(IntEnum):
    """How a course is taught; the numbers are those of the wire contract."""

    SELF_PACED = 1
    WEBINAR = 2
    OFFLINE = 3

    @property
    def is_live(self) -> bool:
        """Does it have sessions that begin at a time?"""
        return self is not CourseType.SELF_PACED


@dataclass(frozen=True)
class Course:
    """A course of an institution, sold by some platforms. ``price`` in rupiah."""

    course_code: str
    title: str
    institution: str
    """Client code of the institution that teaches it."""
    institution_name: str
    course_type: CourseType
    learning_method: str
    is_online_attendance: bool
    price: int
    platforms: tuple[str, ...]
    """Client codes of the platforms that may sell it."""
    description: str = ""
    min_age: int | None = None
    max_age: int | None = None
    """Whom it is for, in completed years on the first day of learning; None: no limit."""
    min_education: Education | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a course that cannot be sold."""
        if self.price <= 0 or not self.platforms or not self.title:
            raise ValueError(f"{self.course_code}: a course has a title, a price and somebody who sells it")
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise ValueError(f"{self.course_code}: min_age is above max_age")

    @property
    def is_for_some(self) -> bool:
        """Does it ask for an age or an education?"""
        return self.min_age is not None or self.max_age is not None or self.min_education is not None


@dataclass(frozen=True)
class Schedule:
    """One run of a course. Completing it takes sessions 1 to ``sessions`` and the post-test."""

    course_code: str
    schedule_code: str
    starts_at: datetime
    ends_at: datetime
    sales_until: datetime
    """Exclusive end of the sale: the start of a live course, the end of a self-paced one."""
    sessions: int
    quota: int
    pools: int
    """Over how many SEATS items the seats are spread, so that none is hot."""
    session_starts: tuple[datetime, ...] = ()
    """When each session of a live course begins; none for a self-paced one, and for schedules older than this field."""
    cancelled_at: datetime | None = None
    """When operators decided that it will not be held (programme time)."""

    def __post_init__(self) -> None:
        """Raises ValueError for a schedule that cannot be held."""
        if not (1 <= self.sessions <= MAX_SESSIONS and 1 <= self.pools <= min(self.quota, MAX_POOLS)):
            raise ValueError(
                f"{self.schedule_code}: 1 to {MAX_SESSIONS} sessions, 1 to {MAX_POOLS} pools with a seat for each"
            )
        if not self.starts_at < self.ends_at or self.sales_until > self.ends_at:
            raise ValueError(f"{self.schedule_code}: it starts, then ends, and is not sold afterwards")
        starts = self.session_starts
        if starts and not (
            len(starts) == self.sessions
            and list(starts) == sorted(set(starts))
            and self.starts_at <= starts[0]
            and starts[-1] < self.ends_at
        ):
            raise ValueError(f"{self.schedule_code}: each session has a start, in order, within the schedule")

    def seats_of(self, pool: int) -> int:
        """How many seats a pool begins with; together they are the quota."""
        return self.quota // self.pools + (1 if pool < self.quota % self.pools else 0)


@dataclass(frozen=True)
class Seats:
    """What is left in a pool."""

    pool: int
    left: int


def first_pool(purchase_id: str, pools: int) -> int:
    """The pool that a purchase tries first: spread evenly, and the same for a repeat."""
    return int(shard_of(purchase_id, pools))


def best_pool(pools: Sequence[Seats]) -> Seats | None:
    """The pool with most seats left, or None if all are empty."""
    best = max(pools, key=lambda seats: seats.left, default=None)
    return best if best and best.left > 0 else None


def require_sale(
    course: Course | None, schedule: Schedule | None, *, platform: str, amount: int, now: datetime
) -> tuple[Course, Schedule]:
    """May this platform sell this run of this course at this price now (programme time)?

    Raises CourseUnknown, ScheduleUnknown, PriceDiffers, SaleClosed, ScheduleCancelled.
    """
    course, schedule = require_course(course, schedule, platform=platform)
    if amount != course.price:
        raise PriceDiffers(price=course.price)
    require_on_sale(course, schedule, now)
    return course, schedule


def require_course(course: Course | None, schedule: Schedule | None, *, platform: str) -> tuple[Course, Schedule]:
    """A course and a schedule of it, both there, and sold by this platform. Raises CourseUnknown, ScheduleUnknown."""
    if course is None or platform not in course.platforms:
        raise CourseUnknown
    if schedule is None:
        raise ScheduleUnknown
    return course, schedule


def require_on_sale(course: Course, schedule: Schedule, now: datetime) -> None:
    """Is it sold now (programme time), and can it be learned still? A self-paced course takes a day (WIB) for each session.

    Raises ScheduleCancelled, SaleClosed.
    """
    if schedule.cancelled_at is not None:
        raise ScheduleCancelled
    if now >= schedule.sales_until:
        raise SaleClosed
    first_day = wib_date(max(now, schedule.starts_at))
    last_day_begins = end_of_wib_day(first_day + timedelta(days=schedule.sessions - 2))
    if not course.course_type.is_live and schedule.sessions > 1 and last_day_begins >= schedule.ends_at:
        raise SaleClosed


def require_fit(
    course: Course, schedule: Schedule, *, birth_date: date | None, education: Education | None, now: datetime
) -> None:
    """Is the course for this person? Age counts on the first day of learning (WIB): the schedule's, or today if later.

    Raises TooYoungOrOld (also if no birth date is known), EducationUnknown, EducationTooLow.
    """
    if course.min_age is not None or course.max_age is not None:
        least, most = course.min_age or 0, course.max_age
        age = age_on(birth_date, wib_date(max(schedule.starts_at, now))) if birth_date else -1
        if age < least or (most is not None and age > most):
            ages = (
                (f"{least} to {most}", f"{least} sampai {most}") if most else (f"{least} or more", f"{least} ke atas")
            )
            raise TooYoungOrOld(ages=ages[0], ages_id=ages[1])
    if course.min_education is not None:
        if education is None:
            raise EducationUnknown
        if not education.reaches(course.min_education):
            raise EducationTooLow(least=course.min_education.value)


def age_on(birth_date: date, day: date) -> int:
    """Completed years; who was born on 29 February is a year older on 1 March of other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
