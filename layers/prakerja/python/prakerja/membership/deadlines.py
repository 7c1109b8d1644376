"""The deadline for the first purchase: reminders before it, more time for hardship, the end of who did not buy. Pure.

Deadlines end at midnight WIB, so each day has exactly one; the night's sweep looks at the members whose deadline it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.membership.errors import ExtensionNotPossible, ExtensionOutOfBounds
from prakerja.membership.model import HardshipReason, Membership, MembershipState, Scheme, purchase_deadline
from prakerja.membership.seasons import Season, last_day, season_year
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.ids import fingerprint

REVOKE = "REVOKE"
_REMIND = "REMIND_"
NEXT_YEARS = timedelta(days=120)
"""So far into a year reach deadlines of memberships of the year before, moved as far as can be."""


def reminder(days: int) -> str:
    """The kind of the sweep that reminds ``days`` days before the last day."""
    return f"{_REMIND}{days}"


def days_before(kind: str) -> int | None:
    """How many days before the last day a kind of sweep reminds; None: it revokes."""
    return int(kind.removeprefix(_REMIND)) if kind.startswith(_REMIND) else None


def deadline_of(kind: str, day: date) -> datetime:
    """The one deadline that a sweep of this kind looks at on ``day`` (WIB)."""
    ahead = days_before(kind)
    return end_of_wib_day(day - timedelta(days=1) if ahead is None else day + timedelta(days=ahead))


def member_kind(decreed_at: datetime) -> str:
    """The part of the due index in which a membership stands from its decree to its end."""
    return f"MEMBER_{season_year(decreed_at)}"


def years_of(deadline: datetime) -> tuple[int, ...]:
    """The seasons whose memberships may have this deadline."""
    day = wib_date(deadline)
    is_early = day - date(day.year, 1, 1) < NEXT_YEARS
    return (day.year - 1, day.year) if is_early else (day.year,)


def first_deadline(decreed_at: datetime, scheme: Scheme, season: Season | None) -> datetime:
    """The deadline that a new membership gets: the scheme's, or the season's last day to buy if that comes first."""
    full = purchase_deadline(decreed_at, scheme.first_purchase_days)
    return min(full, season.buy_until) if season is not None and season.buy_until > decreed_at else full


def deadline_after_void(deadline: datetime, voided_at: datetime, days: int) -> datetime:
    """The first purchase was cancelled and the deadline counts again: what is left of it, or ``days`` further days."""
    return max(deadline, end_of_wib_day(wib_date(voided_at) + timedelta(days=days)))


def must_be_reminded(membership: Membership, scheme: Scheme, kind: str, day: date) -> bool:
    """Has this member bought nothing, and does the scheme remind on this day?"""
    return (
        membership.state is MembershipState.ACTIVE_UNPURCHASED
        and membership.purchase_deadline_at == deadline_of(kind, day)
        and days_before(kind) in scheme.deadline_rule.reminder_days
    )


def is_expired(membership: Membership, scheme: Scheme, season: Season | None, now: datetime) -> bool:
    """Has a member let the deadline pass without buying?

    Whom the season's end left less time than the scheme gives is not to blame: the season closes such a membership.
    """
    if membership.state is not MembershipState.ACTIVE_UNPURCHASED or now < membership.purchase_deadline_at:
        return False
    given = max(membership.purchase_deadline_at, purchase_deadline(membership.decreed_at, scheme.first_purchase_days))
    return season is None or season.buy_until >= given


def reminder_days(membership: Membership, scheme: Scheme) -> list[date]:
    """The days (WIB) on which a member who has not bought is reminded."""
    last = membership.last_purchase_day
    days = (last - timedelta(days=days) for days in scheme.deadline_rule.reminder_days)
    return sorted(day for day in days if day >= wib_date(membership.decreed_at))


# more time ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extension:
    """More time for hardship, as one operator proposes it: the content of an approval."""

    person_id: str
    reason: HardshipReason
    evidence_reference: str
    last_day: date
    """The new last day (WIB) for the first purchase."""
    proposed_at: datetime

    @property
    def content_hash(self) -> str:
        """What two operators agree on."""
        return fingerprint([self.person_id, self.reason, self.evidence_reference, self.last_day.isoformat()])

    @property
    def deadline(self) -> datetime:
        """The new exclusive end."""
        return end_of_wib_day(self.last_day)


def require_extension(
    membership: Membership, scheme: Scheme, season: Season | None, extension: Extension, now: datetime
) -> None:
    """Raises ExtensionNotPossible for who has no deadline, ExtensionOutOfBounds for a day that the rules do not allow.

    It is later than the present one, not over yet, within the scheme's limit, and within the season.
    """
    if membership.state is not MembershipState.ACTIVE_UNPURCHASED:
        raise ExtensionNotPossible
    full = purchase_deadline(membership.decreed_at, scheme.first_purchase_days)
    limits = [last_day(full) + timedelta(days=scheme.deadline_rule.extension_days)]
    limits += [last_day(season.buy_until)] if season else []
    first = max(membership.last_purchase_day + timedelta(days=1), wib_date(now))
    if not first <= extension.last_day <= min(limits):
        raise ExtensionOutOfBounds(first=first.isoformat(), last=min(limits).isoformat())


def all_reminders(schemes: Iterable[Scheme]) -> tuple[str, ...]:
    """The kinds of all reminders that any scheme knows."""
    return tuple(reminder(days) for days in sorted({d for s in schemes for d in s.deadline_rule.reminder_days}))
