"""What a provider tells us unasked. A call-back is a hint: it never changes a payout, it makes us ask now."""

from __future__ import annotations

from datetime import datetime

from prakerja.payouts.answers import Callback, TransferStatus
from prakerja.payouts.decisions import Next, became_unknown
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.messages import PayoutToldOf
from prakerja.payouts.model import IN_FLIGHT, Attempt, Payout, PayoutState
from prakerja.payouts.service.doubting import doubted
from prakerja.payouts.service.settling import TRIES, settle
from prakerja.payouts.store import (
    Sent,
    attempt_from_item,
    change_payout,
    contradict,
    find_sent,
    new_callback,
    payout_from_item,
    payout_key,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ATTEMPT
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.platform.problems import Conflict, NotFound

OPEN = IN_FLIGHT
"""What is said about these makes us ask."""
UNDER_WAY = frozenset({TransferStatus.PAID, TransferStatus.PENDING})
"""Said of one that waits to be sent again: it is not sent before an inquiry has cleared that up."""
UNDONE = frozenset({TransferStatus.RETURNED, TransferStatus.FAILED})
"""Said of a paid one: it may have come back. Midtrans has no other word for that than "failed"."""


def take_callback(p: Platform, callback: Callback) -> None:
    """Remember a genuine call-back once, and ask the provider about its payout now. Raises NotFound, Conflict."""
    # load
    sent = find_sent(p.table, callback.provider, callback.reference or "")
    if sent is None:
        log.warning("call-back about a reference that is not ours", provider=callback.provider)
        count("CallbackOfNobody", provider=callback.provider)
        return
    for _ in range(TRIES):
        payout_item, attempt_item = p.table.batch_get(
            payout_key(sent.payout_id), (ATTEMPT, {"payout_id": sent.payout_id, "number": sent.number})
        )
        if attempt_item is None:
            raise NotFound
        payout, attempt = payout_from_item(payout_item), attempt_from_item(attempt_item)
        # decide
        now = p.clock.wall()
        if callback.says in UNDER_WAY and payout.state is PayoutState.RESEND and payout.attempt == sent.number:
            settle(p, payout, attempt, Next(PayoutState.UNKNOWN, became_unknown(attempt, now), 0))
            continue
        wake, messages = _due_now(callback, payout, attempt, now), _messages(callback, payout, sent, attempt)
        # commit, announce
        try:
            outcome = p.table.commit(
                new_callback(callback, sent.payout_id, now),
                *wake,
                evidence(
                    sent.payout_id, "CALLBACK", now, reference=sent.reference, says=str(callback.says),
                    body_sha256=callback.digest,
                ),
                outbox=messages,
            )  # fmt: skip
        except PayoutMoved:  # by our own answer or inquiry: look again whether there is still something to ask
            continue
        count("CallbackRepeated" if outcome.repeated else "CallbackTaken", provider=callback.provider)
        return
    raise Conflict


def _due_now(callback: Callback, payout: Payout, attempt: Attempt, now: datetime) -> tuple[Part, ...]:
    """The truth about when to ask, and about what was said, is on the items; the message may get lost."""
    if _contradicts(callback, attempt) and payout.state not in IN_FLIGHT:
        return (contradict(payout, attempt.number),)
    if payout.attempt != attempt.number:
        return ()
    ask = (change_payout(payout, payout, now),)
    if payout.state is PayoutState.PAID and callback.says in UNDONE:
        return (*ask, doubted(attempt, now))
    said = (doubted(attempt, now),) if payout.state in OPEN and callback.says is TransferStatus.RETURNED else ()
    return (*ask, *said) if payout.state is PayoutState.UNKNOWN else said


def _contradicts(callback: Callback, attempt: Attempt) -> bool:
    """Does it say that what is proven unpaid was paid?"""
    return attempt.result is PayoutState.FAILED and callback.says is TransferStatus.PAID


def _messages(callback: Callback, payout: Payout, sent: Sent, attempt: Attempt) -> list[Message]:
    ask: Message = PayoutToldOf(payout_id=payout.payout_id)
    if _contradicts(callback, attempt):
        who = payout.payout_id, payout.person_id
        return [finding(FindingKind.THEIRS_NOT_OURS, *who, provider=sent.provider, reference=sent.reference)]
    if payout.attempt != sent.number:
        return []
    came_back = payout.state is PayoutState.PAID and callback.says in UNDONE
    return [ask] if payout.state in OPEN or came_back else []
