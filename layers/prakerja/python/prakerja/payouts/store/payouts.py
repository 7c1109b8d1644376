"""Payouts and their attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.answers import PreparedRequest
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import Attempt, Payout
from prakerja.payouts.store.accounts import ACCOUNT_FIELD, BODY_FIELD, Key, unseal
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ATTEMPT, PAYOUT, RUN_PAYOUT, RUN_SHARDS
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint, shard_of
from prakerja.platform.outbox import MAX_DELAY_SECONDS
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new, update
from prakerja.platform.problems import NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

DUE_KIND = "PAYOUT"


def payout_key(payout_id: str) -> Key:
    """For a batch read."""
    return PAYOUT, {"payout_id": payout_id}


def attempt_key(payout: Payout) -> Key:
    """The present attempt of a payout, for a batch read."""
    return ATTEMPT, {"payout_id": payout.payout_id, "number": payout.attempt}


def payout_from_item(item: Item | None) -> Payout:
    """A payout from its stored item. Raises NotFound for None."""
    if item is None:
        raise NotFound
    return record_of(Payout, item)


def load_payout(table: Table, payout_id: str) -> Payout:
    """Raises NotFound."""
    return payout_from_item(table.get(PAYOUT, payout_id=payout_id))


def attempt_from_item(item: Item) -> Attempt:
    """An attempt from its stored item."""
    return record_of(Attempt, item)


def new_payout(payout: Payout) -> tuple[Part, ...]:
    """Create a payout in its run."""
    mark = fingerprint([payout.payout_id, payout.amount])
    return (
        put_new(PAYOUT, item_of(payout), fingerprint=mark, payout_id=payout.payout_id),
        put_new(
            RUN_PAYOUT,
            {"amount": payout.amount},
            run_id=payout.run_id,
            shard=shard_of(payout.payout_id, RUN_SHARDS),
            payout_id=payout.payout_id,
        ),
    )


def change_payout(before: Payout, after: Payout, wake_at: datetime | None = None) -> Part:
    """Move a payout on, if it still stands where ``before`` says; ``wake_at``: when a sweep must look at it."""
    changes: dict[str, Any] = item_of(
        after, "state", "attempt", "approval_id", "reason", "provider_reference", "ended_at"
    )
    if wake_at is not None:
        changes |= due(DUE_KIND, after.payout_id, to_text(wake_at))
    same = Attr("state").eq(str(before.state)) & Attr("attempt").eq(before.attempt)
    return update(
        PAYOUT,
        set=changes,
        remove=() if wake_at is not None else NOT_DUE,
        when=same,
        error=PayoutMoved(),
        payout_id=after.payout_id,
    )


def new_attempt(attempt: Attempt) -> Part:
    """Store an attempt before its first byte leaves. That there is one under this number is the database's guard.

    Its ``external_id`` tells our own attempt, whose answer got lost, from that of a worker that was faster.
    """
    return put_new(
        ATTEMPT,
        item_of(attempt),
        error=PayoutMoved(),
        fingerprint=fingerprint([attempt.reference, attempt.external_id]),
        payout_id=attempt.payout_id,
        number=attempt.number,
    )


def change_attempt(before: Attempt, after: Attempt) -> Part:
    """Store what is known now; fails if another worker learnt something meanwhile."""
    names = [
        "external_id",
        "sent_at",
        "sends",
        "ambiguous",
        "refusal",
        "inquiries",
        "not_found",
        "not_found_since",
        "unknown_since",
        "overdue",
    ]
    changes = item_of(after, *names)
    gone = [name for name in names if getattr(after, name) is None and getattr(before, name) is not None]
    same = Attr("sends").eq(before.sends) & Attr("inquiries").eq(before.inquiries)
    return update(
        ATTEMPT,
        set=changes,
        remove=gone,
        when=same,
        error=PayoutMoved(),
        payout_id=after.payout_id,
        number=after.number,
    )


def prepared_request(p: Platform, payout: Payout, attempt: Attempt, identity: Item) -> PreparedRequest:
    """The stored request, to send again or to ask about."""
    number = unseal(p, payout.person_id, identity, ACCOUNT_FIELD, attempt.account_number)
    return PreparedRequest(
        provider=attempt.provider,
        service=attempt.service,
        path=attempt.path,
        reference=attempt.reference,
        amount=attempt.amount,
        account_number=number.decode(),
        body=unseal(p, payout.person_id, identity, BODY_FIELD, attempt.body),
    )


def wake_after(wait: int, now: datetime) -> datetime:
    """When a sweep looks at a payout whose next step is in ``wait`` seconds.

    A little later than its message, so that it finds only lost ones; waits too long for a message are the sweep's alone.
    """
    margin = timedelta(minutes=1) if wait <= MAX_DELAY_SECONDS else timedelta()
    return now + timedelta(seconds=wait) + margin
