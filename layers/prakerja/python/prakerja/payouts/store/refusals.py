"""How many accounts of a person were refused today, and which providers prove nothing about their holders."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.errors import AccountMoved
from prakerja.payouts.store.accounts import Key
from prakerja.platform.access_patterns import REFUSED_ACCOUNTS, UNPROVEN
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Item, Part, put
from prakerja.platform.table import Table

KEPT = timedelta(days=2)


def refused_key(person_id: str, day: date) -> Key:
    """For a batch read."""
    return REFUSED_ACCOUNTS, {"person_id": person_id, "day": day.isoformat()}


def refused_from_item(item: Item | None) -> int:
    """How many."""
    return int(item["refused"]) if item else 0


def refused_on(table: Table, person_id: str, day: date) -> int:
    """How many of a person's accounts were refused on a day (WIB)."""
    return refused_from_item(table.get(REFUSED_ACCOUNTS, person_id=person_id, day=day.isoformat()))


def one_more_refused(person_id: str, day: date, before: int, now: datetime) -> Part:
    """Count a refusal, if nobody has since ``before`` was read. Error: AccountMoved."""
    same = Attr("refused").eq(before) if before else Attr("refused").not_exists()
    item = {"refused": before + 1, "expires_at": int((now + KEPT).timestamp())}
    return put(REFUSED_ACCOUNTS, item, when=same, error=AccountMoved(), person_id=person_id, day=day.isoformat())


def unproven_key(provider: str) -> Key:
    """Whether people were told about a provider; for a batch read."""
    return UNPROVEN, {"provider": provider}


def told_unproven(provider: str, now: datetime) -> Part:
    """People are told about a provider."""
    return put(UNPROVEN, {"told_at": to_text(now)}, provider=provider)
