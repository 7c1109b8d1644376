"""When a session can be attended, what was attended, and what proves a course. Pure.

All times here are programme time, UTC; days are those of WIB. Windows and deadlines end exclusively.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.platform.clock import end_of_wib_day, wib, wib_date
from prakerja.training.errors import CodeCancelled, SequenceNotTaught
from prakerja.training.learning_errors import AttendanceClosed, CourseOver, EarlierSessionFirst
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.purchase import OPEN, Attended, PurchaseState, RedeemCode

AROUND = timedelta(minutes=60)
"""A live session is attended from an hour before its start to an hour after it."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Window:
    """When one sequence can be attended."""

    opens_at: datetime
    closes_at: datetime
    """Exclusive."""

    def is_open(self, now: datetime) -> bool:
        """Can it be attended now?"""
        return self.opens_at <= now < self.closes_at


class SessionState(StrEnum):
    """Whether a sequence can be attended still, can be now, was, or cannot be any more."""

    NOT_OPEN = "NOT_OPEN"
    OPEN = "OPEN"
    PRESENT = "PRESENT"
    ABSENT = "ABSENT"


@dataclass(frozen=True)
class Session:
    """One sequence of a course as its participant sees it; 999 is the post-test."""

    sequence: int
    state: SessionState
    window: Window | None
    attended_at: datetime | None


@dataclass(frozen=True)
class Missing:
    """What still lacks for completion; false if nothing does."""

    sessions: int
    """How many more must be attended."""
    post_test: bool
    skill_demonstration: bool

    def __bool__(self) -> bool:
        return bool(self.sessions) or self.post_test or self.skill_demonstration


def finish_by(code: RedeemCode) -> datetime:
    """The exclusive end of the grace period: afterwards a course that is not proven is not completed."""
    return finish_after(code.ends_at, code.rule.grace_days)


def finish_after(ends_at: datetime, grace_days: int) -> datetime:
    """The exclusive end of so many days of grace after the last day (WIB) of a schedule."""
    return end_of_wib_day(wib_date(ends_at - _INSTANT) + timedelta(days=grace_days))


def window_of(code: RedeemCode, sequence: int) -> Window | None:
    """When a sequence can be attended; None while that depends on what has to be attended before.

    A live session: around its start. A self-paced course: one learning day after the other, never two on one day (WIB).
    The post-test: once the sessions that the rule needs were held, or so many learning days were attended, until the
    end of the grace period. Raises SequenceNotTaught.
    """
    if sequence == POST_TEST:
        opens_at = _post_test_opens(code)
        return Window(opens_at, finish_by(code)) if opens_at else None
    if not 1 <= sequence <= code.sessions:
        raise SequenceNotTaught(sessions=code.sessions)
    if code.course_type.is_live:
        start = session_starts(code)[sequence - 1]
        return Window(start - AROUND, start + AROUND)
    if sequence == 1:
        return Window(code.starts_at, code.ends_at)
    before = _attended_at(code, sequence - 1)
    return Window(end_of_wib_day(wib_date(before)), code.ends_at) if before else None


def session_starts(code: RedeemCode) -> tuple[datetime, ...]:
    """When each session of a live course begins."""
    return code.session_starts or tuple(code.starts_at + timedelta(days=number) for number in range(code.sessions))


def ended(code: RedeemCode, now: datetime) -> CodeCancelled | CourseOver | None:
    """Why nothing more can be recorded for a code; None: it can."""
    if code.state is PurchaseState.CANCELLED:
        return CodeCancelled()
    is_over = code.state is PurchaseState.NOT_COMPLETED or (now >= finish_by(code) and not code.is_test)
    return CourseOver() if is_over else None


def require_running(code: RedeemCode, now: datetime) -> None:
    """Raises CodeCancelled or CourseOver if nothing more can be recorded for a code."""
    if refusal := ended(code, now):
        raise refusal


