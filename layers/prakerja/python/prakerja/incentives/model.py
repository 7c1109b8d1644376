"""Money that members earn. The job-search incentive is earned once, by the first course: finished, rated, reviewed, and
an account linked to receive it (programme handbook 2023; in the 2020 scheme it is paid in four monthly parts)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

JOB_SEARCH = "JOB_SEARCH"
SCHEDULED_AFTER = timedelta(days=1)
"""The schedule shows at once; the money may leave from the next day (WIB) on."""


class IncentiveState(StrEnum):
    """How far an incentive has come. PAID is final; PAYOUT_FAILED waits for the member to mend the account."""

    SCHEDULED = "SCHEDULED"
    IN_RUN = "IN_RUN"
    PAID = "PAID"
    PAYOUT_FAILED = "PAYOUT_FAILED"


@dataclass(frozen=True)
class Incentive:
    """One amount of one kind; ``kind`` and ``number`` are its identity under the person. ``amount`` in rupiah."""

    person_id: str
    kind: str
    number: int
    amount: int
    state: IncentiveState
    scheduled_on: date
    """WIB day from which it may be paid."""
    earned_at: datetime
    payout_id: str | None = None
    reason: str | None = None
    """Why the last payout failed, as a slug."""


@dataclass(frozen=True)
class Evidence:
    """What the rule looks at."""

    person_id: str
    is_active: bool
    account_linked: bool
    first_course_completed: bool
    first_course_reviewed: bool


@dataclass(frozen=True)
class Terms:
    """The scheme's terms: rupiah per part, parts, months between parts."""

    amount: int
    count: int
    every_months: int


def decide_job_search(evidence: Evidence, terms: Terms, now: datetime, today: date) -> tuple[Incentive, ...]:
    """All parts of the job-search incentive, or nothing as long as a condition is missing."""
    earned = (
        evidence.is_active
        and evidence.account_linked
        and evidence.first_course_completed
        and evidence.first_course_reviewed
    )
    if not earned:
        return ()
    first = today + SCHEDULED_AFTER
    return tuple(
        Incentive(
            evidence.person_id,
            JOB_SEARCH,
            number,
            terms.amount,
            IncentiveState.SCHEDULED,
            months_later(first, (number - 1) * terms.every_months),
            now,
        )
        for number in range(1, terms.count + 1)
    )


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def taken_into_run(incentive: Incentive, payout_id: str) -> Incentive:
    """A run will pay it."""
    return replace(incentive, state=IncentiveState.IN_RUN, payout_id=payout_id)
