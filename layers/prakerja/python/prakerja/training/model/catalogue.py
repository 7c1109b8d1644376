"""What is sold: courses, their schedules and seats. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from prakerja.platform.ids import shard_of
from prakerja.training.errors import CourseUnknown, PriceDiffers, SaleClosed

POST_TEST = 999
"""The sequence number of the post-test; 1 is the first session, the one at which a code is redeemed."""
MAX_SESSIONS = 10
MAX_POOLS = 16
"""All pools of a schedule are read in one call when the first one tried is empty."""


class CourseType(IntEnum):
    """How a course is taught; the numbers are those of the wire contract."""

    SELF_PACED = 1
    WEBINAR = 2


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

    def __post_init__(self) -> None:
        """Raises ValueError for a course that cannot be sold."""
        if self.price <= 0 or not self.platforms or not self.title:
            raise ValueError(f"{self.course_code}: a course has a title, a price and somebody who sells it")


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

    def __post_init__(self) -> None:
        """Raises ValueError for a schedule that cannot be held."""
        if not (1 <= self.sessions <= MAX_SESSIONS and 1 <= self.pools <= min(self.quota, MAX_POOLS)):
            raise ValueError(
                f"{self.schedule_code}: 1 to {MAX_SESSIONS} sessions, 1 to {MAX_POOLS} pools with a seat for each"
            )
        if not self.starts_at < self.ends_at or self.sales_until > self.ends_at:
            raise ValueError(f"{self.schedule_code}: it starts, then ends, and is not sold afterwards")

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

    Raises CourseUnknown, PriceDiffers, SaleClosed.
    """
    course, schedule = require_course(course, schedule, platform=platform)
    if amount != course.price:
        raise PriceDiffers(price=course.price)
    if now >= schedule.sales_until:
        raise SaleClosed
    return course, schedule


def require_course(course: Course | None, schedule: Schedule | None, *, platform: str) -> tuple[Course, Schedule]:
    """A course and a schedule of it, both there, and sold by this platform. Raises CourseUnknown."""
    if course is None or schedule is None or platform not in course.platforms:
        raise CourseUnknown
    return course, schedule
