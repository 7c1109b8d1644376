"""Money that members earn. The job-search incentive is earned once, by the first course: finished, rated, reviewed, and
an account linked to receive it (programme handbook 2023; in the 2020 scheme it is paid in four monthly parts)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from prakerja.incentives.errors import MoreThanClaimed
from prakerja.membership import Season
from prakerja.platform.rupiah import rupiah_text
from prakerja.platform.working_days import add_working_days, next_working_day

JOB_SEARCH = "JOB_SEARCH"
SCHEDULED_AFTER = timedelta(days=1)
"""The schedule shows at once; the money may leave from the next working day (WIB) on."""
ARRIVES_WITHIN = 5
"""Working days after its day within which an incentive is paid (programme handbook: three to five)."""


CLAIM_TIME = timedelta(days=60)
"""To pay back what one had no right to (Perpres 76/2020, art. 31C)."""


class IncentiveState(StrEnum):
    """How far an incentive has come. PAID is final; PAYOUT_FAILED waits for the member to mend the account, WITHHELD for an
    agency to take the member off its list, or for the last day that it named."""

    SCHEDULED = "SCHEDULED"
    IN_RUN = "IN_RUN"
    PAID = "PAID"
    PAYOUT_FAILED = "PAYOUT_FAILED"
    WITHHELD = "WITHHELD"
    FORFEITED = "FORFEITED"
    """It will never be paid: the membership was revoked, or it was not earned when the season ended."""
    CLAWED_BACK = "CLAWED_BACK"
    """It was paid without a right to it, and has been paid back."""


class Missing(StrEnum):
    """A condition that is not met yet, in the order in which members meet them."""

    MEMBERSHIP = "MEMBERSHIP"
    ACCOUNT_LINKED = "ACCOUNT_LINKED"
    FIRST_COURSE_BOUGHT = "FIRST_COURSE_BOUGHT"
    FIRST_COURSE_COMPLETED = "FIRST_COURSE_COMPLETED"
    FIRST_COURSE_REVIEWED = "FIRST_COURSE_REVIEWED"


SEASON_OVER = "SEASON_OVER:"
"""So begins the reason of one that was not earned in time; the condition that was not met follows."""


_WORDS: dict[Missing, tuple[str, str]] = {
    Missing.MEMBERSHIP: (
        "Anda belum menjadi peserta aktif. Bergabunglah dalam gelombang yang dibuka.",
        "You are not an active member. Join a wave that is open.",
    ),
    Missing.ACCOUNT_LINKED: (
        "Sambungkan rekening bank atau dompet digital milik Anda.",
        "Link a bank account or e-wallet of your own.",
    ),
    Missing.FIRST_COURSE_BOUGHT: (
        "Beli pelatihan pertama sebelum batas waktunya.",
        "Buy your first course before its deadline.",
    ),
    Missing.FIRST_COURSE_COMPLETED: (
        "Selesaikan pelatihan pertama: semua sesi dan ujian akhir.",
        "Finish your first course: every session and the final test.",
    ),
    Missing.FIRST_COURSE_REVIEWED: (
        "Beri penilaian dan ulasan untuk pelatihan pertama.",
        "Rate and review your first course.",
    ),
}


def words(missing: Missing) -> tuple[str, str]:
    """(Indonesian, English): what to do."""
    return _WORDS[missing]


@dataclass(frozen=True)
class Wanted:
    """A condition that is not met, and until when it counts (exclusive end; None: no end is set)."""

    missing: Missing
    until: datetime | None
    is_over: bool


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
    """Why the last payout failed, why it is withheld or forfeited, as a slug."""

    @property
    def was_earned(self) -> bool:
        """Was it ever the member's?"""
        return not (self.reason or "").startswith(SEASON_OVER)


@dataclass(frozen=True)
class Evidence:
    """What the rule looks at."""

    person_id: str
    is_member: bool
    """Decreed, and not at an end."""
    has_bought: bool
    account_linked: bool
    first_course_completed: bool
    first_course_reviewed: bool


@dataclass(frozen=True)
class Terms:
    """The scheme's terms: rupiah per part, parts, months between parts."""

    amount: int
    count: int
    every_months: int


def still_missing(evidence: Evidence) -> tuple[Missing, ...]:
    """Which conditions are not met; empty for somebody who has earned the incentive."""
    if not evidence.is_member:
        return (Missing.MEMBERSHIP,)
    met = {
        Missing.ACCOUNT_LINKED: evidence.account_linked,
        Missing.FIRST_COURSE_BOUGHT: evidence.has_bought,
        Missing.FIRST_COURSE_COMPLETED: evidence.first_course_completed,
        Missing.FIRST_COURSE_REVIEWED: evidence.first_course_reviewed,
    }
    return tuple(condition for condition, is_met in met.items() if not is_met)


