"""Schemes (the programme's rules as data) and memberships under them. Pure.

A membership keeps the version of the scheme it was decreed under; its rules never change afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from prakerja.membership.errors import (
    AccountNotLinked,
    CourseStillOpen,
    MembershipEnded,
    PurchaseDeadlinePassed,
    SeasonOver,
)
from prakerja.membership.seasons import Season, last_day
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.ids import fingerprint

FULL_BASIS_POINTS = 10_000
FAMILY_CAP = 2
"""How many of one family card may ever be members, over all waves: what draw and decree implement."""


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
class CompletionRule:
    """What proves that a course was completed: sessions attended, the post-test, and what the scheme asks beside them."""

    missed_sessions_allowed: int = 0
    grace_days: int = 7
    """Whole days (WIB) after the last day of its schedule in which the last proof may still come."""
    skill_demonstration: bool = False
    """A skill demonstration ("unjuk keterampilan") was handed in and got feedback."""


@dataclass(frozen=True)
class DeadlineRule:
    """What goes with the deadline for the first purchase, in calendar days (WIB)."""

    reminder_days: tuple[int, ...] = (7, 3, 1)
    """So many days before the last day, who has not bought is reminded; 0: on that day."""
    extension_days: int = 30
    """So much later than the scheme gives everybody, two operators may move it for hardship."""
    days_after_void: int = 3
    """When the first purchase is cancelled, at least so many further days are left to buy another one."""


@dataclass(frozen=True)
class Scheme:
    """One version of the rules. Amounts in rupiah, commission in basis points (1500 = 15 %), days inclusive."""

    name: str
    version: int
    valid_from: date
    valid_until: date | None
    """Last day (WIB) on which waves may open under it; None: no end yet."""
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
    completion: CompletionRule | None = None
    """None in versions that were stored before it became data: they have the rule's defaults, by which they were applied."""

    deadlines: DeadlineRule | None = None
    """The same: None in versions that were stored before."""

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
        if self.max_per_family_card != FAMILY_CAP:  # seats are counted over all waves, whatever scheme gave them
            raise ValueError(f"{self.name}: draw and decree give {FAMILY_CAP} seats to a family card, nothing else")
        if min(self.completion_rule.missed_sessions_allowed, self.completion_rule.grace_days) < 0:
            raise ValueError(f"{self.name}: sessions and days are not negative")
        rule = self.deadline_rule
        if min((*rule.reminder_days, rule.extension_days, rule.days_after_void), default=0) < 0:
            raise ValueError(f"{self.name}: days are not negative")

    @property
    def completion_rule(self) -> CompletionRule:
        """What proves a course under this version."""
        return self.completion or CompletionRule()

    @property
    def deadline_rule(self) -> DeadlineRule:
        """What goes with the deadline for the first purchase under this version."""
        return self.deadlines or DeadlineRule()

    def is_in_force(self, on: date) -> bool:
        """May a wave open under it on this day (WIB)?"""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


class MembershipState(StrEnum):
    """ACTIVE_UNPURCHASED until the first course is bought, ACTIVE from then on; the others are ends.

    With its season a membership is COMPLETED if a course was, else CLOSED.
    """

    ACTIVE_UNPURCHASED = "ACTIVE_UNPURCHASED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"


ENDED = frozenset({MembershipState.COMPLETED, MembershipState.CLOSED, MembershipState.REVOKED})


class HardshipReason(StrEnum):
    """Why a member gets more time for the first purchase."""

    ILLNESS = "ILLNESS"
    DISASTER = "DISASTER"
    BEREAVEMENT = "BEREAVEMENT"
    SYSTEM_FAULT = "SYSTEM_FAULT"


class RevocationReason(StrEnum):
    """Why a membership ends for good before its time: two operators say so, or (the last) the rule alone."""

    FRAUD = "FRAUD"
    INELIGIBLE = "INELIGIBLE"
    DECEASED = "DECEASED"
    NO_FIRST_PURCHASE = "NO_FIRST_PURCHASE"


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
    extended_for: HardshipReason | None = None
    """Why the deadline is later than the scheme's, if two operators moved it."""
    account_linked_at: datetime | None = None
    """When the linked account was; None also where it was not written down yet."""
    closed_at: datetime | None = None
    season_version: int | None = None
    """The version of the season's document by which it was closed."""
    platform_accounts: Mapping[str, str] | None = None
    """Client code of a platform → the one account there that buys with this card."""

    @property
    def is_active(self) -> bool:
        """Has bought at least one course ("penerima aktif")."""
        return self.state in (MembershipState.ACTIVE, MembershipState.COMPLETED)

    def account_at(self, platform: str) -> str | None:
        """The account at a platform that the card is tied to, or None."""
        return (self.platform_accounts or {}).get(platform)

    @property
    def last_purchase_day(self) -> date:
        """The last day (WIB) on which the first course can be bought."""
        return last_day(self.purchase_deadline_at)


def purchase_deadline(decreed_at: datetime, days: int) -> datetime:
    """The exclusive end of ``days`` calendar days, the day of the decree included (31 March + 30 days: 29 April)."""
    return end_of_wib_day(wib_date(decreed_at) + timedelta(days=days - 1))


def require_may_buy(membership: Membership, *, account_required: bool, season: Season | None, now: datetime) -> None:
    """Raises MembershipEnded, SeasonOver, PurchaseDeadlinePassed, CourseStillOpen or AccountNotLinked if no course may be
    bought.

    ``now`` is programme time; ``account_required`` is the scheme's ``link_account_before_purchase``; ``season`` is the
    membership's (None: its year has no cut-off).
    """
    if membership.state in ENDED:
        raise MembershipEnded
    if season is not None and now >= season.buy_until:
        raise SeasonOver(last_day=last_day(season.buy_until).isoformat())
    if membership.state is MembershipState.ACTIVE_UNPURCHASED and now >= membership.purchase_deadline_at:
        raise PurchaseDeadlinePassed(last_day=membership.last_purchase_day.isoformat())
    if membership.open_purchase_id is not None:
        raise CourseStillOpen
    if account_required and not membership.account_linked:
        raise AccountNotLinked
