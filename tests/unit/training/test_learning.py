"""The pure rules of learning: when a session can be attended, what proves a course, when its time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.membership import CompletionRule
from prakerja.platform.clock import wib_date
from prakerja.training.errors import CodeCancelled, SequenceNotTaught
from prakerja.training.learning_errors import AttendanceClosed, CourseOver, EarlierSessionFirst
from prakerja.training.model.catalogue import MAX_SESSIONS, POST_TEST, CourseType
from prakerja.training.model.learning import (
    AROUND,
    SessionState,
    can_complete,
    decide_attendance,
    decide_completion,
    decide_end,
    finish_by,
    missing_of,
    session_starts,
    sessions_of,
    window_of,
)
from prakerja.training.model.purchase import PurchaseState, RedeemCode
from tests.unit.training.records import CODE, NOW

TICK = timedelta(microseconds=1)
BOUGHT = replace(CODE, state=PurchaseState.AUTHORISED, redeemed_at=None)
SELF_PACED = replace(BOUGHT, course_type=CourseType.SELF_PACED, ends_at=NOW + timedelta(days=30))


def at(day: int, hour: int = 3) -> datetime:
    """A time of January 2026, UTC; 17:00 is midnight in Jakarta."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def attended(code: RedeemCode, sequence: int, now: datetime) -> RedeemCode:
    after = decide_attendance(code, sequence, now)
    assert after is not None
    return after


def states(code: RedeemCode, now: datetime) -> list[SessionState]:
    return [session.state for session in sessions_of(code, now)[:3]]


# self-paced, too late ---------------------------------------------------------------------------------------------
def test_a_self_paced_course_with_too_few_days_left_cannot_be_completed() -> None:
    code = replace(SELF_PACED, starts_at=at(1), ends_at=at(18, 17), session_starts=(), sessions=3)
    strict = replace(code, rule=replace(code.rule, missed_sessions_allowed=0))
    assert states(strict, at(16, 16)) == [SessionState.OPEN, SessionState.NOT_OPEN, SessionState.NOT_OPEN]
    assert can_complete(strict, at(16, 16))  # the 16th, 17th and 18th
    assert states(strict, at(16, 17)) == [SessionState.OPEN, SessionState.NOT_OPEN, SessionState.ABSENT]
    assert not can_complete(strict, at(16, 17))
    begun = attended(strict, 1, at(18, 16))
    assert states(begun, at(18, 16)) == [SessionState.PRESENT, SessionState.ABSENT, SessionState.ABSENT]


# live sessions ----------------------------------------------------------------------------------------------------
def test_a_live_session_is_attended_around_its_start() -> None:
    starts = (at(16, 2), at(18, 7), at(19, 2))
    code = replace(BOUGHT, session_starts=starts)
    for sequence, start in enumerate(starts, 1):
        for moment in (start - AROUND, start, start + AROUND - TICK):
            assert sequence in attended(code, sequence, moment).attended
        for moment in (start - AROUND - TICK, start + AROUND):
            with pytest.raises(AttendanceClosed):
                decide_attendance(code, sequence, moment)


def test_the_refusal_says_in_jakarta_s_time_when_attendance_is_open() -> None:
    with pytest.raises(AttendanceClosed) as refusal:
        decide_attendance(BOUGHT, 2, NOW)
    assert refusal.value.facts == {"opens": "2026-01-16 09:00 WIB", "closes": "2026-01-16 11:00 WIB"}


def test_sessions_without_times_are_daily() -> None:
    assert session_starts(BOUGHT) == (NOW, NOW + timedelta(days=1), NOW + timedelta(days=2))


def test_a_missed_session_does_not_keep_from_the_next() -> None:
    after = attended(BOUGHT, 3, NOW + timedelta(days=2))
    assert (after.attended, after.state, after.redeemed_at) == ((3,), PurchaseState.REDEEMED, NOW + timedelta(days=2))


@pytest.mark.parametrize("sequence", [0, -1, 4, 10, 11, 998, 1000])
def test_only_what_is_taught_can_be_attended(sequence: int) -> None:
    with pytest.raises(SequenceNotTaught):
        decide_attendance(BOUGHT, sequence, NOW)


def test_the_post_test_follows_the_last_session_and_ends_with_the_grace_period() -> None:
    opens = NOW + timedelta(days=2) + AROUND
    assert POST_TEST in attended(BOUGHT, POST_TEST, opens).attended
    assert POST_TEST in attended(BOUGHT, POST_TEST, finish_by(BOUGHT) - TICK).attended
    with pytest.raises(AttendanceClosed):
        decide_attendance(BOUGHT, POST_TEST, opens - TICK)
    with pytest.raises(CourseOver):
        decide_attendance(BOUGHT, POST_TEST, finish_by(BOUGHT))


