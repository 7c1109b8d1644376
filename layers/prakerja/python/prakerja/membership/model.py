"""Schemes (the programme's rules as data) and memberships under them. Pure.

A membership keeps the version of the scheme it was decreed under; its rules never change afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from prakerja.membership.errors import AccountNotLinked, CourseStillOpen, MembershipEnded, PurchaseDeadlinePassed
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.ids import fingerprint

FULL_BASIS_POINTS = 10_000


class DebitAt(StrEnum):
    """When a course's price leaves the balance: at the sale (2020), or when its completion is proven (2023)."""

    PURCHASE = "PURCHASE"
    COMPLETION = "COMPLETION"


class IfNotCompleted(StrEnum):
    """What becomes of the price of a course that was not completed."""

    FORFEIT = "FORFEIT"
    RETURN = "RETURN"


@dataclass(frozen=True)
class JobIncentive:
    """Cash after the first course: ``count`` payments of ``amount`` rupiah, ``every_months`` apart."""

    amount: int
    count: int
    every_months: int = 1


@dataclass(frozen=True)
class SurveyIncentive:
    """Cash for each of ``count`` surveys: open ``window_days``, paid within ``pay_within_days``."""

    amount: int
    count: int
    window_days: int
    pay_within_days: int


@dataclass(frozen=True)
class Scheme:
    """One version of the rules. Amounts in rupiah, commission in basis points (1500 = 15 %), days inclusive."""

    name: str
    version: int
    valid_from: date
    valid_until: date | None
    """Last day on which waves may be decreed under it; None: no end yet."""
    min_age: int
    max_age: int | None
    training_balance: int
    job_incentive: JobIncentive
    survey: SurveyIncentive
    first_purchase_days: int
    """Calendar days (WIB) for the first purchase; the day of the decree is the first of them."""
    max_per_family_card: int
    exclude_social_aid: bool
    link_account_before_purchase: bool
    commission_cap_basis_points: int
    debit_at: DebitAt
    if_not_completed: IfNotCompleted
    source: str
    """Where the rule comes from, for people."""

    __pydantic_config__ = {"strict": True, "extra": "forbid"}

    def __post_init__(self) -> None:
        """Raises ValueError for rules that cannot be meant."""
        amounts = (self.training_balance, self.job_incentive.amount, self.survey.amount)
        counts = (self.version, self.job_incentive.count, self.first_purchase_days, self.max_per_family_card)
        if min(amounts) < 0 or min(counts) < 1 or self.survey.count < 0:
            raise ValueError(f"{self.name}: amounts cannot be negative, counts start at 1")
        if not 0 <= self.min_age <= (self.max_age or self.min_age):
            raise ValueError(f"{self.name}: min_age is above max_age")
        if not 0 <= self.commission_cap_basis_points <= FULL_BASIS_POINTS:
            raise ValueError(f"{self.name}: a commission is between 0 and {FULL_BASIS_POINTS} basis points")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"{self.name}: it ends before it begins")

    def is_in_force(self, on: date) -> bool:
        """May a wave be decreed under it on this day (WIB)?"""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


class MembershipState(StrEnum):
    """ACTIVE_UNPURCHASED until the first course is bought, ACTIVE from then on; the other two are ends."""

    ACTIVE_UNPURCHASED = "ACTIVE_UNPURCHASED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    REVOKED = "REVOKED"


class RevocationReason(StrEnum):
    """Why two operators end a membership for good."""

    FRAUD = "FRAUD"
    INELIGIBLE = "INELIGIBLE"
    DECEASED = "DECEASED"


@dataclass(frozen=True)
class Revocation:
    """What one operator proposes, with what shows it: the content of an approval."""

    person_id: str
    reason: RevocationReason
    evidence_reference: str
    proposed_at: datetime

    @property
    def content_hash(self) -> str:
        """What two operators agree on."""
        return fingerprint([self.person_id, self.reason, self.evidence_reference])


@dataclass(frozen=True)
class Membership:
    """A person's one membership, as decreed in a wave."""

    person_id: str
    card_number: str
    """16 digits that nobody can guess; whoever sells a course to the member needs it."""
    state: MembershipState
    wave_id: str
    scheme_name: str
    scheme_version: int
    decreed_at: datetime
    purchase_deadline_at: datetime
    """Exclusive end of the time for the first purchase; shown as 23:59 WIB of the day before."""
    account_linked: bool = False
    open_purchase_id: str | None = None
    """The course bought and neither finished nor cancelled; the next one waits for it."""
    completed_count: int = 0
    revoked_for: RevocationReason | None = None
    revoked_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Has bought at least one course ("penerima aktif")."""
        return self.state in (MembershipState.ACTIVE, MembershipState.COMPLETED)

    @property
    def last_purchase_day(self) -> date:
        """The last day (WIB) on which the first course can be bought."""
        return wib_date(self.purchase_deadline_at) - timedelta(days=1)


def purchase_deadline(decreed_at: datetime, days: int) -> datetime:
    """The exclusive end of ``days`` calendar days, the day of the decree included (31 March + 30 days: 29 April)."""
    return end_of_wib_day(wib_date(decreed_at) + timedelta(days=days - 1))


def require_may_buy(membership: Membership, *, account_required: bool, now: datetime) -> None:
    """Raises MembershipEnded, PurchaseDeadlinePassed, CourseStillOpen or AccountNotLinked if no course may be bought.

    ``now`` is programme time; ``account_required`` is the scheme's ``link_account_before_purchase``.
    """
    if membership.state in (MembershipState.REVOKED, MembershipState.COMPLETED):
        raise MembershipEnded
    if membership.state is MembershipState.ACTIVE_UNPURCHASED and now >= membership.purchase_deadline_at:
        raise PurchaseDeadlinePassed(last_day=membership.last_purchase_day.isoformat())
    if membership.open_purchase_id is not None:
        raise CourseStillOpen
    if account_required and not membership.account_linked:
        raise AccountNotLinked
