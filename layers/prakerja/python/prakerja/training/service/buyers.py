"""Who buys: the name that platforms show beside a transaction, and whether the course is for this person."""

from __future__ import annotations

from datetime import date, datetime

from prakerja.platform import Platform
from prakerja.platform.parts import Item
from prakerja.registration import last_education, opened
from prakerja.training.model.catalogue import Course, Schedule, require_fit

FULL_NAME = "full_name"
BIRTH_DATE = "birth_date"


def name_of(p: Platform, person_id: str, identity: Item | None) -> str:
    """The member's full name from a loaded IDENTITY item; empty if it was erased."""
    return opened(p, person_id, identity, [FULL_NAME]).get(FULL_NAME, "") if identity else ""


def require_buyer_fits(
    p: Platform, course: Course, schedule: Schedule, person_id: str, identity: Item | None, now: datetime
) -> None:
    """Is the course for the person of a loaded IDENTITY item? A course for everybody opens nothing.

    Raises TooYoungOrOld, EducationUnknown, EducationTooLow.
    """
    if not course.is_for_some:
        return
    born = opened(p, person_id, identity, [BIRTH_DATE]).get(BIRTH_DATE) if identity else None
    birth_date = date.fromisoformat(born) if born else None
    require_fit(course, schedule, birth_date=birth_date, education=last_education(identity), now=now)