# self-paced -------------------------------------------------------------------------------------------------------
def test_a_self_paced_course_has_one_learning_day_a_day() -> None:
    code = attended(SELF_PACED, 1, at(16, 16))  # 23:00 in Jakarta
    with pytest.raises(AttendanceClosed):
        decide_attendance(code, 2, at(16, 17) - TICK)
    code = attended(code, 2, at(16, 17))  # midnight
    with pytest.raises(EarlierSessionFirst) as refusal:
        decide_attendance(code, POST_TEST, at(20))
    assert refusal.value.facts == {"sequence": 3}
    code = attended(code, 3, at(20))
    assert POST_TEST in attended(code, POST_TEST, at(20)).attended


def test_a_learning_day_before_the_last_one_is_refused() -> None:
    with pytest.raises(EarlierSessionFirst) as refusal:
        decide_attendance(SELF_PACED, 2, at(20))
    assert refusal.value.facts == {"sequence": 1}
    for moment in (SELF_PACED.starts_at - TICK, SELF_PACED.ends_at):
        with pytest.raises(AttendanceClosed):
            decide_attendance(SELF_PACED, 1, moment)


def test_what_was_recorded_without_a_time_counts_from_the_start() -> None:
    """Items from before attendance had times."""
    old = replace(SELF_PACED, attended=(1,))
    window = window_of(old, 2)
    assert window is not None
    assert window.opens_at == at(15, 17)


@given(
    sessions=st.integers(1, MAX_SESSIONS),
    hours=st.lists(st.integers(1, 60), min_size=1, max_size=60),
)
def test_learning_days_are_different_days_in_order(sessions: int, hours: list[int]) -> None:
    """Whenever somebody comes, attendance is recorded in order, never twice on a day of Jakarta, and begins the course."""
    code, now = replace(SELF_PACED, sessions=sessions, ends_at=NOW + timedelta(days=90)), NOW
    for wait in hours:
        now += timedelta(hours=wait)
        upcoming = len(code.attended) + 1
        if upcoming > sessions:
            break
        window = window_of(code, upcoming)
        assert window is not None
        if not window.is_open(now):
            with pytest.raises(AttendanceClosed):
                decide_attendance(code, upcoming, now)
            continue
        code = attended(code, upcoming, now)
        assert decide_attendance(code, upcoming, now) is None
    assert code.attended == tuple(range(1, len(code.attended) + 1))
    days = [wib_date(one.at) for one in code.attendances]
    assert all(before < after for before, after in pairwise(days))
    assert (code.state is PurchaseState.REDEEMED) == bool(days)


# windows for all --------------------------------------------------------------------------------------------------
@given(
    live=st.booleans(),
    sessions=st.integers(1, MAX_SESSIONS),
    allowed=st.integers(0, 2),
    minutes=st.integers(-3 * 24 * 60, 40 * 24 * 60),
    before=st.sets(st.integers(1, MAX_SESSIONS)),
)
def test_attendance_is_recorded_inside_its_window_and_nowhere_else(
    live: bool, sessions: int, allowed: int, minutes: int, before: set[int]
) -> None:
    code = replace(
        BOUGHT if live else SELF_PACED,
        sessions=sessions,
        ends_at=NOW + timedelta(days=20),
        rule=CompletionRule(missed_sessions_allowed=allowed),
        attended=tuple(sorted(number for number in before if number <= sessions)),
    )
    now = NOW + timedelta(minutes=minutes)
    for session in sessions_of(code, now):
        if session.sequence in code.attended:
            assert decide_attendance(code, session.sequence, now) is None
            assert session.state is SessionState.PRESENT
            continue
        is_open = session.window is not None and session.window.is_open(now) and now < finish_by(code)
        try:
            after = decide_attendance(code, session.sequence, now)
        except (AttendanceClosed, EarlierSessionFirst, CourseOver):
            assert not is_open
        else:
            assert is_open
            assert after is not None
            assert after.attended == tuple(sorted({*code.attended, session.sequence}))


