"""The items of payouts: the linked account, runs, payouts and their attempts. Answers parts; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.answers import PreparedRequest
from prakerja.payouts.errors import AccountLinkedAlready, PayoutMoved
from prakerja.payouts.model import Account, Attempt, Payout
from prakerja.payouts.runs import PayoutRun, RunState
from prakerja.platform import Platform
from prakerja.platform.access_patterns import (
    ACCOUNT,
    ATTEMPT,
    PAYOUT,
    PAYOUT_RUN,
    PAYOUT_RUN_LIST,
    RUN_PAYOUT,
    RUN_SHARDS,
    Pattern,
)
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint, shard_of
from prakerja.platform.outbox import MAX_DELAY_SECONDS
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new, update
from prakerja.platform.problems import Conflict, IdempotencyKeyReused, NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.registration import opened

DUE_KIND, RUN_DUE_KIND = "PAYOUT", "RUN"
_QUEUED = "queued_"
ACCOUNT_FIELD = "account_number"
BODY_FIELD = "payout_body"

Key = tuple[Pattern, dict[str, str | int]]


# the linked account ---------------------------------------------------------------------------------------------------
def account_key(person_id: str) -> Key:
    """For a batch read."""
    return ACCOUNT, {"person_id": person_id}


def account_from_item(item: Item) -> Account:
    """An account from its stored item."""
    return record_of(Account, item)


def new_account(account: Account) -> Part:
    """Link an account to somebody who has none; linking the same again is a repeat."""
    mark = fingerprint([account.person_id, account.digest])
    return put_new(
        ACCOUNT, item_of(account), error=AccountLinkedAlready(), fingerprint=mark, person_id=account.person_id
    )


def seal(p: Platform, person_id: str, identity: Item, name: str, content: bytes) -> bytes:
    """Seal bytes under a person's key (``identity`` is their IDENTITY item)."""
    return p.opened().seal(person_id, identity["person_key"], name, content.decode("latin-1"))


def unseal(p: Platform, person_id: str, identity: Item, name: str, content: bytes) -> bytes:
    """The bytes again."""
    return p.opened().open(person_id, identity["person_key"], name, content).encode("latin-1")


def holder_name(p: Platform, person_id: str, identity: Item) -> str:
    """The member's full name, as the civil registry confirmed it."""
    return opened(p, person_id, identity, ("full_name",))["full_name"]


# runs -----------------------------------------------------------------------------------------------------------------
def run_key(run_id: str) -> Key:
    """For a batch read."""
    return PAYOUT_RUN, {"run_id": run_id}


def run_from_item(item: Item | None) -> PayoutRun:
    """A run from its stored item. Raises NotFound for None."""
    if item is None:
        raise NotFound
    return record_of(PayoutRun, item)


def load_run(table: Table, run_id: str) -> PayoutRun:
    """Raises NotFound."""
    return run_from_item(table.get(PAYOUT_RUN, run_id=run_id))


def new_run(run: PayoutRun, wake_at: datetime) -> tuple[Part, ...]:
    """Create a run and its row in the list; ``wake_at``: when a sweep must look whether its first step was taken."""
    mark = fingerprint([run.created_by, run.scheduled_until])
    item = {**item_of(run), **due(RUN_DUE_KIND, run.run_id, to_text(wake_at))}
    return (
        put_new(PAYOUT_RUN, item, error=IdempotencyKeyReused(), fingerprint=mark, run_id=run.run_id),
        put_new(PAYOUT_RUN_LIST, {}, created_at=to_text(run.created_at), run_id=run.run_id),
    )


def change_run(before: PayoutRun, after: PayoutRun, wake_at: datetime | None = None) -> Part:
    """Move a run on, if it still stands where ``before`` says; None: it waits for people."""
    changes: dict[str, Any] = item_of(after, "state", "count", "amount", "content_hash", "approval_id")
    if wake_at is not None:
        changes |= due(RUN_DUE_KIND, after.run_id, to_text(wake_at))
    return update(
        PAYOUT_RUN,
        set=changes,
        remove=() if wake_at is not None else NOT_DUE,
        when=Attr("state").eq(str(before.state)),
        error=RunMoved(),
        run_id=after.run_id,
    )


def is_queued(item: Item, shard: str) -> bool:
    """Whether all payouts of a shard of this (stored) run are queued."""
    return _QUEUED + shard in item


def shard_queued(run_id: str, shard: str, *, last: bool) -> Part:
    """All payouts of a shard are queued. Nothing is due for the run any more if it was the ``last`` one."""
    return update(
        PAYOUT_RUN,
        set={_QUEUED + shard: True},
        remove=NOT_DUE if last else (),
        when=Attr("state").eq(str(RunState.RELEASED)),
        error=RunMoved(),
        run_id=run_id,
    )


class RunMoved(Conflict):
    """Somebody else has moved the run on."""

    slug = "run-moved"


def recent_runs(table: Table, limit: int = 50) -> list[PayoutRun]:
    """Runs, latest first."""
    rows = table.query(PAYOUT_RUN_LIST, limit=limit, descending=True, consistent=False).items
    keys = [run_key(PAYOUT_RUN_LIST.parse(row)["run_id"]) for row in rows]
    return [run_from_item(item) for item in (table.batch_get(*keys) if keys else []) if item]


def run_shards() -> Iterator[str]:
    """The shards in which every run keeps its payouts."""
    return (f"{number:02d}" for number in range(RUN_SHARDS))


def payouts_of_shard(table: Table, run_id: str, shard: str) -> list[tuple[str, int]]:
    """(payout id, rupiah) of a shard; strongly consistent."""
    items = table.query_all(RUN_PAYOUT, run_id=run_id, shard=shard)
    return [(RUN_PAYOUT.parse(item)["payout_id"], item["amount"]) for item in items]


# payouts and attempts -------------------------------------------------------------------------------------------------
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
