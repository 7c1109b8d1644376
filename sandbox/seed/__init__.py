"""What a fresh system is filled with: the schemes, the eight launch platforms, the payment channels since their first day,
two invented institutions with their test codes, a catalogue. (Of the eight, Skill Academy left at the end of 2020.)

Seeding again changes nothing that is there, and opens the live courses' next runs: their schedules are named by the day
on which they begin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from prakerja.membership import seed_schemes
from prakerja.partners import KeyRing, PartnerExists, PartnerKind, register_partner
from prakerja.partners.service.registering import OFFICE
from prakerja.partners.store import known_partner
from prakerja.platform import Platform
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.problems import Conflict
from prakerja.training.model.catalogue import Course, CourseType, Schedule
from prakerja.training.service.catalogue import open_schedule, publish_course
from prakerja.training.service.testing import issue_test_codes
from prakerja.wiring import secret

CATALOGUE = Path(__file__).with_name("catalogue.json")
LEARNING_METHODS = {CourseType.SELF_PACED: "SPL", CourseType.WEBINAR: "WEBINAR"}


def seed(p: Platform, ring: KeyRing | None = None) -> dict[str, str]:
    """Fill the tables; answers the sign key of every partner that is new, by client code, as it is shown only now.

    ``ring`` seals the keys; without it, it is made from the secret that ``p`` names.
    """
    ring = ring or KeyRing.of(secret(p.settings.partner_secret))
    document = json.loads(CATALOGUE.read_text("utf-8"))
    seed_schemes(p)
    names = {partner["client_code"]: partner["name"] for partner in document["partners"]}
    keys: dict[str, str] = {}
    for partner in document["partners"]:
        with suppress(PartnerExists):
            keys[partner["client_code"]] = _register(p, ring, partner)
        if PartnerKind(partner["kind"]) is PartnerKind.INSTITUTION:
            issue_test_codes(p, institution=known_partner(p.table, partner["client_code"]), operator=OFFICE)
    for described in document["courses"]:
        publish_course(p, course_of(described, names))
        for schedule in schedules_of(described, p.clock.programme()):
            with suppress(Conflict):  # it was opened by an earlier run
                open_schedule(p, schedule)
    return keys


def course_of(described: dict[str, Any], names: dict[str, str]) -> Course:
    """A course of the document; ``names`` gives partners' names by client code."""
    course_type = CourseType[described["course_type"]]
    return Course(
        course_code=described["course_code"],
        title=described["title"],
        institution=described["institution"],
        institution_name=names[described["institution"]],
        course_type=course_type,
        learning_method=LEARNING_METHODS[course_type],
        is_online_attendance=True,
        price=described["price"],
        platforms=tuple(described["platforms"]),
        description=described["description"],
    )


def schedules_of(described: dict[str, Any], now: datetime) -> Iterator[Schedule]:
    """The runs of a course, counted from today (WIB). A live one is sold until it begins, a self-paced one to its end.

    ``timetable`` of a live run: for each of its days, at what times (WIB) sessions begin.
    """
    for run in described["schedules"]:
        first_day = wib_date(now) + timedelta(days=run["starts_in_days"])
        starts_at = end_of_wib_day(first_day - timedelta(days=1))
        timetable = run.get("timetable", ())
        ends_at = starts_at + timedelta(days=run.get("lasts_days", len(timetable)))
        sessions = tuple(
            starts_at + timedelta(days=day, hours=int(time[:2]), minutes=int(time[3:]))
            for day, times in enumerate(timetable)
            for time in times
        )
        yield Schedule(
            course_code=described["course_code"],
            schedule_code=run["schedule_code"].format(day=f"{first_day:%Y%m%d}"),
            starts_at=starts_at,
            ends_at=ends_at,
            sales_until=starts_at if sessions else ends_at,
            sessions=len(sessions) or run["sessions"],
            quota=run["quota"],
            pools=run["pools"],
            session_starts=sessions,
        )


def _register(p: Platform, ring: KeyRing, partner: dict[str, Any]) -> str:
    return register_partner(
        p,
        ring,
        client_code=partner["client_code"],
        name=partner["name"],
        kind=PartnerKind(partner["kind"]),
        valid_from=date.fromisoformat(partner["valid_from"]),
        valid_until=date.fromisoformat(partner["valid_until"]) if "valid_until" in partner else None,
        contract_reference=partner["contract_reference"],
        redirect_uris=tuple(partner.get("redirect_uris", ())),
        sso_redirect_uris=tuple(partner.get("sso_redirect_uris", ())),
        sso_login_uris=tuple(partner.get("sso_login_uris", ())),
        pkce_required=partner.get("pkce_required", False),
        commission_basis_points=partner.get("commission_basis_points", 0),
    )
