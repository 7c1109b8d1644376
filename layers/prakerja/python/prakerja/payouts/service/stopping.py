"""Payouts that are not sent after all: what no provider has heard of is cancelled, what waits to be sent again is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from prakerja.incentives import IncentiveMoved, IncentiveState, incentive_from_item, incentive_key, reschedule
from prakerja.payouts.decisions import decide_stop
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.service.settling import settle
from prakerja.payouts.store import attempt_from_item, attempt_key, change_payout, load_payout
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.platform.problems import NotFound


def cancel(p: Platform, payout: Payout, *also: Part, told: Sequence[Message] = ()) -> None:
    """Cancel what was not sent; its incentive, if a run still has it, is scheduled again. Raises PayoutMoved,
    IncentiveMoved."""
    # load
    (item,) = p.table.batch_get(incentive_key(payout.person_id, payout.incentive_kind, payout.incentive_number))
    incentive = incentive_from_item(item) if item else None
    # decide
    now = p.clock.programme()
    again = incentive is not None and incentive.state is IncentiveState.IN_RUN
    # commit
    p.table.commit(
        change_payout(payout, payout.to(PayoutState.CANCELLED, now, ended_at=now)),
        *((reschedule(incentive, incentive.scheduled_on),) if incentive is not None and again else ()),
        *also,
        outbox=told,
    )


def set_aside(p: Platform, payout: Payout) -> Payout:
    """Its provider says that an earlier attempt paid: a person has a case, and it waits for a later run."""
    known = evidence(payout.payout_id, "PAYOUT_SET_ASIDE", p.clock.wall(), attempt=payout.contradicted)
    who = payout.payout_id, payout.person_id
    case = finding(FindingKind.THEIRS_NOT_OURS, *who, provider=payout.provider, attempt=payout.contradicted)
    with suppress(PayoutMoved, IncentiveMoved):  # another worker, or a person, was faster
        cancel(p, payout, known, told=[case])
        count("PayoutSetAside")
    return load_payout(p.table, payout.payout_id)


def stop_resending(p: Platform, payout: Payout, reason: str) -> Payout:
    """It is not sent again: it ends if it is proven that no sending was carried out, else people decide.

    A payout in any other state stays as it is. Raises NotFound.
    """
    if payout.state is not PayoutState.RESEND:
        return payout
    # load
    (item,) = p.table.batch_get(attempt_key(payout))
    if item is None:
        raise NotFound
    attempt = attempt_from_item(item)
    # decide, commit, announce
    count("ResendingStopped")
    return settle(p, payout, attempt, decide_stop(attempt, reason), stopped_because=reason)
