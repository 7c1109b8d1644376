"""Payouts: from a declared run to money that has provably arrived, or provably not.

An attempt is stored before it is sent. Only an answer that proves something ends it; everything else is UNKNOWN and is
asked about again, never paid again. A payout has at most one attempt that is not proven failed.

::

    payout   DECLARED → QUEUED → DISPATCHING → PAID
                                      │  ↘ RESEND (not carried out: same reference again, later) → DISPATCHING
                                      ↘ UNKNOWN → PAID | FAILED | RETURNED | RESEND | HELD (mismatch) | PARKED (our mistake)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from prakerja.payouts.answers import (
    InquiryAnswer,
    NameMatch,
    Outcome,
    ProviderRules,
    TransferAnswer,
    TransferStatus,
)
from prakerja.platform.clock import wib

LEASE = timedelta(seconds=75)
"""A worker that has not stored an outcome after this long has died; longer than its function may run (60 s)."""
RESEND_SECONDS = (30, 120, 600, 1800)
"""Pauses before sending the same reference again after "not carried out"."""
STOPPED_SECONDS = 900
"""Pause after an answer that blames our own set-up or funds."""
MORNING = time(8, 0)
"""WIB: an outcome still unknown on the next day at this time is a person's business, too."""


class PayoutState(StrEnum):
    """See the module's drawing."""

    DECLARED = "DECLARED"
    QUEUED = "QUEUED"
    DISPATCHING = "DISPATCHING"
    RESEND = "RESEND"
    UNKNOWN = "UNKNOWN"
    PAID = "PAID"
    FAILED = "FAILED"
    RETURNED = "RETURNED"
    HELD = "HELD"
    PARKED = "PARKED"


ENDED = frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.RETURNED})
NEEDS_PERSON = frozenset({PayoutState.HELD, PayoutState.PARKED})
OURS = frozenset({Outcome.BUG, Outcome.STOP})
"""Refusals that blame our request, our set-up or our funds; no member is told that they failed."""


@dataclass(frozen=True)
class Account:
    """Where a member is paid. The number is sealed under the member's own key; ``masked`` shows its last four digits."""

    person_id: str
    provider: str
    masked: str
    sealed_number: bytes = field(repr=False)
    digest: str
    name_match: NameMatch
    linked_at: datetime


@dataclass(frozen=True)
class Payout:
    """One payment of one incentive to one member. ``amount`` in rupiah."""

    payout_id: str
    run_id: str
    person_id: str
    incentive_kind: str
    incentive_number: int
    provider: str
    amount: int
    state: PayoutState = PayoutState.DECLARED
    attempt: int = 0
    """Number of the present attempt; 0 before the first."""
    approval_id: str | None = None
    reason: str | None = None
    """Slug for the member, if it failed."""
    provider_reference: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """One instruction to a provider under one reference: the very bytes, and what is known of it. Times are UTC."""

    payout_id: str
    number: int
    provider: str
    service: str
    path: str
    reference: str
    amount: int
    account_number: bytes = field(repr=False)
    """Sealed."""
    body: bytes = field(repr=False)
    """Sealed: it names the account and its holder."""
    external_id: str
    prepared_at: datetime
    sent_at: datetime
    """When the last sending began."""
    sends: int = 1
    ambiguous: bool = False
    """Some sending of this reference may have been carried out; only an inquiry decides now."""
    refusal: str | None = None
    """"FAIL:<reason>", "BUG" or "STOP": what the last sending was told, to be confirmed by an inquiry."""
    inquiries: int = 0
    not_found: int = 0
    """Consecutive not-found answers, the first of them at ``not_found_since``."""
    not_found_since: datetime | None = None
    unknown_since: datetime | None = None
    overdue: bool = False
    """Unknown beyond its ladder: on a person's list."""


@dataclass(frozen=True)
class Next:
    """What an answer leads to. ``wait`` seconds until the next step, if there is one by machine."""

    state: PayoutState
    attempt: Attempt
    wait: int | None = None
    reason: str | None = None
    provider_reference: str | None = None


def decide_sending(attempt: Attempt, answer: TransferAnswer, rules: ProviderRules, now: datetime) -> Next:
    """What the answer to a sending proves (payment standard, response classes).

    Once a sending of this reference was ambiguous, "not carried out" speaks of the last copy only: inquire.
    """
    if answer.outcome is Outcome.OK:
        return Next(PayoutState.PAID, attempt, provider_reference=answer.provider_reference)
    first_wait = rules.wait_before_inquiry(0)
    if answer.outcome in (Outcome.PEND, Outcome.AMB) or attempt.ambiguous:
        return Next(PayoutState.UNKNOWN, became_unknown(attempt, now), first_wait)
    if answer.outcome is Outcome.FAIL or answer.must_confirm:
        refusal = f"FAIL:{answer.reason}" if answer.outcome is Outcome.FAIL else str(answer.outcome)
        told = replace(attempt, refusal=refusal, unknown_since=attempt.unknown_since or now)
        return Next(PayoutState.UNKNOWN, told, first_wait)
    if answer.outcome is Outcome.BUG:
        return Next(PayoutState.PARKED, attempt)
    pause = STOPPED_SECONDS if answer.outcome is Outcome.STOP else _resend_pause(attempt)
    return Next(PayoutState.RESEND, attempt, pause)


