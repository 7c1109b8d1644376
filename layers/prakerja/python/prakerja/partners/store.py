"""The PARTNER item. It is read anew for every request, so that a suspension counts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.partners.errors import PartnerExists
from prakerja.partners.model import Partner, SealedKey
from prakerja.platform.access_patterns import PARTNER, Pattern
from prakerja.platform.parts import Item, Part, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


def load_with(
    table: Table, client_code: str, also: Sequence[tuple[Pattern, Mapping[str, str | int]]]
) -> tuple[Partner | None, list[Item | None]]:
    """A partner (None: unknown) and other items, in one read."""
    item, *others = table.batch_get((PARTNER, {"client_code": client_code}), *also)
    return (record_of(Partner, item) if item else None), others


def load_partner(table: Table, client_code: str) -> Partner | None:
    """One partner, or None."""
    item = table.get(PARTNER, client_code=client_code)
    return record_of(Partner, item) if item else None


def new_partner_part(partner: Partner) -> Part:
    """Register a partner. Error: PartnerExists."""
    return put_new(PARTNER, item_of(partner), error=PartnerExists(), client_code=partner.client_code)


def keys_part(partner: Partner, keys: tuple[SealedKey, ...]) -> Part:
    """Replace a partner's keys, unless somebody else did meanwhile."""
    before: Any = item_of(partner, "keys")["keys"]
    after: Any = [item_of(key) for key in keys]
    return update(PARTNER, set={"keys": after}, when=Attr("keys").eq(before), client_code=partner.client_code)
