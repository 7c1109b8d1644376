"""Payouts and their attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.payouts.answers import PreparedRequest
from prakerja.payouts.errors import AttemptNotEnded, PayoutMoved
from prakerja.payouts.model import LISTED, PROVEN_UNPAID, PROVIDERS, REPEATABLE, Attempt, Payout, PayoutState, Work
from prakerja.payouts.store.accounts import ACCOUNT_FIELD, BODY_FIELD, Key, unseal
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ATTEMPT, PAYOUT, PAYOUT_LIST, RUN_PAYOUT, RUN_SHARDS
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint, shard_of
from prakerja.platform.outbox import MAX_DELAY_SECONDS
from prakerja.platform.parts import NOT_DUE, Item, Part, check, delete, due, put, put_new, update
from prakerja.platform.problems import NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

DUE_KINDS = tuple(f"{work}_{provider}" for work in Work for provider in PROVIDERS)
"""Due work is kept apart by provider, so that what waits for one hides nothing of another."""


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


def attempts_of(table: Table, payout_id: str) -> list[Attempt]:
    """All attempts of a payout, first one first."""
    return [attempt_from_item(item) for item in table.query(ATTEMPT, payout_id=payout_id).items]


def attempt_from_item(item: Item) -> Attempt:
    """An attempt from its stored item."""
    return record_of(Attempt, item)


def new_payout(payout: Payout) -> tuple[Part, ...]:
    """Create a payout in its run."""
    mark = fingerprint([payout.payout_id, payout.amount])
    return (
        put_new(PAYOUT, item_of(payout), fingerprint=mark, payout_id=payout.payout_id),
        _in_run(payout),
    )


def change_payout(before: Payout, after: Payout, wake_at: datetime | None = None) -> Part:
    """Move a payout on, if it still stands where ``before`` says; ``wake_at``: when a sweep must look at it."""
    names = (
        *("state", "attempt", "provider", "approval_id", "reason", "provider_reference", "ended_at"),
        *("last_attempt", "screened_by", "contradicted", "history"),
    )
    changes: dict[str, Any] = item_of(after, *names)
    gone = [name for name in names if getattr(after, name) is None and getattr(before, name) is not None]
    if wake_at is not None:
        changes |= due(f"{Work.of(after.state)}_{after.provider}", after.payout_id, to_text(wake_at))
    return update(
        PAYOUT,
        set=changes,
        remove=gone if wake_at is not None else (*gone, *NOT_DUE),
        when=_stands_as(before),
        error=PayoutMoved(),
        payout_id=after.payout_id,
    )


def contradict(payout: Payout, number: int) -> Part:
    """Remember that the provider says that this attempt, which is proven unpaid, paid. When it is due stays."""
    now = {"contradicted": number}
    return update(PAYOUT, set=now, when=_stands_as(payout), error=PayoutMoved(), payout_id=payout.payout_id)


def _stands_as(payout: Payout) -> ConditionBase:
    said = Attr("contradicted")
    same = said.not_exists() if payout.contradicted is None else said.eq(payout.contradicted)
    return Attr("state").eq(str(payout.state)) & Attr("attempt").eq(payout.attempt) & same


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
        "doubted_since",
        "asked_before",
        "code",
        "result",
    ]
    changes = item_of(after, *names)
    gone = [name for name in names if getattr(after, name) is None and getattr(before, name) is not None]
    same: Any = Attr("sends").eq(before.sends) & Attr("inquiries").eq(before.inquiries)
    for name in ("result", "doubted_since"):  # what was proven, or said, meanwhile
        known = item_of(before, name).get(name)
        same &= Attr(name).not_exists() if known is None else Attr(name).eq(known)
    return update(
        ATTEMPT,
        set=changes,
        remove=gone,
        when=same,
        error=PayoutMoved(),
        payout_id=after.payout_id,
        number=after.number,
    )


def is_proven_unpaid(payout: Payout) -> Part:
    """Writes nothing; lets another attempt come into being only where the last one is proven not to have paid.

    With ``new_attempt`` and ``change_payout`` this is the database's guard: at most one attempt that has not failed.
    """
    ended = Attr("result").is_in([str(state) for state in PROVEN_UNPAID])
    return check(ATTEMPT, when=ended, error=AttemptNotEnded(), payout_id=payout.payout_id, number=payout.attempt)


def take_again(before: Payout, after: Payout) -> tuple[Part, ...]:
    """Let a new run take a payout that is proven unpaid, or was never sent: to wherever its member is paid now."""
    again = Attr("state").is_in([str(state) for state in REPEATABLE]) & Attr("attempt").eq(before.attempt)
    return (
        update(
            PAYOUT,
            set=item_of(after, "state", "attempt", "run_id", "provider", "screened_by", "history"),
            remove=("approval_id", "reason", "provider_reference", "ended_at", "last_attempt", *NOT_DUE),
            when=again,
            error=PayoutMoved(),
            payout_id=after.payout_id,
        ),
        _in_run(after),
        delete(PAYOUT_LIST, standing=str(before.state), payout_id=before.payout_id),
    )


def listed(payout: Payout, *, overdue: bool) -> bool:
    """Whether a payout is on a list for people: something is to be done about it that no machine does."""
    return payout.state in LISTED or (payout.state is PayoutState.UNKNOWN and overdue)


def relist(before: Payout, was_overdue: bool, after: Payout, is_overdue: bool, at: datetime) -> tuple[Part, ...]:
    """Keep the lists true when a payout moves: one for each state that needs a person."""
    was, now = listed(before, overdue=was_overdue), listed(after, overdue=is_overdue)
    if was and now and before.state is after.state:
        return ()
    gone = (delete(PAYOUT_LIST, standing=str(before.state), payout_id=before.payout_id),) if was else ()
    if not now:
        return gone
    row = {"provider": after.provider, "amount": after.amount, "reason": after.reason, "since": to_text(at)}
    return (*gone, put(PAYOUT_LIST, row, standing=str(after.state), payout_id=after.payout_id))


def list_payouts(table: Table, state: PayoutState, *, after: str | None, limit: int) -> tuple[list[Payout], str | None]:
    """Payouts on the list of a state, and where the next page starts. In the order of their ids."""
    page = table.query(PAYOUT_LIST, standing=str(state), limit=limit, after=after, consistent=False)
    keys = [payout_key(PAYOUT_LIST.parse(row)["payout_id"]) for row in page.items]
    items = table.batch_get(*keys, consistent=False) if keys else []
    return [payout_from_item(item) for item in items if item is not None], page.after


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


def is_due(item: Item) -> bool:
    """Whether anything is still to be done for a payout that the index, which is a little behind, calls due."""
    return NOT_DUE[0] in item


def due_work(shard: str) -> tuple[Work, str]:
    """What is due in a due shard, and at which provider."""
    work, _, provider = shard.partition("#")[0].partition("_")
    return Work(work), provider


def wake_after(wait: int, now: datetime) -> datetime:
    """When a sweep looks at a payout whose next step is in ``wait`` seconds.

    A little later than its message, so that it finds only lost ones; waits too long for a message are the sweep's alone.
    """
    margin = timedelta(minutes=1) if wait <= MAX_DELAY_SECONDS else timedelta()
    return now + timedelta(seconds=wait) + margin


def _in_run(payout: Payout) -> Part:
    return put_new(
        RUN_PAYOUT,
        {"amount": payout.amount, "provider": payout.provider},
        run_id=payout.run_id,
        shard=shard_of(payout.payout_id, RUN_SHARDS),
        payout_id=payout.payout_id,
    )
