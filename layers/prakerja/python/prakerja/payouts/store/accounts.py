"""The linked account, who else is paid there, and what is sealed under its owner's key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.destination import Account, subject_of
from prakerja.payouts.errors import AccountMoved
from prakerja.payouts.model import Waits
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ACCOUNT, DESTINATION, UNLINKED, Pattern
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, delete, due, put, put_new
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.registration import opened

ACCOUNT_DUE_KIND = "ACCOUNT"
ACCOUNT_FIELD = "account_number"
BODY_FIELD = "payout_body"

Key = tuple[Pattern, dict[str, str | int]]
Holders = Mapping[str, tuple[str, ...]]
"""Digest of a destination → the members who are paid there, oldest first."""


# the account ----------------------------------------------------------------------------------------------------------
def account_key(person_id: str) -> Key:
    """For a batch read."""
    return ACCOUNT, {"person_id": person_id}


def unlinked_key(person_id: str) -> Key:
    """Whether the member had an account before; for a batch read."""
    return UNLINKED, {"person_id": person_id}


def account_from_item(item: Item) -> Account:
    """An account from its stored item."""
    return record_of(Account, item)


def load_account(table: Table, person_id: str) -> Account | None:
    """The linked account, or None."""
    item = table.get(ACCOUNT, person_id=person_id)
    return account_from_item(item) if item else None


def new_account(account: Account) -> Part:
    """Link an account to somebody who has none; linking the same again is a repeat."""
    mark = fingerprint([account.person_id, account.digest, account.confirmation_id])
    return put_new(ACCOUNT, _item(account), error=AccountMoved(), fingerprint=mark, person_id=account.person_id)


def change_account(before: Account, after: Account) -> Part:
    """Put ``after`` in its place, if it is as ``before`` says. It is due when its 72 hours are over."""
    same: Any = Attr("version").eq(before.version)
    if before.version == 1:
        same |= Attr("version").not_exists()  # linked before versions were counted
    return put(ACCOUNT, _item(after), when=Attr("pk").exists() & same, error=AccountMoved(), person_id=after.person_id)


def accept_sharing(table: Table, person_id: str, subject_id: str) -> Part | None:
    """What makes a shared destination payable after all, for the transaction of its case; None if it is gone."""
    account = load_account(table, person_id)
    if account is None or account.waits_for is not Waits.SHARED or subject_of(person_id, account.digest) != subject_id:
        return None
    return change_account(account, replace(account, waits_for=None, version=account.version + 1))


def unlink_account(account: Account, now: datetime) -> tuple[Part, ...]:
    """The member has none any more; what was there is remembered as long as the member."""
    same = Attr("digest").eq(account.digest) & Attr("linked_at").eq(to_text(account.linked_at))
    return (
        delete(ACCOUNT, when=same, error=AccountMoved(), person_id=account.person_id),
        put(UNLINKED, {"unlinked_at": to_text(now)}, person_id=account.person_id),
    )


def due_accounts_of(table: Table, shard: str, before: datetime) -> list[str]:
    """The members whose 72 hours are over, of a due shard."""
    return [key["person_id"] for key in table.due(ACCOUNT, shard, to_text(before))]


def _item(account: Account) -> dict[str, Any]:
    item = item_of(account)
    if account.payable_from is not None:
        item |= due(ACCOUNT_DUE_KIND, account.person_id, to_text(account.payable_from))
    return item


# who is paid at a destination -----------------------------------------------------------------------------------------
def destination_keys(digests: Iterable[str]) -> list[Key]:
    """For a batch read."""
    return [(DESTINATION, {"digest": digest}) for digest in digests]


def holders_from_items(digests: Iterable[str], items: Iterable[Item | None]) -> Holders:
    """Who is paid at destinations, from their items in the same order."""
    return {digest: tuple(item["holders"]) if item else () for digest, item in zip(digests, items, strict=True)}


def load_holders(table: Table, digests: Sequence[str]) -> Holders:
    """Who is paid at some destinations."""
    return holders_from_items(digests, table.batch_get(*destination_keys(digests))) if digests else {}


def hold(holders: Holders, person_id: str) -> tuple[Part, ...]:
    """The member is paid at all these from now on."""
    return tuple(
        _seen(digest, before, (*before, person_id)) for digest, before in holders.items() if person_id not in before
    )


def let_go(holders: Holders, person_id: str) -> tuple[Part, ...]:
    """The member is not paid at any of these any more."""
    return tuple(
        _seen(digest, before, tuple(other for other in before if other != person_id))
        for digest, before in holders.items()
        if person_id in before
    )


def _seen(digest: str, before: tuple[str, ...], after: tuple[str, ...]) -> Part:
    same = Attr("holders").eq(list(before)) if before else Attr("holders").not_exists()
    if not after:
        return delete(DESTINATION, when=same, error=AccountMoved(), digest=digest)
    return put(DESTINATION, {"holders": list(after)}, when=same, error=AccountMoved(), digest=digest)


# sealed ---------------------------------------------------------------------------------------------------------------
def seal(p: Platform, person_id: str, identity: Item, name: str, content: bytes) -> bytes:
    """Seal bytes under a person's key (``identity`` is their IDENTITY item)."""
    return p.opened().seal(person_id, identity["person_key"], name, content.decode("latin-1"))


def unseal(p: Platform, person_id: str, identity: Item, name: str, content: bytes) -> bytes:
    """The bytes again."""
    return p.opened().open(person_id, identity["person_key"], name, content).encode("latin-1")


def holder_name(p: Platform, person_id: str, identity: Item) -> str:
    """The member's full name, as the civil registry confirmed it."""
    return opened(p, person_id, identity, ("full_name",))["full_name"]
