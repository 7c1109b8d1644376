"""EXCLUSION items, one for each digest of a NIK, and the list of lists."""

from __future__ import annotations

from dataclasses import replace

from boto3.dynamodb.conditions import Attr

from prakerja.exclusions.errors import ExclusionMoved
from prakerja.exclusions.model import Exclusion, ListOfExclusions
from prakerja.platform.access_patterns import EXCLUSION, EXCLUSION_LIST, GUARD, Pattern
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Item, Part, put
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

Key = tuple[Pattern, dict[str, str | int]]


def exclusion_key(digest: str) -> Key:
    """For a batch read."""
    return EXCLUSION, {"digest": digest}


def holder_key(digest: str) -> Key:
    """Who has a NIK; for a batch read."""
    return GUARD, {"kind": "NIK", "digest": digest}


def holder_from_item(item: Item | None) -> str | None:
    """The person who has the NIK, if anybody has."""
    return item["person_id"] if item else None


def exclusion_from_item(item: Item | None) -> Exclusion | None:
    """An exclusion from its stored item."""
    return record_of(Exclusion, item) if item else None


def store_exclusion(before: Exclusion, after: Exclusion, digests: tuple[str, ...] = ()) -> tuple[Part, ...]:
    """Write it under each digest, if it is as ``before`` says; ``digests``: of the keys in use now, if they are known."""
    stored = replace(after, digests=digests or after.digests)
    same = Attr("version").eq(before.version)
    return tuple(
        put(
            EXCLUSION,
            item_of(stored),
            when=same if before.version and digest in before.digests else Attr("pk").not_exists(),
            error=ExclusionMoved(),
            digest=digest,
        )
        for digest in stored.digests
    )


def new_list(added: ListOfExclusions) -> Part:
    """A list was handed in. Its place tells when, so a repeat is not known by it."""
    return put(EXCLUSION_LIST, item_of(added), added_at=to_text(added.added_at), list_id=added.list_id)


def lists(table: Table, limit: int = 50) -> list[ListOfExclusions]:
    """The lists that were handed in, latest first."""
    page = table.query(EXCLUSION_LIST, descending=True, limit=limit)
    return [record_of(ListOfExclusions, item) for item in page.items]


def latest_list(table: Table) -> str | None:
    """The id of the list that came last: a decision that stores it says what was known when it was made."""
    return next((added.list_id for added in lists(table, 1)), None)
