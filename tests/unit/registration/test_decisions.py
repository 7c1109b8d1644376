"""The pure decisions: codes, steps, limits, pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.registration.errors import ChallengeUnknown, WrongCode
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import (
    CHALLENGE_LIFE,
    CODE_LIFE,
    LONGEST_PAUSE,
    MAX_RESENDS,
    Challenge,
    ChallengeState,
    Purpose,
    Step,
    Verdict,
    decide_code,
    decide_step,
    may_resend,
    pause,
)
from prakerja.registration.model.limits import ADDRESS, DEVICE, Usage, locked, must_wait, one_more
from prakerja.registration.model.notice import Waiting, once_more
from prakerja.registration.model.person import Person
from prakerja.registration.model.refusal import refusal

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OPEN = Challenge(
    challenge_id="c1",
    purpose=Purpose.SIGN_IN,
    channel=Channel.PHONE,
    digests=("h1.aa",),
    device="d1",
    created_at=NOW,
    code_sent_at=NOW,
)
BUDI = Person("p1", phone_proven=True, email_proven=True, created_at=NOW)


def judged(
    challenge: Challenge | None,
    *,
    right: bool = True,
    device: str = "d1",
    person: str | None = None,
    now: datetime = NOW,
) -> Verdict:
    purposes = (Purpose.CONTACT,) if person else (Purpose.SIGN_IN, Purpose.SECOND_CHANNEL)
    return decide_code(challenge, right=right, device=device, purposes=purposes, person_id=person, now=now)


def test_a_right_code_is_right_until_its_life_ends() -> None:
    assert judged(OPEN) is Verdict.RIGHT
    assert judged(OPEN, now=NOW + CODE_LIFE - SECOND) is Verdict.RIGHT
    assert judged(OPEN, now=NOW + CODE_LIFE) is Verdict.EXPIRED
    assert judged(OPEN, right=False, now=NOW + CODE_LIFE) is Verdict.EXPIRED


def test_the_life_of_a_code_starts_when_the_provider_took_it() -> None:
    waiting = replace(OPEN, code_sent_at=None)
    assert judged(waiting) is Verdict.NOT_SENT
    assert judged(waiting, right=False) is Verdict.NOT_SENT
    assert judged(waiting, now=NOW + CHALLENGE_LIFE) is Verdict.EXPIRED
    late = replace(OPEN, code_sent_at=NOW + CHALLENGE_LIFE - SECOND)
    assert judged(late, now=NOW + CHALLENGE_LIFE + SECOND) is Verdict.RIGHT


def test_three_wrong_codes_lock() -> None:
    verdicts = [judged(replace(OPEN, wrong=wrong), right=False) for wrong in range(3)]
    assert verdicts == [Verdict.WRONG, Verdict.WRONG, Verdict.WRONG_AND_LOCKS]
    assert judged(replace(OPEN, state=ChallengeState.LOCKED)) is Verdict.LOCKED


def test_a_used_challenge_answers_repeats_but_cannot_be_guessed_without_end() -> None:
    used = replace(OPEN, state=ChallengeState.USED)
    assert judged(used) is Verdict.REPEATED
    assert judged(used, right=False) is Verdict.WRONG
    assert judged(replace(used, wrong=2), right=False) is Verdict.WRONG_AND_LOCKS
    assert judged(used, now=NOW + CODE_LIFE) is Verdict.EXPIRED


@pytest.mark.parametrize("right", [True, False])
def test_what_is_not_yours_is_unknown(right: bool) -> None:
    contact = replace(OPEN, purpose=Purpose.CONTACT, person_id="p1")
    assert judged(None, right=right) is Verdict.UNKNOWN
    assert judged(OPEN, right=right, device="d2") is Verdict.UNKNOWN
    assert judged(OPEN, right=right, person="p1") is Verdict.UNKNOWN
    assert judged(contact, right=right) is Verdict.UNKNOWN
    assert judged(contact, right=right, person="p2") is Verdict.UNKNOWN
    assert judged(contact, person="p1") is Verdict.RIGHT


def test_a_refused_address_is_told() -> None:
    assert judged(replace(OPEN, state=ChallengeState.UNDELIVERABLE, code_sent_at=None)) is Verdict.UNDELIVERABLE


def test_refusals_say_how_many_tries_are_left() -> None:
    problem = refusal(Verdict.WRONG, replace(OPEN, wrong=1))
    assert isinstance(problem, WrongCode)
    assert problem.facts == {"tries_left": 1}
    assert isinstance(refusal(Verdict.UNKNOWN, None), ChallengeUnknown)


@pytest.mark.parametrize(
    ("status", "known", "purpose", "email", "step"),
    [
        (None, False, Purpose.SIGN_IN, True, Step.SIGN_IN),
        ("PENDING", False, Purpose.SIGN_IN, True, Step.SIGN_IN),
        ("VERIFIED", True, Purpose.SIGN_IN, True, Step.SIGN_IN),
        ("VERIFIED", False, Purpose.SIGN_IN, True, Step.SECOND_CHANNEL),
        ("VERIFIED", False, Purpose.SIGN_IN, False, Step.SIGN_IN),
        ("VERIFIED", False, Purpose.SECOND_CHANNEL, True, Step.SIGN_IN),
    ],
)
def test_a_new_device_of_a_verified_person_needs_both_channels(
    status: str | None, known: bool, purpose: Purpose, email: bool, step: Step
) -> None:
    person = replace(BUDI, identity_status=status, email_proven=email)
    assert decide_step(replace(OPEN, purpose=purpose), person, device_known=known) is step


def test_nobody_there_makes_an_account() -> None:
    assert decide_step(OPEN, None, device_known=False) is Step.NEW_ACCOUNT


def test_resends_end() -> None:
    assert may_resend(OPEN, NOW)
    assert not may_resend(replace(OPEN, resend=MAX_RESENDS), NOW)
    assert not may_resend(OPEN, NOW + CHALLENGE_LIFE)
    assert not may_resend(replace(OPEN, state=ChallengeState.USED), NOW)


def test_pauses_grow_and_respect_the_provider() -> None:
    pauses = [pause(attempts, None) for attempts in range(30)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert pause(0, 600) == timedelta(seconds=600)


def test_one_code_a_minute_and_ten_a_day_for_an_address() -> None:
    usage, now = Usage(), NOW
    for _ in range(ADDRESS.per_day):
        assert must_wait(usage, ADDRESS, now) == 0
        usage = one_more(usage, now)
        assert must_wait(usage, ADDRESS, now) >= 60
        assert must_wait(usage, ADDRESS, now + SECOND / 2) >= 60
        now += timedelta(minutes=1)
    midnight = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)  # 00:00 in Jakarta
    assert must_wait(usage, ADDRESS, now) == (midnight - now).total_seconds()
    assert must_wait(usage, ADDRESS, midnight) == 0
    assert one_more(usage, midnight).codes == 1


def test_a_locked_device_waits_an_hour() -> None:
    usage = locked(one_more(Usage(), NOW), NOW)
    assert must_wait(usage, DEVICE, NOW + timedelta(minutes=59)) == 60
    assert must_wait(usage, DEVICE, NOW + timedelta(hours=1)) == 0


def test_stale_notices_are_given_up() -> None:
    first = once_more(None, NOW)
    assert first == Waiting(NOW, 1)
    assert once_more(first, NOW + timedelta(days=2)) == Waiting(NOW, 2)
    assert once_more(first, NOW + timedelta(days=3)) is None