def decide_attendance(code: RedeemCode, sequence: int, now: datetime) -> RedeemCode | None:
    """The code with this sequence attended now, which begins the course if nothing did; None if it was recorded before.

    A test code has no time: any sequence that is taught can be attended. Raises CodeCancelled, CourseOver,
    SequenceNotTaught, EarlierSessionFirst, AttendanceClosed.
    """
    if sequence in code.attended:
        return None
    require_running(code, now)
    window = window_of(code, sequence)
    if not code.is_test:
        if window is None:
            raise EarlierSessionFirst(sequence=_next_session(code))
        if not window.is_open(now):
            raise AttendanceClosed(opens=_for_people(window.opens_at), closes=_for_people(window.closes_at))
    return replace(
        begun_now(code, now),
        attended=tuple(sorted((*code.attended, sequence))),
        attendances=(*code.attendances, Attended(sequence, now)),
        version=code.version + 1,
    )


def begun_now(code: RedeemCode, now: datetime) -> RedeemCode:
    """The code as redeemed, now if it was not before."""
    if code.state is not PurchaseState.AUTHORISED:
        return code
    return replace(code, state=PurchaseState.REDEEMED, redeemed_at=now)


def missing_of(code: RedeemCode) -> Missing:
    """What a course still lacks, by the rule that its member was decreed under."""
    sessions = sum(sequence != POST_TEST for sequence in code.attended)
    return Missing(
        sessions=max(0, sessions_needed(code) - sessions),
        post_test=POST_TEST not in code.attended,
        skill_demonstration=code.rule.skill_demonstration and not code.skill_shown,
    )


def sessions_needed(code: RedeemCode) -> int:
    """How many sessions must be attended: all, but for those that the rule forgives; one at least."""
    return max(1, code.sessions - code.rule.missed_sessions_allowed)


def sessions_of(code: RedeemCode, now: datetime) -> list[Session]:
    """Every session and the post-test, as they stand."""
    return [_session(code, sequence, now) for sequence in (*range(1, code.sessions + 1), POST_TEST)]


def _session(code: RedeemCode, sequence: int, now: datetime) -> Session:
    window, attended_at = window_of(code, sequence), _attended_at(code, sequence)
    if attended_at is not None:
        state = SessionState.PRESENT
    elif now >= (window.closes_at if window else finish_by(code)) or _is_too_late(code, sequence, now):
        state = SessionState.ABSENT
    else:
        state = SessionState.OPEN if window and window.is_open(now) else SessionState.NOT_OPEN
    return Session(sequence, state, window, attended_at)


def _is_too_late(code: RedeemCode, sequence: int, now: datetime) -> bool:
    """Are there too few days left of a self-paced course to come to this session, one a day?"""
    if code.course_type.is_live or code.is_test or sequence == POST_TEST:
        return False
    following = _next_session(code)
    window = window_of(code, following)
    soonest = max(now, window.opens_at) if window else now
    day = end_of_wib_day(wib_date(soonest) + timedelta(days=sequence - following - 1))
    return (day if sequence > following else soonest) >= code.ends_at


def can_complete(code: RedeemCode, now: datetime) -> bool:
    """Can the course still be proven? Not once more sessions were missed than the rule forgives, or its time is over."""
    if code.state is PurchaseState.COMPLETED:
        return True
    if code.state not in OPEN:
        return False
    *taught, post_test = (session.state for session in sessions_of(code, now))
    left = sum(state is not SessionState.ABSENT for state in taught)
    return left >= sessions_needed(code) and post_test is not SessionState.ABSENT and now < finish_by(code)


def decide_completion(code: RedeemCode) -> bool:
    """Is the course proven now? True once only; a test code proves nothing."""
    return code.state is PurchaseState.REDEEMED and not code.is_test and not missing_of(code)


def decide_end(code: RedeemCode, now: datetime) -> bool:
    """Is the time over for a course that is not proven?"""
    return code.state in OPEN and not code.is_test and now >= finish_by(code)


def _post_test_opens(code: RedeemCode) -> datetime | None:
    needed = sessions_needed(code)
    if code.course_type.is_live:
        return session_starts(code)[needed - 1] + AROUND
    return _attended_at(code, needed)


def _attended_at(code: RedeemCode, sequence: int) -> datetime | None:
    """When a sequence was attended; what was recorded without its time counts as attended at the start."""
    if sequence not in code.attended:
        return None
    return next((one.at for one in code.attendances if one.sequence == sequence), code.starts_at)


def _next_session(code: RedeemCode) -> int:
    return next(number for number in range(1, code.sessions + 1) if number not in code.attended)


def _for_people(moment: datetime) -> str:
    return f"{wib(moment):%Y-%m-%d %H:%M} WIB"
