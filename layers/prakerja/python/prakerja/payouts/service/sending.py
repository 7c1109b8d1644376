"""Sending one payout, and finding out what became of it.

R1 store, then send. R2 an unclear outcome is UNKNOWN: no other attempt, no other reference, nobody is told "failed".
R3-R5 inquire by the ladder; "not found" proves something only after the settle window. (Payment standard, ambiguous
outcomes.) There is no loop here: every wait is stored on the payout and wakes by message, or by the sweep if that is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from prakerja.balance import PayoutMove, payout_part
from prakerja.payouts.answers import TransferOrder
from prakerja.payouts.errors import NotReleased, PayoutMoved
from prakerja.payouts.model import (
    LEASE,
    Attempt,
    Next,
    Payout,
    PayoutState,
    became_unknown,
    decide_inquiry,
    decide_sending,
    is_abandoned,
)
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.payouts.runs import RunState
from prakerja.payouts.service.releasing import RELEASE
from prakerja.payouts.service.settling import settle, wake
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
    load_payout,
    new_attempt,
    new_sent,
    payout_from_item,
    payout_key,
    prepared_request,
    run_from_item,
    run_key,
    seal,
    unseal,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, PAYOUT, PERSON_IDENTITY, Pattern
from prakerja.platform.approvals import from_approval_item
from prakerja.platform.clock import to_text
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import NotFound

NOTE = "Insentif Prakerja"


def send_payout(p: Platform, providers: Mapping[str, PaymentProvider], *, payout_id: str) -> Payout:
    """Send a released payout once; two writes and one call to the provider when all goes well.

    Whatever state it is found in decides: a payout that another worker is sending is left alone, one that a dead worker
    was sending becomes UNKNOWN. Raises NotReleased.
    """
    # load
    payout = load_payout(p.table, payout_id)
    if payout.state is PayoutState.DISPATCHING:
        return _recover(p, payout)
    if payout.state not in (PayoutState.QUEUED, PayoutState.RESEND):
        return payout
    bank = providers[payout.provider]
    case = _load_case(p, payout)
    if not case.released:
        count("PayoutNotReleased")
        raise NotReleased
    # decide, commit: the very bytes are stored before the first of them leaves
    try:
        sending, attempt = _dispatch(p, bank, payout, case)
    except PayoutMoved:
        return load_payout(p.table, payout_id)
    answer = bank.send(prepared_request(p, sending, attempt, case.identity), attempt.external_id)
    now = p.clock.wall()
    following = decide_sending(attempt, answer, bank.rules, now)
    log.info(
        "payout sent", payout_id=payout_id, outcome=str(answer.outcome), code=answer.code, state=str(following.state)
    )
    return settle(p, sending, attempt, following, answer.exchanges, answer.code)


def inquire_payout(p: Platform, providers: Mapping[str, PaymentProvider], *, payout_id: str) -> Payout:
    """Ask the provider about a payout whose outcome is unknown, and act on what that proves."""
    # load
    payout = load_payout(p.table, payout_id)
    if payout.state is PayoutState.DISPATCHING:
        return _recover(p, payout)
    if payout.state is not PayoutState.UNKNOWN:
        return payout
    bank = providers[payout.provider]
    attempt_item, identity = p.table.batch_get(attempt_key(payout), (PERSON_IDENTITY, {"person_id": payout.person_id}))
    if attempt_item is None or identity is None:
        raise NotFound
    attempt = attempt_from_item(attempt_item)
    now = p.clock.wall()
    answer = bank.inquire_transfer(
        prepared_request(p, payout, attempt, identity), bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS))
    )
    # decide
    following = decide_inquiry(attempt, answer, bank.rules, p.clock.wall())
    log.info("payout inquired", payout_id=payout_id, status=str(answer.status), state=str(following.state))
    # commit, announce
    return settle(p, payout, attempt, following, answer.exchanges, answer.code)


def due_payouts(p: Platform, shard: str) -> list[Message]:
    """Payouts of a due shard whose message was lost, as messages to send again."""
    keys = p.table.due(PAYOUT, shard, to_text(p.clock.wall()))
    items = p.table.batch_get(*(payout_key(key["payout_id"]) for key in keys)) if keys else []
    payouts = [payout_from_item(item) for item in items if item is not None]
    return [message for payout in payouts if (message := wake(payout)) is not None]


@dataclass(frozen=True)
class _Case:
    """What sending needs besides the payout."""

    released: bool
    identity: Item
    account: Item
    attempt: Attempt | None


def _load_case(p: Platform, payout: Payout) -> _Case:
    wanted: list[tuple[Pattern, Mapping[str, str | int]]] = [
        run_key(payout.run_id),
        account_key(payout.person_id),
        (PERSON_IDENTITY, {"person_id": payout.person_id}),
        (APPROVAL, {"approval_id": str(payout.approval_id)}),
        *([attempt_key(payout)] if payout.attempt else []),
    ]
    run_item, account, identity, approval_item, *attempts = p.table.batch_get(*wanted)
    run = run_from_item(run_item)
    attempt = attempt_from_item(attempts[0]) if attempts and attempts[0] else None
    if account is None or identity is None or (payout.attempt and attempt is None):
        raise NotFound
    agreed = approval_item is not None and from_approval_item(approval_item).binds(
        RELEASE, run.run_id, run.content_hash
    )
    return _Case(agreed and run.state is RunState.RELEASED, identity, account, attempt)


def _dispatch(p: Platform, bank: PaymentProvider, payout: Payout, case: _Case) -> tuple[Payout, Attempt]:
    now = p.clock.wall()
    external_id = bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS))
    if (before := case.attempt) is not None:
        attempt = replace(before, external_id=external_id, sent_at=now, sends=before.sends + 1)
        parts: tuple[Part, ...] = (change_attempt(before, attempt),)
    else:
        attempt = _first_attempt(p, bank, payout, case, external_id, now)
        parts = (
            new_attempt(attempt),
            new_sent(payout, attempt),
            payout_part(
                PayoutMove.RESERVE, payout.provider, payout.amount, attempt.reference, p.clock.programme()
            ),
        )
    sending = replace(payout, state=PayoutState.DISPATCHING, attempt=attempt.number)
    p.table.commit(change_payout(payout, sending, now + LEASE), *parts)
    return sending, attempt


def _first_attempt(
    p: Platform, bank: PaymentProvider, payout: Payout, case: _Case, external_id: str, now: datetime
) -> Attempt:
    number = payout.attempt + 1
    account = account_from_item(case.account)
    order = TransferOrder(
        reference=bank.reference(payout.payout_id, number, now),
        amount=payout.amount,
        account_number=unseal(p, payout.person_id, case.identity, ACCOUNT_FIELD, account.sealed_number).decode(),
        holder_name=holder_name(p, payout.person_id, case.identity),
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
        body=seal(p, payout.person_id, case.identity, BODY_FIELD, prepared.body),
        external_id=external_id,
        prepared_at=now,
        sent_at=now,
    )


def _recover(p: Platform, payout: Payout) -> Payout:
    """A payout found while it is being sent: leave it, or, if its worker has died, ask the provider."""
    item = p.table.batch_get(attempt_key(payout))[0]
    if item is None:
        raise NotFound
    attempt = attempt_from_item(item)
    now = p.clock.wall()
    if not is_abandoned(attempt, now):
        return payout
    following = Next(PayoutState.UNKNOWN, became_unknown(attempt, now), 0)
    return settle(p, payout, attempt, following, (), "")
