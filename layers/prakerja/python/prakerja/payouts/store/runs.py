"""Payout runs, and the list of the payouts in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.model import PayoutState
from prakerja.payouts.runs import PayoutRun, RunRow, RunState
from prakerja.payouts.store.accounts import Key
from prakerja.platform.access_patterns import PAYOUT, PAYOUT_RUN, PAYOUT_RUN_LIST, RUN_PAYOUT, RUN_SHARDS
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import NOT_DUE, Item, Part, check, due, put_new, update
from prakerja.platform.problems import Conflict, IdempotencyKeyReused, NotFound
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

RUN_DUE_KIND = "RUN"
_QUEUED = "queued_"


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
    changes: dict[str, Any] = item_of(after, "state", "count", "amount", "content_hash", "approval_id", "sums")
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


def run_stands(run: PayoutRun) -> Part:
    """Writes nothing; a transaction with it counts only while the run is where it was found: what was declared is final."""
    return check(PAYOUT_RUN, when=Attr("state").eq(str(run.state)), error=RunMoved(), run_id=run.run_id)


def is_queued(item: Item, shard: str) -> bool:
    """Whether all payouts of a shard of this (stored) run are queued; or cancelled, if it was withdrawn."""
    return _QUEUED + shard in item


def shard_queued(run_id: str, shard: str, *, last: bool) -> Part:
    """All payouts of a shard are queued, or cancelled. Nothing is due for the run any more if it was the ``last`` one."""
    return update(
        PAYOUT_RUN,
        set={_QUEUED + shard: True},
        remove=NOT_DUE if last else (),
        when=Attr("state").is_in([str(RunState.RELEASED), str(RunState.WITHDRAWN)]),
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


def payouts_of_shard(table: Table, run_id: str, shard: str) -> list[RunRow]:
    """The payouts of a shard; strongly consistent."""
    items = table.query_all(RUN_PAYOUT, run_id=run_id, shard=shard)
    return [RunRow(RUN_PAYOUT.parse(item)["payout_id"], item["amount"], item["provider"]) for item in items]


def run_rows(table: Table, run_id: str) -> Iterator[RunRow]:
    """All payouts of a run, shard by shard."""
    for shard in run_shards():
        yield from payouts_of_shard(table, run_id, shard)


def progress_of(table: Table, run: PayoutRun, most: int = 2000) -> dict[PayoutState, int] | None:
    """How many payouts of a run stand where; None for a run of more than ``most``. Those of a later run count there."""
    if run.count > most:
        return None
    found: Counter[PayoutState] = Counter()
    ids = [row.payout_id for row in run_rows(table, run.run_id)]
    for start in range(0, len(ids), 100):
        keys = [(PAYOUT, {"payout_id": payout_id}) for payout_id in ids[start : start + 100]]
        items = [item for item in table.batch_get(*keys, consistent=False) if item]
        found.update(PayoutState(item["state"]) for item in items if item["run_id"] == run.run_id)
    return dict(found)