def in_time(at: datetime | None, end: datetime | None) -> bool:
    """Did it happen before an exclusive end, if there is one? What has no time (None) happened before times were kept."""
    return at is None or end is None or at < end


def wanted(missing: Missing, purchase_deadline: datetime | None, season: Season | None, now: datetime) -> Wanted:
    """A missing condition with its time: the member's deadline for the first purchase, the season's cut-offs."""
    ends: dict[Missing, list[datetime | None]] = {
        Missing.ACCOUNT_LINKED: [season.review_by] if season else [],
        Missing.FIRST_COURSE_BOUGHT: [purchase_deadline, season.buy_until if season else None],
        Missing.FIRST_COURSE_COMPLETED: [season.finish_by] if season else [],
        Missing.FIRST_COURSE_REVIEWED: [season.review_by] if season else [],
    }
    until = min((end for end in ends.get(missing, []) if end is not None), default=None)
    return Wanted(missing, until, until is not None and now >= until)


def not_earned(person_id: str, terms: Terms, missing: Missing, now: datetime, today: date) -> tuple[Incentive, ...]:
    """All parts of the job-search incentive of a member who had not earned it when the season ended."""
    return tuple(
        Incentive(
            person_id,
            JOB_SEARCH,
            number,
            terms.amount,
            IncentiveState.FORFEITED,
            today,
            now,
            reason=SEASON_OVER + missing,
        )
        for number in range(1, terms.count + 1)
    )


def decide_job_search(evidence: Evidence, terms: Terms, now: datetime, today: date) -> tuple[Incentive, ...]:
    """All parts of the job-search incentive, or nothing as long as a condition is missing."""
    if still_missing(evidence):
        return ()
    first = today + SCHEDULED_AFTER
    return tuple(
        Incentive(
            evidence.person_id,
            JOB_SEARCH,
            number,
            terms.amount,
            IncentiveState.SCHEDULED,
            next_working_day(months_later(first, (number - 1) * terms.every_months)),
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


def paid_by(scheduled_on: date) -> date:
    """The last day (WIB) on which the money of a schedule should arrive."""
    return add_working_days(scheduled_on, ARRIVES_WITHIN)


def taken_into_run(incentive: Incentive, payout_id: str) -> Incentive:
    """A run will pay it."""
    return replace(incentive, state=IncentiveState.IN_RUN, payout_id=payout_id)


def found_paid(incentive: Incentive, payout_id: str) -> Incentive:
    """It was paid, although it looked otherwise."""
    return replace(incentive, state=IncentiveState.PAID, payout_id=payout_id, reason=None)


def withheld(incentive: Incentive, why: str) -> Incentive:
    """It is not paid as long as ``why`` stands."""
    return replace(incentive, state=IncentiveState.WITHHELD, reason=why)


def forfeited(incentive: Incentive, why: str) -> Incentive:
    """It will never be paid."""
    return replace(incentive, state=IncentiveState.FORFEITED, reason=why)


def clawed_back(incentive: Incentive) -> Incentive:
    """It was paid back."""
    return replace(incentive, state=IncentiveState.CLAWED_BACK)


@dataclass(frozen=True)
class Claim:
    """An incentive that was paid without a right to it, to be paid back. Amounts in rupiah."""

    person_id: str
    kind: str
    number: int
    payout_id: str
    provider: str
    amount: int
    due_on: date
    """Last day (WIB) to pay it back."""
    claimed_at: datetime
    repaid: int = 0
    """By the member."""
    returned: int = 0
    """By the provider: the payment came back, so the member never kept it."""
    overdue: bool = False
    version: int = 1

    @property
    def left(self) -> int:
        """What is still owed."""
        return self.amount - self.repaid - self.returned


def claim_of(incentive: Incentive, provider: str, now: datetime, today: date) -> Claim:
    """A claim for a paid incentive, made today."""
    return Claim(
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
        payout_id=incentive.payout_id or "",
        provider=provider,
        amount=incentive.amount,
        due_on=today + CLAIM_TIME,
        claimed_at=now,
    )


def came_back(claim: Claim, amount: int) -> tuple[Claim, int]:
    """The claim after its payment came back, and what the member has repaid in vain: it is theirs, and owed to them."""
    settled_now = min(amount, claim.left)
    return replace(claim, returned=claim.returned + settled_now, version=claim.version + 1), amount - settled_now


def repaid(claim: Claim, amount: int) -> Claim:
    """The claim after a repayment. Raises MoreThanClaimed."""
    if amount > claim.left:
        raise MoreThanClaimed(left=rupiah_text(claim.left))
    return replace(claim, repaid=claim.repaid + amount, version=claim.version + 1)
