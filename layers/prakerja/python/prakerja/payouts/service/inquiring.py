"""Finding out what became of a payout, and what is due for payouts.

R3-R5: inquire by the ladder; "not found" proves something only after the settle window. There is no loop here: every wait
is stored on the payout and wakes by message, or by the sweep if that is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from prakerja.payouts.answers import InquiryAnswer
from prakerja.payouts.channels import Flow
from prakerja.payouts.decisions import (
    WAITING,
    Next,
    became_unknown,
    decide_inquiry,
    decide_news,
    is_abandoned,
    is_disproved,
)
from prakerja.payouts.model import Attempt, Payout, PayoutState, Work
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.payouts.service.channels import channel
from prakerja.payouts.service.doubting import remember_doubt, still_doubted
from prakerja.payouts.service.settling import settle, wake
from prakerja.payouts.store import (
    attempt_from_item,
    attempt_key,
    due_work,
    is_due,
    load_payout,
    payout_from_item,
    payout_key,
    prepared_request,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import PAYOUT, PERSON_IDENTITY
from prakerja.platform.clock import to_text
from prakerja.platform.observability import log
from prakerja.platform.outbox import Message
from prakerja.platform.problems import NotFound

WOKEN_AT_ONCE = 100
"""Of one due shard."""


def inquire_payout(p: Platform, providers: Mapping[str, PaymentProvider], *, payout_id: str) -> Payout:
    """Ask the provider about a payout whose outcome is unknown, and act on what that proves.

    A provider that does not answer is left in peace, and one that cannot know yet is not asked: the payout stays due.
    """
    # load
    payout = load_payout(p.table, payout_id)
    if payout.state is PayoutState.DISPATCHING:
        return recover(p, payout)
    if payout.state is not PayoutState.UNKNOWN or not channel(p, payout.provider).may_ask(p.clock.wall()):
        return payout
    attempt, answer = _ask(p, providers[payout.provider], payout)
    if answer is None:
        return payout
    # decide
    following = decide_inquiry(attempt, answer, providers[payout.provider].rules, p.clock.wall())
    log.info("payout inquired", payout_id=payout_id, status=str(answer.status), state=str(following.state))
    # commit, announce
    return settle(p, payout, attempt, following, answer.exchanges, answer.code)


def look_again(
    p: Platform, providers: Mapping[str, PaymentProvider], *, payout_id: str, returned: int | None = None
) -> Payout:
    """The provider told us something about a payout: ask now. ``returned``: the attempt that came back by its statement.

    A paid one can only have come back. One that is to be sent again, or waits for people, may have been carried out late.
    """
    # load
    payout = load_payout(p.table, payout_id)
    if returned is not None and returned == payout.attempt:
        remember_doubt(p, payout)
    if payout.state not in (PayoutState.PAID, *WAITING):
        return inquire_payout(p, providers, payout_id=payout_id)
    attempt, answer = _ask(p, providers[payout.provider], payout)
    # decide
    following = None if answer is None else decide_news(payout.state, attempt, answer, p.clock.wall())
    if answer is None or following is None:
        log.info("payout asked about: nothing changes", payout_id=payout_id, state=str(payout.state))
        return payout
    # commit, announce
    if following.state is PayoutState.PAID is payout.state:
        return still_doubted(p, payout, attempt, following, answer)
    return settle(p, payout, attempt, following, answer.exchanges, answer.code)


def contradiction_stands(p: Platform, providers: Mapping[str, PaymentProvider], payout: Payout) -> bool:
    """Whether the provider, asked about the attempt of which it said that it paid, does not take that back."""
    earlier = replace(payout, attempt=payout.contradicted or 0)
    (item,) = p.table.batch_get(attempt_key(earlier))
    provider = attempt_from_item(item).provider if item else payout.provider
    attempt, answer = _ask(p, providers[provider], earlier)
    stands = answer is None or not is_disproved(attempt, answer, providers[provider].rules, p.clock.wall())
    log.warning("a payout is contradicted", payout_id=payout.payout_id, attempt=attempt.number, stands=stands)
    return stands


def due_payouts(p: Platform, shard: str) -> list[Message]:
    """Payouts of a due shard whose message was lost or whose wait is over, as messages to send again.

    Nothing is woken for a channel that does not flow; one payout of the shard may try when the breaker is half open.
    """
    work, provider = due_work(shard)
    now = p.clock.wall()
    gate = channel(p, provider)
    flow = gate.flow(now)
    if flow in (Flow.STOPPED, Flow.PAUSED) if work is Work.SEND else not gate.may_ask(now):
        return []
    limit = 1 if work is Work.SEND and flow is Flow.PROBE else WOKEN_AT_ONCE
    keys = p.table.due(PAYOUT, shard, to_text(now), limit=limit)
    items = p.table.batch_get(*(payout_key(key["payout_id"]) for key in keys)) if keys else []
    payouts = [payout_from_item(item) for item in items if item is not None and is_due(item)]
    return [message for payout in payouts if (message := wake(payout)) is not None]


def _ask(p: Platform, bank: PaymentProvider, payout: Payout) -> tuple[Attempt, InquiryAnswer | None]:
    """Inquire once; None: too early for this provider to know anything."""
    wanted = attempt_key(payout), (PERSON_IDENTITY, {"person_id": payout.person_id})
    attempt_item, identity = p.table.batch_get(*wanted)
    if attempt_item is None or identity is None:
        raise NotFound
    attempt = attempt_from_item(attempt_item)
    now = p.clock.wall()
    if now - attempt.sent_at < timedelta(seconds=bank.rules.inquiry_wait):
        return attempt, None
    external_id = bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS))
    return attempt, bank.inquire_transfer(prepared_request(p, payout, attempt, identity), external_id)


def recover(p: Platform, payout: Payout) -> Payout:
    """A payout found while it is being sent: leave it, or, if its worker has died, ask the provider."""
    item = p.table.batch_get(attempt_key(payout))[0]
    if item is None:
        raise NotFound
    attempt = attempt_from_item(item)
    now = p.clock.wall()
    if not is_abandoned(attempt, now):
        return payout
    following = Next(PayoutState.UNKNOWN, became_unknown(attempt, now), 0)
    return settle(p, payout, attempt, following)