def decide_inquiry(attempt: Attempt, answer: InquiryAnswer, rules: ProviderRules, now: datetime) -> Next:
    """What an inquiry proves about an attempt whose outcome is unknown."""
    asked = replace(attempt, inquiries=attempt.inquiries + 1)
    status = answer.status
    if status is TransferStatus.PAID:
        return Next(PayoutState.PAID, asked, provider_reference=answer.provider_reference)
    if status is TransferStatus.RETURNED:
        return Next(PayoutState.RETURNED, asked, reason=_slug(answer, attempt))
    if status is TransferStatus.FAILED:
        if attempt.refusal in OURS:  # not the member's failure: a person must choose what follows
            return Next(PayoutState.PARKED, asked)
        return Next(PayoutState.FAILED, asked, reason=_slug(answer, attempt))
    if status is TransferStatus.MISMATCH:
        return Next(PayoutState.HELD, asked)
    if status is TransferStatus.NOT_FOUND:
        return _not_found(asked, rules, now)
    return _wait(replace(asked, not_found=0, not_found_since=None), rules, now)


def became_unknown(attempt: Attempt, now: datetime) -> Attempt:
    """From now on only an inquiry decides about this reference."""
    return replace(attempt, ambiguous=True, refusal=None, unknown_since=attempt.unknown_since or now)


def is_abandoned(attempt: Attempt, now: datetime) -> bool:
    """Whether the worker that was sending it must have died."""
    return now - attempt.sent_at >= LEASE


def overdue_at(since: datetime) -> datetime:
    """When an unknown outcome becomes a person's business: the next day, 08:00 WIB."""
    next_day = wib(since).date() + timedelta(days=1)
    return datetime.combine(next_day, MORNING, tzinfo=wib(since).tzinfo)


def _not_found(asked: Attempt, rules: ProviderRules, now: datetime) -> Next:
    """Not known *now*. With a refusal before, that agrees with it. Else only a streak over the settle window proves."""
    if asked.refusal is not None and not asked.ambiguous:
        if asked.refusal == Outcome.BUG:
            return Next(PayoutState.PARKED, asked)
        if asked.refusal == Outcome.STOP:
            return Next(PayoutState.RESEND, replace(asked, refusal=None), STOPPED_SECONDS)
        return Next(PayoutState.FAILED, asked, reason=asked.refusal.removeprefix("FAIL:"))
    since, seen = asked.not_found_since or now, asked.not_found
    if _crosses_end_of_day(since, now, rules):
        since, seen = now, 0  # an answer from there proves nothing: the streak begins again
    counted = replace(asked, not_found=seen + 1, not_found_since=since)
    settled = timedelta(seconds=rules.settle_seconds)
    proven = counted.not_found >= rules.not_found_needed and now - counted.sent_at >= settled and now - since >= settled
    if not proven:
        return _wait(counted, rules, now)
    if now - counted.prepared_at >= timedelta(days=rules.resend_days):
        return Next(PayoutState.HELD, counted)
    again = replace(counted, ambiguous=True, not_found=0, not_found_since=None)
    return Next(PayoutState.RESEND, again, 0)


def _wait(attempt: Attempt, rules: ProviderRules, now: datetime) -> Next:
    overdue = now >= overdue_at(attempt.unknown_since or attempt.sent_at)
    wait = rules.wait_before_inquiry(attempt.inquiries)
    return Next(PayoutState.UNKNOWN, replace(attempt, overdue=overdue), wait)


def _resend_pause(attempt: Attempt) -> int:
    return RESEND_SECONDS[min(attempt.sends - 1, len(RESEND_SECONDS) - 1)]


def _crosses_end_of_day(since: datetime, now: datetime, rules: ProviderRules) -> bool:
    if rules.end_of_day is None:
        return False
    begin, end = rules.end_of_day
    moment = wib(since)
    while moment <= wib(now):
        inside = begin <= moment.time() < end if begin <= end else moment.time() >= begin or moment.time() < end
        if inside:
            return True
        moment += timedelta(minutes=1)
    return False


def _slug(answer: InquiryAnswer, attempt: Attempt) -> str:
    kind, _, told = (attempt.refusal or "").partition(":")
    return told if kind == Outcome.FAIL else str(answer.reason or "PSP_REFUSED")
