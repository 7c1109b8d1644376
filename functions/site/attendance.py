"""A participant attends a session: sent here by the institution, photographed by their own phone, sent back.

The link is unguessable; whose it is, is checked all the same. Only a test code's needs no sign-in and no photo.
"""

from __future__ import annotations

from datetime import datetime

from prakerja.platform.addresses import origin
from prakerja.platform.clock import day_text, wib
from prakerja.platform.problems import Problem
from prakerja.platform.web.answers import Page, Redirect
from prakerja.platform.web.frame import Routes, told
from prakerja.platform.web.visit import Visit
from prakerja.training.learning_errors import AttendanceUnknown
from prakerja.training.model.attendance import MAX_PHOTO_BYTES
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import Window
from prakerja.training.service.attending import AttendanceView, attend, look_at_attendance
from prakerja.wiring import face_check, platform

ATTENDANCE = "/attendance/<attendance>"
PHOTO_FORM = MAX_PHOTO_BYTES + 100_000
"""The photo and what a form puts around it, bytes."""

MAX_MEGABYTES = MAX_PHOTO_BYTES // 1_000_000

page = Routes()


@page("GET", ATTENDANCE, opens="link")
def look(visit: Visit) -> Page:
    """What is to be attended, and whether it can be now."""
    return _shown(visit, _look(visit))


@page("POST", ATTENDANCE, opens="link", body=PHOTO_FORM)
def send_photo(visit: Visit) -> Page | Redirect:
    """Record the attendance, if the photo shows the participant, and send them back to the institution."""
    person_id = visit.person.person_id if visit.person else None
    photo = visit.form.files.get("photo", b"")
    try:
        back = attend(platform(), face_check(), state=visit.params["attendance"], person_id=person_id, photo=photo)
    except AttendanceUnknown:
        visit.signed_in()
        raise
    except Problem as problem:
        return _shown(visit, _look(visit), problem)
    return Redirect(back)


def _look(visit: Visit) -> AttendanceView:
    """Raises AttendanceUnknown, also for other people's; SignInFirst as long as nobody is signed in."""
    person_id = visit.person.person_id if visit.person else None
    try:
        return look_at_attendance(platform(), state=visit.params["attendance"], person_id=person_id)
    except AttendanceUnknown:
        visit.signed_in()
        raise


def _shown(visit: Visit, seen: AttendanceView, problem: Problem | None = None) -> Page:
    values = {
        "seen": seen,
        "here": visit.path,
        "is_post_test": seen.sequence == POST_TEST,
        "window": _window(visit, seen.window) if seen.window else None,
        "problem": told(said, visit) if (said := problem or (None if seen.is_done else seen.refusal)) else None,
        "most": visit.say(f"Paling besar {MAX_MEGABYTES} MB.", f"At most {MAX_MEGABYTES} MB."),
    }
    status, wait = (problem.status, problem.retry_after) if problem else (200, None)
    return Page("attendance.html", values, status, retry_after=wait, form_to=(origin(seen.return_url),))


def _window(visit: Visit, window: Window) -> tuple[str, str]:
    return _moment(visit, window.opens_at), _moment(visit, window.closes_at)


def _moment(visit: Visit, moment: datetime) -> str:
    local = wib(moment)
    return f"{day_text(local.date(), visit.language)}, {local:%H.%M} WIB"