# completion -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "sessions", "post_test", "shown", "is_proven"),
    [
        (CompletionRule(), (1, 2, 3), True, False, True),
        (CompletionRule(), (1, 3), True, True, False),
        (CompletionRule(), (1, 2, 3), False, True, False),
        (CompletionRule(missed_sessions_allowed=1), (1, 3), True, False, True),
        (CompletionRule(missed_sessions_allowed=9), (), True, False, False),
        (CompletionRule(skill_demonstration=True), (1, 2, 3), True, False, False),
        (CompletionRule(skill_demonstration=True), (1, 2, 3), True, True, True),
    ],
)
def test_what_proves_a_course(
    rule: CompletionRule, sessions: tuple[int, ...], post_test: bool, shown: bool, is_proven: bool
) -> None:
    done = (*sessions, *([POST_TEST] if post_test else []))
    code = replace(CODE, rule=rule, attended=done, skill_shown=shown)
    assert decide_completion(code) is is_proven
    assert bool(missing_of(code)) is not is_proven
    assert not decide_completion(replace(code, state=PurchaseState.COMPLETED))


@given(
    order=st.permutations([1, 2, 3, POST_TEST, "skill"]),
    rule=st.builds(CompletionRule, st.just(0), st.just(7), st.booleans()),
)
def test_proven_once_by_the_last_missing_proof_in_any_order(order: list[int | str], rule: CompletionRule) -> None:
    code, completions = replace(CODE, rule=rule), 0
    needed: set[int | str] = {1, 2, 3, POST_TEST, *(["skill"] if rule.skill_demonstration else [])}
    for proof in order:
        if isinstance(proof, int):
            code = replace(code, attended=tuple(sorted((*code.attended, proof))))
        else:
            code = replace(code, skill_shown=True)
        needed -= {proof}
        if decide_completion(code):
            assert not needed
            completions += 1
            code = replace(code, state=PurchaseState.COMPLETED)
    assert completions == 1


def test_a_test_code_proves_nothing_and_has_no_time() -> None:
    code = replace(BOUGHT, redeem_code="PRAT-ABCDEF", sessions=1)
    code = attended(attended(code, POST_TEST, at(1)), 1, at(31))
    assert code.attended == (1, POST_TEST)
    assert not decide_completion(code)
    assert not decide_end(code, at(31))


# the end ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ends_at", "over"),
    [
        (datetime(2026, 1, 20, 9, tzinfo=UTC), datetime(2026, 1, 27, 17, tzinfo=UTC)),
        (datetime(2026, 1, 20, 17, tzinfo=UTC), datetime(2026, 1, 27, 17, tzinfo=UTC)),  # 24:00 in Jakarta
        (datetime(2026, 1, 20, 17, 1, tzinfo=UTC), datetime(2026, 1, 28, 17, tzinfo=UTC)),
    ],
)
def test_the_grace_period_is_whole_days_after_the_last_day(ends_at: datetime, over: datetime) -> None:
    code = replace(CODE, ends_at=ends_at)
    assert finish_by(code) == over
    assert not decide_end(code, over - TICK)
    assert decide_end(code, over)
    assert decide_end(replace(code, state=PurchaseState.AUTHORISED), over)


@pytest.mark.parametrize("state", [PurchaseState.COMPLETED, PurchaseState.NOT_COMPLETED, PurchaseState.CANCELLED])
def test_what_is_over_does_not_end_again(state: PurchaseState) -> None:
    assert not decide_end(replace(CODE, state=state), finish_by(CODE))


def test_nothing_is_recorded_for_a_course_that_is_over() -> None:
    with pytest.raises(CodeCancelled):
        decide_attendance(replace(BOUGHT, state=PurchaseState.CANCELLED), 1, NOW)
    with pytest.raises(CourseOver):
        decide_attendance(replace(BOUGHT, state=PurchaseState.NOT_COMPLETED), 1, NOW)


def test_a_course_is_lost_with_the_session_that_is_missed() -> None:
    closes = NOW + AROUND
    assert can_complete(BOUGHT, closes - TICK)
    assert not can_complete(BOUGHT, closes)
    forgiving = replace(BOUGHT, rule=CompletionRule(missed_sessions_allowed=1))
    assert can_complete(forgiving, closes)
    assert [session.state for session in sessions_of(forgiving, closes)] == [
        SessionState.ABSENT,
        SessionState.NOT_OPEN,
        SessionState.NOT_OPEN,
        SessionState.NOT_OPEN,
    ]
    assert not can_complete(replace(BOUGHT, state=PurchaseState.NOT_COMPLETED), NOW)
    assert can_complete(replace(BOUGHT, state=PurchaseState.COMPLETED), finish_by(BOUGHT))
