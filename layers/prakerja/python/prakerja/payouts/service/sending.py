"""Sending one payout.

R1 store, then send. R2 an unclear outcome is UNKNOWN: no other attempt, no other reference, nobody is told "failed".
R6 another attempt only where the database finds the last one proven unpaid. What came of it: ``inquiring``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prakerja.balance import PayoutMove, payout_part
from prakerja.membership import MembershipState, membership_from_item
from prakerja.payouts.answers import TransferOrder
from prakerja.payouts.decisions import (
    Next,
    decide_sending,
    is_too_old,
)
from prakerja.payouts.destination import Account, payable
from prakerja.payouts.errors import AttemptNotEnded, NotReleased, PayoutMoved
from prakerja.payouts.messages import PayoutQueued
from prakerja.payouts.model import LEASE, Attempt, Payout, PayoutState, Waits
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.payouts.reasons import REVOKED
from prakerja.payouts.runs import RunState
from prakerja.payouts.service.channels import may_flow, may_send, note_answer
from prakerja.payouts.service.inquiring import contradiction_stands, recover
from prakerja.payouts.service.pacing import Pace
from prakerja.payouts.service.releasing import RELEASE
from prakerja.payouts.service.settling import settle
from prakerja.payouts.service.stopping import set_aside, stop_resending
from prakerja.payouts.store import (
    ACCOUNT_FIELD,
    BODY_FIELD,
    account_from_item,
    account_key,
    attempt_from_item,
    attempt_key,
    change_attempt,
    change_payout,
    holder_name,
    is_proven_unpaid,
    load_payout,
    new_attempt,
    new_sent,
    prepared_request,
    run_from_item,
    run_key,
    seal,
    unseal,
    wake_after,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, MEMBERSHIP, PERSON_IDENTITY, Pattern
from prakerja.platform.approvals import from_approval_item
from prakerja.platform.observability import count, log
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import NotFound

NOTE = "Insentif Prakerja"
PAUSE = timedelta(hours=1)
"""Between two looks at a destination that a person must decide about, or that its member has yet to name."""


def send_payout(
    p: Platform, providers: Mapping[str, PaymentProvider], *, payout_id: str, pace: Pace | None = None
) -> Payout:
    """Send a released payout once; two writes and one call to the provider when all goes well.

    Whatever state it is found in decides: a payout that another worker is sending is left alone, one that a dead worker
    was sending becomes UNKNOWN. While its channel does not flow nothing is written either: it stays due. The channel is
    looked at first, and again as the last thing before it is sent: only then a probe is taken, and a stop that came while
    this waited for its turn counts. Raises NotReleased, AttemptNotEnded.
    """
    # load
    payout = load_payout(p.table, payout_id)
    if payout.state is PayoutState.DISPATCHING:
        return recover(p, payout)
    if payout.state not in (PayoutState.QUEUED, PayoutState.RESEND) or not may_flow(p, payout.provider):
        return payout
    case = _load_case(p, payout)
    if not case.released:
        count("PayoutNotReleased")
        raise NotReleased
    # decide
    now = p.clock.wall()
    if payout.state is PayoutState.RESEND and case.revoked:
        return stop_resending(p, payout, REVOKED)
    if payout.state is PayoutState.QUEUED:
        waits = payable(case.account, now)
        if case.account is None or waits is not None:
            cooling = case.account.payable_from if case.account and waits is Waits.COOLING else None
            return _put_off(p, payout, cooling or now + PAUSE)
        if case.account.provider != payout.provider:
            return _redirect(p, payout, case.account.provider)
        if payout.contradicted is not None and contradiction_stands(p, providers, payout):
            return set_aside(p, payout)
    bank = providers[payout.provider]
    if payout.state is PayoutState.RESEND and case.attempt and is_too_old(case.attempt, bank.rules, now):
        return settle(p, payout, case.attempt, Next(PayoutState.HELD, case.attempt))
    if pace is not None:
        pace.wait(payout.provider, bank.rules)
    sending, attempt, parts = _prepare(p, bank, payout, case)
    if not may_send(p, payout.provider):
        return payout
    # commit: the very bytes are stored before the first of them leaves
    try:
        p.table.commit(*parts)
    except PayoutMoved:
        return load_payout(p.table, payout_id)
    except AttemptNotEnded:
        log.error("another attempt was wanted while the last one may have paid", payout_id=payout_id)
        raise
    answer = bank.send(prepared_request(p, sending, attempt, case.identity), attempt.external_id)
    following = decide_sending(attempt, answer, bank.rules, p.clock.wall())
    log.info(
        "payout sent", payout_id=payout_id, outcome=str(answer.outcome), code=answer.code, state=str(following.state)
    )
    settled = settle(p, sending, attempt, following, answer.exchanges, answer.code)
    if pace is not None:
        pace.heard(payout.provider, answer.code)
    note_answer(p, payout.provider, answer.outcome, answer.code)
    return settled


@dataclass(frozen=True)
class _Case:
    """What sending needs besides the payout."""

    released: bool
    revoked: bool
    """Its member may not be paid any more. What waits for its first sending was cancelled then."""
    identity: Item
    account: Account | None
    """The present one, for another attempt; what is sent again goes where its bytes say."""
    attempt: Attempt | None
    """The present one, if there is any."""


def _load_case(p: Platform, payout: Payout) -> _Case:
    wanted: list[tuple[Pattern, Mapping[str, str | int]]] = [
        run_key(payout.run_id),
        account_key(payout.person_id),
        (PERSON_IDENTITY, {"person_id": payout.person_id}),
        (APPROVAL, {"approval_id": str(payout.approval_id)}),
        (MEMBERSHIP, {"person_id": payout.person_id}),
        *([attempt_key(payout)] if payout.attempt else []),
    ]
    run_item, account, identity, approval_item, member, *attempts = p.table.batch_get(*wanted)
    run = run_from_item(run_item)
    attempt = attempt_from_item(attempts[0]) if attempts and attempts[0] else None
    if identity is None or (payout.attempt and attempt is None):
        raise NotFound
    agreed = approval_item is not None and from_approval_item(approval_item).binds(
        RELEASE, run.run_id, run.content_hash
    )
    return _Case(
        agreed and run.state is RunState.RELEASED,
        member is not None and membership_from_item(member).state is MembershipState.REVOKED,
        identity,
        account_from_item(account) if account else None,
        attempt,
    )


def _put_off(p: Platform, payout: Payout, until: datetime) -> Payout:
    """Its member's new destination may not be paid yet, or there is none: nothing is reserved, it stays queued."""
    try:
        p.table.commit(change_payout(payout, payout, until))
    except PayoutMoved:
        return load_payout(p.table, payout.payout_id)
    return payout


