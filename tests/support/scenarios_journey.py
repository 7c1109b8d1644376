"""The whole journey, and a walk along it: from step to step, with copies made of the world where a test wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.support.scenarios import Step, prepare
from tests.support.scenarios_accounts import ACCOUNT, CASE
from tests.support.scenarios_books import BOOKS
from tests.support.scenarios_courses import COURSE
from tests.support.scenarios_incentives import AFTER_PAYMENT, BEFORE_RELEASE
from tests.support.scenarios_members import MEMBERS
from tests.support.scenarios_office import AGAIN, OFFICE, REFUSED, TAKEN_BACK
from tests.support.scenarios_partners import PARTNERS
from tests.support.scenarios_payouts import DECLARE, FIND_OUT, PAY, RELEASE
from tests.support.scenarios_people import IDENTITY, SIGN_UP
from tests.support.scenarios_sso import SSO
from tests.support.scenarios_stage import Stage, stage
from tests.support.scenarios_waves import WAVE

PAYOUT = (*DECLARE, *BEFORE_RELEASE, *REFUSED, *RELEASE, *AGAIN, *PAY, *OFFICE, *FIND_OUT, *AFTER_PAYMENT, *TAKEN_BACK)
JOURNEY: tuple[Step, ...] = (
    *PARTNERS,
    *SIGN_UP,
    *IDENTITY,
    *WAVE,
    *SSO,
    *COURSE,
    *PAYOUT,
    *ACCOUNT,
    *CASE,
    *BOOKS,
    *MEMBERS,
)


def step_name(number: int) -> str:
    """A name that no other step has."""
    return f"{number:02d} {JOURNEY[number].command}"


class Walk:
    """A stage that stands before some step. Going back means starting again."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._at: int | None = None
        self.stage: Stage

    def to(self, number: int) -> Stage:
        """The stage just before a step of the journey (and before its ``before``)."""
        if self._at is None or self._at > number:
            self.close()
            self.stage = self._open.enter_context(stage())
            self._at = 0
        for step in JOURNEY[self._at : number]:
            if not step.aside:
                play(self.stage, step)
        self._at = number
        return self.stage

    def close(self) -> None:
        """Leave the stage."""
        self._open.close()
        self._at = None


def play(on: Stage, step: Step) -> None:
    """One step of the journey without any trouble."""
    prepare(on, step)
    step.run(on)


def walking() -> Iterator[Walk]:
    """For a fixture of a module's tests."""
    walk = Walk()
    yield walk
    walk.close()
