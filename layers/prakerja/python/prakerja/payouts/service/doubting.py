"""A paid payout of which its provider says that it came back: asked about for a day, then a person has a case.

What was said proves nothing, and neither does an answer that is none, or is still that of before. Only an inquiry that
shows the return, or two operators with evidence, change what is paid.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from prakerja.payouts.answers import InquiryAnswer, TransferStatus
from prakerja.payouts.decisions import DOUBTED_SECONDS, Next
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import PROVEN_UNPAID, Attempt, Payout, PayoutState
from prakerja.payouts.service.settling import fact
from prakerja.payouts.store import (
    attempt_from_item,
    attempt_key,
    change_attempt,
    change_payout,
    load_payout,
    wake_after,
)
from prakerja.platform import Platform
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.observability import count
from prakerja.platform.parts import Part

ONE_DOUBT = timedelta(seconds=2 * DOUBTED_SECONDS[-1])
"""What is said again within this time is the same. Longer than the questions take."""


def doubted(attempt: Attempt, now: datetime) -> Part:
    """Remember that the provider said so (``now``: wall clock). If it is paid, or turns out paid, it is asked about again.

    However often it says so meanwhile, that is one doubt: it ends.
    """
    since = attempt.doubted_since
    same = since is not None and now - since < ONE_DOUBT
    return change_attempt(attempt, attempt if same else replace(attempt, doubted_since=now))


def remember_doubt(p: Platform, payout: Payout) -> None:
    """Keep what a statement says of the present attempt, so that it outlasts the message that brought it. Twice is once."""
    # load
    (item,) = p.table.batch_get(attempt_key(payout))
    attempt = attempt_from_item(item) if item else None
    # decide
    if attempt is None or attempt.doubted_since is not None or attempt.result in PROVEN_UNPAID:
        return
    now = p.clock.wall()
    ask = (change_payout(payout, payout, now),) if payout.state is PayoutState.PAID else ()
    # commit
    with suppress(PayoutMoved):  # another worker has learnt more
        p.table.commit(*ask, doubted(attempt, now))


def still_doubted(p: Platform, payout: Payout, attempt: Attempt, following: Next, answer: InquiryAnswer) -> Payout:
    """Store that an inquiry did not show the return: when to ask again, or that a person has to look."""
    # decide
    now = p.clock.wall()
    wake_at = None if following.wait is None else wake_after(following.wait, now)
    unclear = wake_at is None and answer.status is not TransferStatus.PAID
    found = finding(
        FindingKind.RETURNED_LATER,
        payout.payout_id,
        payout.person_id,
        provider=payout.provider,
        reference=attempt.reference,
        attempt=attempt.number,
        amount=payout.amount,
        said_at=to_text(attempt.doubted_since) if attempt.doubted_since else None,
    )
    # commit, announce
    try:
        p.table.commit(
            change_payout(payout, payout, wake_at),
            change_attempt(attempt, replace(following.attempt, code=answer.code)),
            evidence(
                payout.payout_id,
                "RETURN_NOT_SHOWN",
                now,
                status=str(answer.status),
                code=answer.code,
                reference=attempt.reference,
                exchanges=[fact(exchange) for exchange in answer.exchanges],
            ),
            outbox=[found] if unclear else [],
        )
    except PayoutMoved:  # another worker has learnt more
        return load_payout(p.table, payout.payout_id)
    if unclear:
        count("PayoutNeedsPerson")
    return payout
