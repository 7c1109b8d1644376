"""The pages that people see beside signing in: front page, attendance, consent and taking it back, and all that is not there."""

from __future__ import annotations

from pathlib import Path

from functions.site import attendance, consent, consents, home
from prakerja.platform.web.frame import Pages
from prakerja.platform.web.visit import Visit
from prakerja.wiring import form_secret, platform, visitor


def holder(visit: Visit) -> str:
    """Whose forms these are: a session's; nobody's, where a link does without one."""
    return visit.person.session_id if visit.person else ""


handler = Pages(
    "site",
    (*home.page, *attendance.page, *consent.page, *consents.page),
    Path(__file__).with_name("templates"),
    platform=platform,
    visitor=visitor,
    secret=form_secret,
    holder=holder,
)
