"""What lies in suspense, and the two ways out of it that people may choose. For the transaction that ends its case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from prakerja.balance import PayoutMove
from prakerja.incentives import IncentiveState, found_paid, incentive_from_item, incentive_key, moved
from prakerja.membership import look_again_part
from prakerja.payouts.errors import NotAcceptable
from prakerja.payouts.model import REPEATABLE, PayoutState
from prakerja.payouts.references import day_of_reference
from prakerja.payouts.store.payouts import (
    attempt_from_item,
    attempt_key,
    change_attempt,
    change_payout,
    load_payout,
    relist,
)
from prakerja.payouts.store.reconciliations import booked_amount, booked_once, suspense_ended
from prakerja.payouts.store.sent import find_sent
from prakerja.platform.parts import Part
from prakerja.platform.problems import NotFound
from prakerja.platform.rupiah import rupiah_text
from prakerja.platform.table import Table

UNPAID = frozenset(
    {
        IncentiveState.SCHEDULED,
        IncentiveState.PAYOUT_FAILED,
        IncentiveState.WITHHELD,
        IncentiveState.FORFEITED,
    }
)


@dataclass(frozen=True)
class Suspended:
    """Money that left a provider's source account without an order of ours. ``amount`` in rupiah."""

    provider: str
    day: date
    """Of the statement that shows it (WIB)."""
    subject: str
    """Of its case."""
    amount: int
    reference: str = ""
    """What the provider's row names, of ours or not."""


def load_suspended(table: Table, provider: str, day: date, subject: str, reference: str = "") -> Suspended | None:
    """What lies in suspense under a case's subject; None: nothing, or not any more. ``reference``: of its row."""
    booked = booked_amount(table, PayoutMove.SUSPEND, provider, day, subject)
    if booked is None or booked_amount(table, PayoutMove.UNSUSPEND, provider, day, subject) is not None:
        return None
    return Suspended(provider, day, subject, booked, reference)


def back_to_the_fund(found: Suspended, at: datetime) -> tuple[Part, ...]:
    """It came back, or never left. Error: BookedOtherwise."""
    return suspense_ended(PayoutMove.UNSUSPEND, found.provider, found.day, found.subject, found.amount, at)


def paid_by_it(table: Table, found: Suspended, payout_id: str, at: datetime, now: datetime) -> tuple[Part, ...]:
    """It paid this payout, of which we had proof that it was not paid: then it never is again.

    The attempt whose reference it has is the one that paid and the one to ask about; if it names none of this payout's,
    the present one stands for it. If its incentive was forfeited meanwhile, the money is claimed back as any other.
    Raises NotFound, NotAcceptable.
    """
    payout = load_payout(table, payout_id)
    who = payout.person_id, payout.incentive_kind, payout.incentive_number
    sent = find_sent(table, found.provider, found.reference)
    payer = sent.number if sent is not None and sent.payout_id == payout_id else payout.attempt
    latest = max(payout.attempt, payout.last_attempt or 0)
    paid = payout.to(
        PayoutState.PAID,
        at,
        provider=found.provider,
        reason=None,
        ended_at=at,
        attempt=payer,
        contradicted=None,
        last_attempt=latest if latest > payer else None,
    )
    incentive_item, *attempts = table.batch_get(incentive_key(*who), *([attempt_key(paid)] if payer else []))
    if incentive_item is None:
        raise NotFound
    incentive = incentive_from_item(incentive_item)
    if payout.state not in REPEATABLE or incentive.state not in UNPAID or payout.amount != found.amount:
        raise NotAcceptable(state=str(payout.state), amount=rupiah_text(payout.amount))
    attempt = attempt_from_item(attempts[0]) if attempts and attempts[0] else None
    return (
        *suspense_ended(PayoutMove.ACCEPT, found.provider, found.day, found.subject, found.amount, at),
        change_payout(payout, paid),
        *relist(payout, False, paid, False, now),
        *((change_attempt(attempt, replace(attempt, result=PayoutState.PAID)),) if attempt else ()),
        moved(incentive, found_paid(incentive, payout_id)),
        *((look_again_part(payout.person_id, now),) if incentive.state is IncentiveState.FORFEITED else ()),
    )


def given_back(provider: str, reference: str, payout_id: str, amount: int, at: datetime) -> tuple[Part, ...]:
    """A member was given what they had repaid in vain, once. Error: BookedOtherwise."""
    return booked_once(PayoutMove.GIVE_BACK, provider, day_of_reference(reference), payout_id, amount, at)


def was_given_back(table: Table, provider: str, reference: str, payout_id: str) -> bool:
    """Whether that was booked."""
    return booked_amount(table, PayoutMove.GIVE_BACK, provider, day_of_reference(reference), payout_id) is not None
