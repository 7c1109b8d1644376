"""Payouts: from a declared run to money that has provably arrived, or provably not.

An attempt is stored before it is sent. Only an answer that proves something ends it; everything else is UNKNOWN and is
asked about again, never paid again. A payout has at most one attempt that is not proven failed.

::

    payout   DECLARED → QUEUED → DISPATCHING → PAID → RETURNED (it came back later)
               ▲  ↘        ↘          │  ↘ RESEND (not carried out: same reference again, later) → DISPATCHING
               │   CANCELLED          ↘ UNKNOWN → PAID | FAILED | RETURNED | RESEND | HELD (mismatch) | PARKED (our mistake)
               └─ FAILED, RETURNED, CANCELLED: a new run takes it, QUEUED then means attempt n+1
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

MOST_STEPS = 40
"""Of a payout's history; more happen only to one that is sent again for days. Steps between two others of one flight give
way then, oldest first: when an attempt went into flight and out of it is never forgotten."""
LEASE = timedelta(seconds=75)
"""A worker that has not stored an outcome after this long has died; longer than its function may run (60 s)."""


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
    CANCELLED = "CANCELLED"
    """Declared or queued, and nothing was sent since: the run was withdrawn, or the member may not be paid."""


ENDED = frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.RETURNED, PayoutState.CANCELLED})
IN_FLIGHT = frozenset(
    {
        PayoutState.DISPATCHING,
        PayoutState.UNKNOWN,
        PayoutState.RESEND,
        PayoutState.HELD,
        PayoutState.PARKED,
    }
)
"""An attempt of a payout in one of these holds its amount in flight."""
NEEDS_PERSON = frozenset({PayoutState.HELD, PayoutState.PARKED})
PROVEN_UNPAID = frozenset({PayoutState.FAILED, PayoutState.RETURNED})
"""How an attempt must have ended before the same payout may have another one."""
REPEATABLE = PROVEN_UNPAID | {PayoutState.CANCELLED}
"""Payouts that a new run may take again."""
LISTED = NEEDS_PERSON | PROVEN_UNPAID
"""Payouts that are kept on a list for people (an UNKNOWN one once it is overdue)."""
PROVIDERS = ("BNI", "BCA", "OVO", "GOPAY", "DANA", "LINKAJA")
"""Whom payouts can go to: each has a send queue, due shards and a channel of its own."""


class Work(StrEnum):
    """What is due for a payout. Kept apart, so that a stopped channel hides no inquiry."""

    SEND = "SEND"
    ASK = "ASK"

    @classmethod
    def of(cls, state: PayoutState) -> Work:
        """A payout that is being sent, or whose outcome is unknown, needs to be looked at whatever the channel does."""
        return cls.SEND if state in (PayoutState.QUEUED, PayoutState.RESEND) else cls.ASK


class Waits(StrEnum):
    """Why a member may not be paid now."""

    COOLING = "DESTINATION_COOLING"
    """It took the place of another; until the account's ``payable_from``."""
    SHARED = "DESTINATION_SHARED"
    """Another member had it before; until a person has decided."""
    UNLINKED = "DESTINATION_UNLINKED"
    """They gave their account up; until they link one."""


@dataclass(frozen=True)
class Passed:
    """A state that a payout came into: a step of the timeline that its member reads. Programme clock."""

    state: PayoutState
    at: datetime
    attempt: int
    provider: str
    reason: str | None = None


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
    """Number of the present attempt, which is the latest or the one that paid; 0 before the first."""
    last_attempt: int | None = None
    """Number of the latest attempt, if it was an earlier one that paid: the next one comes after it."""
    approval_id: str | None = None
    reason: str | None = None
    """Slug for the member, if it failed."""
    provider_reference: str | None = None
    ended_at: datetime | None = None
    screened_by: str | None = None
    """The list of exclusions that was the latest when its member was last looked up."""
    contradicted: int | None = None
    """An attempt that is proven unpaid, and of which its provider said later that it paid: nothing is sent until the
    provider, asked, takes that back, or people have decided."""
    history: tuple[Passed, ...] = ()
    """The states it came into, oldest first; of many in one flight, the first and the latest."""

    def to(self, state: PayoutState, at: datetime, **changes: Any) -> Payout:
        """The payout in a state, with that step in its history (none if it is in that state already).

        ``at``: programme clock. Whoever moves a payout on uses this, so that its member can be told.
        """
        after = replace(self, state=state, **changes)
        if state is self.state:
            return after
        step = Passed(state, at, after.attempt, after.provider, after.reason)
        return replace(after, history=_shortened((*self.history, step)))


def _shortened(history: tuple[Passed, ...]) -> tuple[Passed, ...]:
    """Without the oldest step that only went on with a flight, if there are too many."""
    if len(history) <= MOST_STEPS:
        return history
    pairs = enumerate(pairwise(history[:-1]), 1)
    gone = next((place for place, (before, step) in pairs if _goes_on(before, step)), None)
    return history if gone is None else (*history[:gone], *history[gone + 1 :])


def _goes_on(before: Passed, step: Passed) -> bool:
    same = (before.attempt, before.provider) == (step.attempt, step.provider)
    return same and before.state in IN_FLIGHT and step.state in IN_FLIGHT


def again_in(before: Payout, run_id: str, provider: str, at: datetime) -> Payout:
    """A payout that failed, came back or was cancelled, in a new run; ``provider``: wherever its member is paid now."""
    names = ("approval_id", "reason", "provider_reference", "ended_at", "last_attempt")
    forgotten: dict[str, Any] = dict.fromkeys(names)
    latest = before.last_attempt or before.attempt
    return before.to(PayoutState.DECLARED, at, run_id=run_id, provider=provider, attempt=latest, **forgotten)


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
    """Unknown beyond its ladder, or its provider out of reach as long: people know of it."""
    doubted_since: datetime | None = None
    """When its provider said that a paid one came back (wall clock); what became of that, the payout's state says."""
    asked_before: int = 0
    """Of ``inquiries``, those made before the last sending: the ladder starts again with each."""
    code: str | None = None
    """The last response code; "" if the answer had none."""
    result: PayoutState | None = None
    """PAID, FAILED or RETURNED once it is proven. Another attempt needs one of the latter two here."""
