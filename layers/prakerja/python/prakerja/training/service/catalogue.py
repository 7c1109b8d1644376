"""Commands that fill the catalogue."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.training.model.catalogue import Course, Schedule
from prakerja.training.store.catalogue import course_parts, schedule_parts


def publish_course(p: Platform, course: Course) -> None:
    """Offer a course, or change how it is offered. What was sold before keeps its price."""
    # commit
    p.table.commit(*course_parts(course))


def open_schedule(p: Platform, schedule: Schedule) -> None:
    """Open a run of a course with its seats. The same again is a repeat; another one under its code is a Conflict."""
    # commit
    p.table.commit(*schedule_parts(schedule))
