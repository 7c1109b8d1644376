"""Storing what an answer proved: the payout, its attempt, the ledger, the incentive and the evidence, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prakerja.balance import payout_part
from prakerja.incentives import ClaimMoved, IncentiveMoved, IncentiveState, settled
from prakerja.payouts.answers import Exchange
from prakerja.payouts.bookings import moves_between
from prakerja.payouts.decisions import Next, overdue_at, suspects_fraud
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.messages import PayoutQueued, PayoutToldOf, PayoutUnknown
from prakerja.payouts.model import ENDED, Attempt, Payout, PayoutState
from prakerja.payouts.service.returning import CameBack, came_back_after_payment
from prakerja.payouts.store import change_attempt, change_payout, load_payout, relist, wake_after
from prakerja.platform import Platform
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.observability import count
from prakerja.platform.outbox import MAX_DELAY_SECONDS, Message, Outgoing, later
from prakerja.platform.parts import Part
from prakerja.platform.problems import Unavailable
from prakerja.registration import NoticeKind, notice

TRIES = 5


def settle(
    p: Platform,
    payout: Payout,
    attempt: Attempt,
    following: Next,
    exchanges: tuple[Exchange, ...] = (),
    code: str = "",
    /,
    **why: str,
) -> Payout:
    """Store what an answer proved, with its ledger entry, evidence and announcement, in one transaction.

    ``why``: further facts for the evidence, where people decided and no answer did. Raises Unavailable if it cannot keep
    up with what moves.
    """
    for _ in range(TRIES):
        at = p.clock.programme()
        if (payout.state, following.state) != (PayoutState.PAID, PayoutState.RETURNED):
            return _settle(p, payout, attempt, following, exchanges, code, at, why)
        back = came_back_after_payment(p, payout, attempt, following.reason, at)
        try:
            return _settle(p, payout, attempt, replace(following, reason=back.reason), exchanges, code, at, why, back)
        except (ClaimMoved, IncentiveMoved):  # claimed, or repaid, in this moment
            continue
    raise Unavailable(retry_after=1)


def _settle(
    p: Platform,
    payout: Payout,
    attempt: Attempt,
    following: Next,
    exchanges: tuple[Exchange, ...],
    code: str,
    at: datetime,
    why: dict[str, str],
    back: CameBack | None = None,
) -> Payout:
    """``at``: programme clock, of the step and of its bookings."""
    now = p.clock.wall()
    after = payout.to(
        following.state,
        at,
        reason=following.reason,
        provider_reference=following.provider_reference or payout.provider_reference,
        ended_at=at if following.state in ENDED else None,
    )
    late = following.attempt.overdue or _goes_on_for_days(payout, attempt, following, now)
    known = replace(following.attempt, code=code if exchanges else attempt.code, overdue=late)
    wake_at = None if following.wait is None else wake_after(following.wait, now)
    found = _found(after, attempt, known, code)
    try:
        outcome = p.table.commit(
            change_payout(payout, after, wake_at),
            change_attempt(attempt, known),
            *relist(payout, attempt.overdue, after, known.overdue, now),
            *(back.parts if back else _booked(payout, attempt, known.result or following.state, at)),
            *(() if back else _told_incentive(payout, following)),
            evidence(
                payout.payout_id,
                f"PAYOUT_{following.state}",
                now,
                code=code,
                reference=attempt.reference,
                exchanges=[fact(exchange) for exchange in exchanges],
                **why,
            ),
            outbox=[*(back.messages if back else _announced(after, following)), *found],
        )
    except PayoutMoved:
        return load_payout(p.table, payout.payout_id)
    if outcome.repeated:  # another worker learnt the same and was faster
        return load_payout(p.table, payout.payout_id)
    count("Payout", state=str(following.state), provider=payout.provider)
    if following.state is PayoutState.UNKNOWN:
        unknown_for = now - (known.unknown_since or attempt.sent_at)
        count("PayoutUnknownAgeSeconds", int(unknown_for.total_seconds()))  # an alarm looks at the oldest
    if found:
        count("PayoutNeedsPerson")
    return after


def _goes_on_for_days(payout: Payout, attempt: Attempt, following: Next, now: datetime) -> bool:
    """Whether it is sent again and again, and still was not carried out by the morning after: its provider is out of
    reach for so few that no breaker opens, or refuses each time."""
    resend = (payout.state, following.state) == (PayoutState.DISPATCHING, PayoutState.RESEND)
    return resend and now >= overdue_at(attempt.prepared_at)


def _found(after: Payout, before: Attempt, now: Attempt, code: str) -> list[CaseNeeded]:
    """What only a person can decide about, once per attempt."""
    kinds = {PayoutState.HELD: FindingKind.PAYOUT_HELD, PayoutState.PARKED: FindingKind.PAYOUT_PARKED}
    found = [kinds[after.state]] if after.state in kinds else []
    if now.overdue and not before.overdue:
        found.append(FindingKind.PAYOUT_OVERDUE)
    if suspects_fraud(code):
        found.append(FindingKind.PAYOUT_SUSPECTED_FRAUD)
    facts: dict[str, str | int | None] = {
        "provider": after.provider,
        "reference": now.reference,
        "attempt": now.number,
        "amount": after.amount,
    }
    return [finding(kind, after.payout_id, after.person_id, **facts) for kind in found]


def _booked(payout: Payout, attempt: Attempt, state: PayoutState, at: datetime) -> tuple[Part, ...]:
    moves = moves_between(payout.state, state)
    return tuple(payout_part(move, payout.provider, payout.amount, attempt.reference, at) for move in moves)


def _told_incentive(payout: Payout, following: Next) -> tuple[Part, ...]:
    ends = {
        PayoutState.PAID: IncentiveState.PAID,
        PayoutState.FAILED: IncentiveState.PAYOUT_FAILED,
        PayoutState.RETURNED: IncentiveState.PAYOUT_FAILED,
    }
    if following.state not in ends:
        return ()
    state = ends[following.state]
    return (
        settled(
            payout.person_id,
            payout.incentive_kind,
            payout.incentive_number,
            payout.payout_id,
            state,
            following.reason,
        ),
    )


def _announced(payout: Payout, following: Next) -> list[Message | Outgoing]:
    if payout.state is PayoutState.PAID:
        return [notice(payout.person_id, NoticeKind.PAID, payout.payout_id)]
    if payout.state in (PayoutState.FAILED, PayoutState.RETURNED):
        return [notice(payout.person_id, NoticeKind.PAYOUT_FAILED, f"{payout.payout_id}:{payout.attempt}")]
    message = wake(payout)
    if message is None or following.wait is None or following.wait > MAX_DELAY_SECONDS:
        return []  # a longer wait is the sweep's business: the item is due then
    return [later(message, following.wait)]


def wake(payout: Payout) -> Message | None:
    """The message that makes a worker look at a payout again; None if nothing more happens by machine."""
    if payout.state in (PayoutState.QUEUED, PayoutState.RESEND, PayoutState.DISPATCHING):
        return PayoutQueued(payout_id=payout.payout_id, provider=payout.provider)
    if payout.state is PayoutState.PAID:  # due only as long as its provider says that it came back
        return PayoutToldOf(payout_id=payout.payout_id)
    return PayoutUnknown(payout_id=payout.payout_id) if payout.state is PayoutState.UNKNOWN else None


def fact(exchange: Exchange) -> dict[str, object]:
    """What evidence keeps of one HTTP exchange."""
    return {
        "service": exchange.service,
        "external_id": exchange.external_id,
        "sent_at": to_text(exchange.sent_at),
        "request_sha256": exchange.request_sha256,
        "milliseconds": exchange.milliseconds,
        "http_status": exchange.http_status,
        "response_sha256": exchange.response_sha256,
        "response": exchange.response_redacted,
    }
