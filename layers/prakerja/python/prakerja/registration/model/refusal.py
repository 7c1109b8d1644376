"""What a verdict on a code that was given back means to the person."""

from __future__ import annotations

from prakerja.platform.problems import Problem
from prakerja.registration.errors import (
    SOON,
    ChallengeLocked,
    ChallengeUnknown,
    CodeExpired,
    CodeNotSentYet,
    CodeUndeliverable,
    WrongCode,
)
from prakerja.registration.model.challenge import Challenge, Verdict
from prakerja.registration.model.limits import LOCK


def refusal(verdict: Verdict, challenge: Challenge | None) -> Problem:
    """The problem that a verdict other than RIGHT and REPEATED means."""
    match verdict:
        case Verdict.WRONG if challenge:
            return WrongCode(tries_left=challenge.tries_left - 1)
        case Verdict.LOCKED | Verdict.WRONG_AND_LOCKS:
            return ChallengeLocked(retry_after=int(LOCK.total_seconds()))
        case Verdict.NOT_SENT:
            return CodeNotSentYet(retry_after=SOON)
        case Verdict.EXPIRED:
            return CodeExpired()
        case Verdict.UNDELIVERABLE:
            return CodeUndeliverable()
        case _:
            return ChallengeUnknown()