def _redirect(p: Platform, payout: Payout, provider: str) -> Payout:
    """Its member has changed to another provider since the run took it: it goes to that one's queue."""
    moved = replace(payout, provider=provider)
    try:
        p.table.commit(
            change_payout(payout, moved, wake_after(0, p.clock.wall())),
            outbox=[PayoutQueued(payout_id=payout.payout_id, provider=provider)],
        )
    except PayoutMoved:
        return load_payout(p.table, payout.payout_id)
    return moved


def _prepare(
    p: Platform, bank: PaymentProvider, payout: Payout, case: _Case
) -> tuple[Payout, Attempt, tuple[Part, ...]]:
    """What is about to be sent, and the parts that store it: the same attempt again, or a new one where the last is proven
    not to have paid."""
    now, at = p.clock.wall(), p.clock.programme()  # one moment for the step and for its booking
    external_id = bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS))
    before = case.attempt
    if payout.state is PayoutState.RESEND and before is not None:
        attempt = replace(
            before, external_id=external_id, sent_at=now, sends=before.sends + 1, asked_before=before.inquiries
        )
        parts: tuple[Part, ...] = (change_attempt(before, attempt),)
    else:
        if case.account is None:
            raise NotFound
        attempt = _new_attempt(p, bank, payout, case.identity, case.account, external_id, now)
        parts = (
            *((is_proven_unpaid(payout),) if before is not None else ()),
            new_attempt(attempt),
            new_sent(payout, attempt),
            payout_part(PayoutMove.RESERVE, payout.provider, payout.amount, attempt.reference, at),
        )
    sending = payout.to(PayoutState.DISPATCHING, at, attempt=attempt.number, contradicted=None)
    return sending, attempt, (change_payout(payout, sending, now + LEASE), *parts)


def _new_attempt(
    p: Platform,
    bank: PaymentProvider,
    payout: Payout,
    identity: Item,
    account: Account,
    external_id: str,
    now: datetime,
) -> Attempt:
    number = payout.attempt + 1
    order = TransferOrder(
        reference=bank.reference(payout.payout_id, number, now),
        amount=payout.amount,
        account_number=unseal(p, payout.person_id, identity, ACCOUNT_FIELD, account.sealed_number).decode(),
        holder_name=holder_name(p, payout.person_id, identity),
        note=NOTE,
        at=now,
    )
    prepared = bank.prepare_transfer(order)
    return Attempt(
        payout_id=payout.payout_id,
        number=number,
        provider=prepared.provider,
        service=prepared.service,
        path=prepared.path,
        reference=prepared.reference,
        amount=prepared.amount,
        account_number=account.sealed_number,
        body=seal(p, payout.person_id, identity, BODY_FIELD, prepared.body),
        external_id=external_id,
        prepared_at=now,
        sent_at=now,
    )
