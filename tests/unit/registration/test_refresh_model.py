"""Refresh tokens, as a thief and a forgetful network use them: who holds an old token never gets a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from prakerja.registration.model.session import GRACE, SESSION_LIFE, Refresh, Session, decide_refresh

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
FRESH = Session("s1", "p1", "d1", created_at=NOW, rotated_at=NOW)
ROTATED = replace(FRESH, generation=3, rotated_at=NOW + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("session", "generation", "device", "after", "verdict"),
    [
        (FRESH, 1, "d1", timedelta(), Refresh.ROTATE),
        (FRESH, 1, "d2", timedelta(), Refresh.REUSED),
        (FRESH, 2, "d1", timedelta(), Refresh.OVER),
        (None, 1, "d1", timedelta(), Refresh.OVER),
        (FRESH, 1, "d1", SESSION_LIFE - timedelta(seconds=1), Refresh.ROTATE),
        (FRESH, 1, "d1", SESSION_LIFE, Refresh.OVER),
        (replace(FRESH, ended_at=NOW), 1, "d1", timedelta(), Refresh.OVER),
        (ROTATED, 2, "d1", timedelta(minutes=10), Refresh.SAME_SUCCESSOR),
        (ROTATED, 2, "d2", timedelta(minutes=10), Refresh.REUSED),
        (ROTATED, 2, "d1", timedelta(minutes=10) + GRACE - timedelta(seconds=1), Refresh.SAME_SUCCESSOR),
        (ROTATED, 2, "d1", timedelta(minutes=10) + GRACE, Refresh.REUSED),
        (ROTATED, 1, "d1", timedelta(minutes=10), Refresh.REUSED),
    ],
)
def test_verdicts(session: Session | None, generation: int, device: str, after: timedelta, verdict: Refresh) -> None:
    assert decide_refresh(session, generation=generation, device=device, now=NOW + after) is verdict


class Sessions(RuleBasedStateMachine):
    """The device refreshes, sometimes with the token before; a thief shows copies. Time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.session = FRESH
        self.now = NOW
        self.highest_answered = 1

    def _show(self, generation: int, device: str) -> Refresh:
        verdict = decide_refresh(self.session, generation=generation, device=device, now=self.now)
        if verdict is Refresh.ROTATE:
            self.session = replace(self.session, generation=generation + 1, rotated_at=self.now)
        elif verdict is Refresh.REUSED:
            self.session = replace(self.session, ended_at=self.now)
        return verdict

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_device_refreshes(self) -> None:
        was_over = self.session.is_over(self.now)
        verdict = self._show(self.session.generation, "d1")
        assert verdict is (Refresh.OVER if was_over else Refresh.ROTATE)

    @rule()
    def an_answer_got_lost(self) -> None:
        if self.session.generation == 1 or self.session.is_over(self.now):
            return
        before = self.session
        in_time = self.now < before.rotated_at + GRACE
        verdict = self._show(before.generation - 1, "d1")
        assert verdict is (Refresh.SAME_SUCCESSOR if in_time else Refresh.REUSED)
        assert self.session.generation == before.generation

    @rule(back=st.integers(0, 5))
    def a_thief_shows_a_copy(self, back: int) -> None:
        generation = self.session.generation - back
        if generation >= 1:
            assert self._show(generation, "d2") in (Refresh.REUSED, Refresh.OVER)
            assert self.session.is_over(self.now)

    @invariant()
    def generations_only_grow(self) -> None:
        assert self.session.generation >= self.highest_answered
        self.highest_answered = self.session.generation


TestSessions = Sessions.TestCase
TestSessions.settings = hypothesis_settings(max_examples=50, stateful_step_count=20, deadline=None)
