"""Where a member is paid: one account at a time, their own, and not changed in a hurry. Pure.

A new account in place of another needs a code from the channel that the session was not opened with, and 72 hours in
which nothing is paid: neither to the new one, which may be a thief's, nor to the old one, which may be lost. Within that
time "this wasn't me" brings the old one back. The hours are those of the real (wall) clock: they are the time in which
a person reads a message, and no programme rule shortens that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.payouts.answers import AccountAnswer, AccountStatus, HolderCheck, NameMatch, Reason
from prakerja.payouts.errors import (
    AccountLimited,
    AccountRefused,
    DestinationCrowded,
    NameMismatch,
    NothingToCancel,
    NotYourAccount,
    ProviderUnavailable,
    TooManyAccountsRefused,
)
from prakerja.payouts.model import Waits
from prakerja.payouts.reasons import advice
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.findings import FindingKind
from prakerja.platform.ids import derived
from prakerja.platform.rupiah import rupiah_text

COOLING = timedelta(hours=72)
MOST_HOLDERS = 5
"""Members on one destination; more are refused, but only who was found to own it learns that."""
MOST_REFUSALS = 5
"""Accounts of a member that may be refused in a day (WIB). A provider's answers tell who holds which account: nobody may ask
for long about accounts that are not theirs."""
ASK_AGAIN_SECONDS = 30


class Proof(StrEnum):
    """Whether the provider confirmed that the holder has the member's NIK and was verified."""

    PROVEN = "PROVEN"
    UNPROVEN = "UNPROVEN"


@dataclass(frozen=True)
class Destination:
    """An account at a provider. The number is sealed under the member's own key; ``masked`` shows its last four digits."""

    provider: str
    masked: str
    sealed_number: bytes = field(repr=False)
    digest: str
    name_match: NameMatch
    linked_at: datetime
    proof: Proof = Proof.UNPROVEN
    digests: tuple[str, ...] = ()
    """Under every key that was active when it was linked; empty for the oldest links: then ``digest`` alone."""
    waits_for: Waits | None = None
    """SHARED until a person has decided."""

    @property
    def guards(self) -> tuple[str, ...]:
        """What guards it in all keys."""
        return self.digests or (self.digest,)


@dataclass(frozen=True)
class Account(Destination):
    """The one destination of a member, and the one before as long as it may come back."""

    person_id: str = field(kw_only=True)
    payable_from: datetime | None = None
    """End of the 72 hours, if it took the place of another."""
    former: Destination | None = None
    confirmation_id: str | None = None
    """The code that allowed it to take another's place."""
    version: int = 1


def payable(account: Account | None, now: datetime) -> Waits | None:
    """May a member be paid at theirs now (wall clock)? None: yes. Asked before a run takes an incentive, and before a payout
    is sent."""
    if account is None:
        return Waits.UNLINKED
    return account.waits_for if payable_from_passed(account, now) else Waits.COOLING


def judge(provider: str, answer: AccountAnswer, amount: int) -> tuple[Proof, tuple[FindingKind, ...]]:
    """What a provider's answer about an account comes to: how far it is proven, and what a person should look at.

    ``amount``: rupiah of one payment. Raises ProviderUnavailable, NotYourAccount, AccountRefused, AccountLimited,
    NameMismatch.
    """
    if answer.status is AccountStatus.UNAVAILABLE:
        raise ProviderUnavailable(provider=provider, retry_after=ASK_AGAIN_SECONDS)
    if answer.nik is HolderCheck.MISMATCH:
        raise NotYourAccount(provider=provider)
    _check_limits(provider, answer, amount)
    if answer.status is AccountStatus.REFUSED:
        raise _refused(provider, answer.reason or Reason.REFUSED, answer.message or answer.code)
    if answer.name_match is NameMatch.MISMATCH:
        raise NameMismatch
    if answer.nik is HolderCheck.MATCH:
        return Proof.PROVEN, ()
    doubtful = answer.name_match is not NameMatch.MATCH
    return Proof.UNPROVEN, (FindingKind.DESTINATION_UNPROVEN, *((FindingKind.NAME_DOUBTFUL,) if doubtful else ()))


def require_may_ask(refused: int, now: datetime) -> None:
    """``refused``: accounts today. What is asked about makes no difference. Raises TooManyAccountsRefused."""
    if refused >= MOST_REFUSALS:
        wait = end_of_wib_day(wib_date(now)) - now
        raise TooManyAccountsRefused(limit=MOST_REFUSALS, retry_after=max(1, round(wait.total_seconds())))


def shared_with(person_id: str, holders: Collection[str]) -> tuple[str, ...]:
    """The members who hold a destination besides this one, oldest first. Raises DestinationCrowded."""
    others = tuple(holder for holder in holders if holder != person_id)
    if len(others) >= MOST_HOLDERS:
        raise DestinationCrowded
    return others


def linked(account: Account, before: Account | None, *, confirmation_id: str | None, now: datetime) -> Account:
    """``account`` as it is stored: at once if it is the first, after 72 hours if it takes the place of another.

    ``confirmation_id`` is None for the first only. During the hours of a change the destination to come back to stays the
    one that was last paid.
    """
    if confirmation_id is None:
        return account
    version = before.version + 1 if before else 1
    return replace(
        account,
        payable_from=now + COOLING,
        former=_last_settled(before, now) if before else None,
        confirmation_id=confirmation_id,
        version=version,
    )


def cancelled(account: Account, now: datetime) -> Account:
    """The destination before, as if nothing had happened. Raises NothingToCancel."""
    if account.former is None or payable_from_passed(account, now):
        raise NothingToCancel
    former = {name: getattr(account.former, name) for name in Destination.__dataclass_fields__}
    return Account(person_id=account.person_id, version=account.version + 1, **former)


def settled(account: Account) -> Account:
    """The 72 hours are over: nothing comes back any more."""
    return replace(account, payable_from=None, former=None, version=account.version + 1)


def payable_from_passed(account: Account, now: datetime) -> bool:
    """Whether no change of this account is under way (any more)."""
    return account.payable_from is None or now >= account.payable_from


def abandoned(before: Account | None, now: datetime, keep: Collection[str]) -> tuple[str, ...]:
    """Digests of the destination that a change takes away for good, but for those to ``keep``.

    That is the one in between, if another change was under way; else the one before the last change.
    """
    if before is None or before.former is None:
        return ()
    gone = before.former if payable_from_passed(before, now) else before
    return tuple(digest for digest in gone.guards if digest not in keep)


def subject_of(person_id: str, digest: str) -> str:
    """What a case about a member's destination is about."""
    return derived("destination", digest, person_id)


def _last_settled(before: Account, now: datetime) -> Destination | None:
    if not payable_from_passed(before, now):
        return before.former
    return Destination(**{name: getattr(before, name) for name in Destination.__dataclass_fields__})


def _refused(provider: str, reason: Reason, says: str) -> AccountRefused:
    indonesian, english = advice(reason)
    return AccountRefused(provider=provider, reason=says, advice=english, advice_id=indonesian)


def _check_limits(provider: str, answer: AccountAnswer, amount: int) -> None:
    limits = answer.limits
    if limits.monthly_in is not None and limits.monthly_in < amount:
        reason, limit = Reason.MONTHLY_LIMIT, limits.monthly_in
    elif limits.maximum is not None and limits.maximum < amount:
        reason, limit = Reason.BALANCE_LIMIT, limits.maximum
    else:
        return
    indonesian, english = advice(reason)
    raise AccountLimited(
        provider=provider, limit=rupiah_text(limit), amount=rupiah_text(amount), advice=english, advice_id=indonesian
    )
