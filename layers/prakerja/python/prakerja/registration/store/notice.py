"""Notices that a provider could not take yet. One that is sent at once leaves no row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import NOTICE, PERSON_IDENTITY, PERSON_STATE
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import Item, Part, delete, due, put
from prakerja.platform.problems import Conflict, Reaction
from prakerja.platform.table import Table
from prakerja.registration.model.notice import Waiting
from prakerja.registration.model.person import Person
from prakerja.registration.store.person import person_from_item

DUE_KIND = "NOTICE"


class PostponedMeanwhile(Conflict):
    """A duplicate of the message has postponed the notice already."""

    slug, reaction = "notice-postponed", Reaction.DUPLICATE


@dataclass(frozen=True)
class NoticeKey:
    """Which notice: to whom, what about, and which one of that kind."""

    person_id: str
    kind: str
    reference: str

    def parts(self) -> dict[str, str]:
        return {"person_id": self.person_id, "kind": self.kind, "reference": self.reference}


def load_recipient(table: Table, key: NoticeKey) -> tuple[Person, Item, Waiting | None] | None:
    """Who is to be told, their sealed half, and the row of an earlier attempt, in one call; None if they are gone."""
    person = {"person_id": key.person_id}
    keys = (PERSON_STATE, person), (PERSON_IDENTITY, person), (NOTICE, key.parts())
    # Half the price, and as good: an address never changes, and a row that is missed for a moment is found by its sweep.
    state, identity, row = table.batch_get(*keys, consistent=False)
    if state is None or identity is None:
        state, identity, row = table.batch_get(*keys)
    if state is None or identity is None:
        return None
    waiting = Waiting(from_text(row["since"]), row["attempts"]) if row else None
    return person_from_item(key.person_id, state), identity, waiting


def notice_waits(key: NoticeKey, before: Waiting | None, after: Waiting, next_at: datetime) -> Part:
    """The notice is due again at ``next_at``."""
    mark = due(DUE_KIND, key.reference, to_text(next_at))
    item = {"since": to_text(after.since), "attempts": after.attempts, **mark}
    seen = Attr("attempts").eq(before.attempts) if before else Attr("attempts").not_exists()
    return put(
        NOTICE,
        item,
        when=seen,
        error=PostponedMeanwhile(),
        person_id=key.person_id,
        kind=key.kind,
        reference=key.reference,
    )


def notice_done(key: NoticeKey) -> Part:
    """Sent, or given up: nothing waits any more."""
    return delete(NOTICE, person_id=key.person_id, kind=key.kind, reference=key.reference)


def due_keys(table: Table, shard: str, before: datetime, limit: int) -> list[NoticeKey]:
    """Notices of a due shard that were to be tried again before a time."""
    return [NoticeKey(**key) for key in table.due(NOTICE, shard, to_text(before), limit=limit)]
