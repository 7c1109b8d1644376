"""CANCELLATION items: why a purchase or a whole schedule is to be cancelled, and how far the cancelling has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import (
    CANCELLATION,
    CANCELLED_SHARD,
    DUE_SHARDS,
    REDEEM_CODE,
    SCHEDULE,
    SCHEDULE_CANCELLATION,
)
from prakerja.platform.clock import to_text
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.model.cancellation import Cancellation, CancelledShard, ScheduleCancellation
from prakerja.training.model.catalogue import Schedule
from prakerja.training.model.learning import finish_after
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import COURSE_DUE_KIND, code_from_item

SCHEDULE_DUE_KIND = "SCHEDULE"

# one purchase -----------------------------------------------------------------------------------------------------


def new_cancellation(cancellation: Cancellation, approval_id: str) -> Part:
    """Keep what an operator proposes. Proposing the same again is a repeat."""
    return put_new(
        CANCELLATION,
        item_of(cancellation),
        fingerprint=cancellation.content_hash,
        person_id=cancellation.person_id,
        approval_id=approval_id,
    )


def cancellation_from_item(item: Item | None) -> Cancellation | None:
    """A proposal from its stored item."""
    return record_of(Cancellation, item) if item else None


# a whole schedule -------------------------------------------------------------------------------------------------


def new_schedule_cancellation(cancellation: ScheduleCancellation, approval_id: str) -> Part:
    """Keep what an operator proposes. Proposing the same again is a repeat."""
    return put_new(
        SCHEDULE_CANCELLATION,
        item_of(cancellation),
        fingerprint=cancellation.content_hash,
        course_code=cancellation.course_code,
        approval_id=approval_id,
    )


def schedule_cancellation_from_item(item: Item | None) -> ScheduleCancellation | None:
    """A proposal from its stored item."""
    return record_of(ScheduleCancellation, item) if item else None


def shards() -> list[str]:
    """The shards in which the open purchases of a schedule are found."""
    return [f"{shard:02d}" for shard in range(DUE_SHARDS)]


def begin_parts(proposed: ScheduleCancellation, approval_id: str, at: datetime, wake_at: datetime) -> Iterable[Part]:
    """Sell no more of the schedule, and be due until all that was sold is cancelled. Error: Moved, if it has begun."""
    yield update(
        SCHEDULE,
        set={"cancelled_at": to_text(at)},
        when=Attr("cancelled_at").not_exists(),
        error=Moved(),
        course_code=proposed.course_code,
        schedule_code=proposed.schedule_code,
    )
    for shard in shards():
        row = item_of(CancelledShard(shard))
        yield put_new(
            CANCELLED_SHARD, row, error=Moved(), course_code=proposed.course_code, approval_id=approval_id, shard=shard
        )
    yield look_again_part(proposed.course_code, approval_id, wake_at)


def look_again_part(course_code: str, approval_id: str, wake_at: datetime | None) -> Part:
    """When a sweep looks whether all is cancelled; None: it is."""
    return update(
        SCHEDULE_CANCELLATION,
        set=due(SCHEDULE_DUE_KIND, approval_id, to_text(wake_at)) if wake_at else None,
        remove=() if wake_at else NOT_DUE,
        course_code=course_code,
        approval_id=approval_id,
    )


def due_cancellations_of(table: Table, shard: str, before: datetime) -> list[dict[str, str]]:
    """Course code and approval of cancellations that are not finished."""
    return table.due(SCHEDULE_CANCELLATION, shard, to_text(before))


def load_shards(table: Table, course_code: str, approval_id: str) -> list[CancelledShard]:
    """How far it has come; nothing before it began."""
    page = table.query(CANCELLED_SHARD, course_code=course_code, approval_id=approval_id)
    return [record_of(CancelledShard, item) for item in page.items]


def load_shard(table: Table, course_code: str, approval_id: str, shard: str) -> CancelledShard:
    """One of them. Raises Moved if it has not begun."""
    item = table.get(CANCELLED_SHARD, course_code=course_code, approval_id=approval_id, shard=shard)
    if item is None:
        raise Moved
    return record_of(CancelledShard, item)


def counted_part(course_code: str, approval_id: str, before: CancelledShard, after: CancelledShard) -> Part:
    """One more is cancelled, or all of the shard are. Error: Moved."""
    return update(
        CANCELLED_SHARD,
        set=item_of(after),
        when=Attr("cancelled").eq(before.cancelled),
        error=Moved(),
        course_code=course_code,
        approval_id=approval_id,
        shard=before.shard,
    )


def open_codes(
    table: Table, schedule: Schedule, grace_days: int, shard: str, after: str | None, limit: int
) -> tuple[list[RedeemCode], str | None]:
    """Some redeem codes of a shard that wait for the end of this schedule, and after which one to go on (None: all seen).

    No list of them is kept: a code is due when its course must be finished, which is one moment for a whole schedule.
    """
    at = to_text(finish_after(schedule.ends_at, grace_days))
    last = {"redeem_code": after} if after else None
    keys = table.due_exactly(REDEEM_CODE, f"{COURSE_DUE_KIND}#{shard}", at, after=last, limit=limit)
    codes = map(code_from_item, table.batch_get(*((REDEEM_CODE, key) for key in keys)) if keys else [])
    mine = [
        code
        for code in codes
        if code and (code.course_code, code.schedule_code) == (schedule.course_code, schedule.schedule_code)
    ]
    return mine, keys[-1]["redeem_code"] if len(keys) == limit else None
