"""Codes with which an institution tries its software: four cases, nobody's, without money and without time. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prakerja.training.learning_errors import NotATestCode
from prakerja.training.model.catalogue import POST_TEST, CourseType
from prakerja.training.model.purchase import Attended, PurchaseState, RedeemCode

PLATFORM = "Uji Coba Prakerja"
LASTS = timedelta(days=3650)


@dataclass(frozen=True)
class Trial:
    """What a test code is for: the next sequence to be attended. Named as in the programme's portal."""

    name: str
    course_type: CourseType
    learning_method: str
    sequence: int
    sessions: int


CASES = (
    Trial("TC1-001-200", CourseType.SELF_PACED, "SPL", 1, 1),
    Trial("TC1-999-200", CourseType.SELF_PACED, "SPL", POST_TEST, 1),
    Trial("TC2-001-200", CourseType.WEBINAR, "WEBINAR", 1, 5),
    Trial("TC2-999-200", CourseType.WEBINAR, "WEBINAR", POST_TEST, 5),
)
"""Type 1 is self-paced, 2 a webinar; 001 is the first attendance, 999 the post-test; 200: it must succeed."""


def trial_code(case: Trial, redeem_code: str, *, institution: str, institution_name: str, now: datetime) -> RedeemCode:
    """A test code at its start: for a post-test, everything before it is attended."""
    fresh = RedeemCode(
        redeem_code=redeem_code,
        person_id="",
        purchase_id="",
        institution=institution,
        platform_name=PLATFORM,
        course_code=case.name,
        schedule_code=case.name,
        invoice_code=case.name,
        course_type=case.course_type,
        learning_method=case.learning_method,
        is_online_attendance=True,
        starts_at=now,
        ends_at=now + LASTS,
        sessions=case.sessions,
        title=f"Uji coba {case.name}",
        institution_name=institution_name,
    )
    if case.sequence != POST_TEST:
        return fresh
    held = range(1, case.sessions + 1)
    return replace(
        fresh,
        state=PurchaseState.REDEEMED,
        redeemed_at=now,
        attended=tuple(held),
        attendances=tuple(Attended(number, now) for number in held),
    )


def require_trial(code: RedeemCode) -> RedeemCode:
    """Raises NotATestCode."""
    if not code.is_test:
        raise NotATestCode
    return code


def at_start(code: RedeemCode) -> RedeemCode:
    """A test code as it was issued, but for its version."""
    case = next(case for case in CASES if case.name == code.course_code)
    issued = trial_code(
        case,
        code.redeem_code,
        institution=code.institution,
        institution_name=code.institution_name,
        now=code.starts_at,
    )
    return replace(issued, version=code.version)
