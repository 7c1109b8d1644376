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
from prakerja.registration.model.limits import LOCK, WRONG_CONFIRMATIONS, Usage


def refusal(verdict: Verdict, challenge: Challenge | None, of_person: Usage | None = None) -> Problem:
    """The problem that a verdict other than RIGHT and REPEATED means; ``of_person``: with this wrong code counted."""
    match verdict:
        case Verdict.WRONG if challenge:
            today = WRONG_CONFIRMATIONS - of_person.wrong if of_person else challenge.tries_left
            return WrongCode(tries_left=min(challenge.tries_left - 1, today))
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
