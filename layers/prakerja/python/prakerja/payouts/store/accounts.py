"""The linked account, and what is sealed under its owner's key."""

from __future__ import annotations

from prakerja.payouts.errors import AccountLinkedAlready
from prakerja.payouts.model import Account
from prakerja.platform import Platform
from prakerja.platform.access_patterns import ACCOUNT, Pattern
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put_new
from prakerja.platform.records import item_of, record_of
from prakerja.registration import opened

ACCOUNT_FIELD = "account_number"
BODY_FIELD = "payout_body"

Key = tuple[Pattern, dict[str, str | int]]


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
