"""The PARTNER item, the list of partners, and nonces. A partner is read anew for every request: a suspension counts at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.partners.errors import BadSignature, PartnerExists, PartnerUnknown
from prakerja.partners.model import Partner
from prakerja.platform.access_patterns import PARTNER, PARTNER_LIST, PARTNER_NONCE, Pattern
from prakerja.platform.parts import Item, Part, put_new, update
from prakerja.platform.problems import PreconditionFailed
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

_CHANGES = (
    *("name", "contract_reference", "valid_from", "valid_until", "redirect_uris", "commission_basis_points"),
    *("sso_redirect_uris", "sso_login_uris", "pkce_required"),
    *("legacy_signature", "keys", "suspended", "suspended_at", "suspended_because", "version"),
)


def partner_from_item(item: Item | None) -> Partner | None:
    """A partner from its stored item."""
    return record_of(Partner, item) if item else None


def load_with(
    table: Table, client_code: str, also: Sequence[tuple[Pattern, Mapping[str, str | int]]]
) -> tuple[Partner | None, list[Item | None]]:
    """A partner (None: unknown) and other items, in one read."""
    item, *others = table.batch_get((PARTNER, {"client_code": client_code}), *also)
    return partner_from_item(item), others


def load_partner(table: Table, client_code: str) -> Partner | None:
    """One partner, or None."""
    return partner_from_item(table.get(PARTNER, client_code=client_code))


def partner_names(table: Table, client_codes: Collection[str]) -> dict[str, str]:
    """Client code → name, of up to 100 partners that are registered."""
    items = table.batch_get(*((PARTNER, {"client_code": code}) for code in client_codes)) if client_codes else []
    return {partner.client_code: partner.name for partner in map(partner_from_item, items) if partner is not None}


def known_partner(table: Table, client_code: str) -> Partner:
    """One partner. Raises PartnerUnknown."""
    partner = load_partner(table, client_code)
    if partner is None:
        raise PartnerUnknown
    return partner


def list_partners(table: Table, *, after: str | None, limit: int) -> tuple[list[Partner], str | None]:
    """A page of partners by client code, and where the next one goes on."""
    page = table.query(PARTNER_LIST, limit=limit, after=after)
    keys = [PARTNER_LIST.parse(row) for row in page.items]
    items = table.batch_get(*((PARTNER, key) for key in keys)) if keys else []
    return [partner for item in items if (partner := partner_from_item(item))], page.after


def new_partner_parts(partner: Partner, fingerprint: str | None = None) -> tuple[Part, ...]:
    """Register a partner. The same intent again is a repeat; error otherwise: PartnerExists."""
    key = {"client_code": partner.client_code}
    return (
        put_new(PARTNER, item_of(partner), error=PartnerExists(), fingerprint=fingerprint, **key),
        put_new(PARTNER_LIST, {}, error=PartnerExists(), fingerprint=fingerprint, **key),
    )


def change_partner(before: Partner, after: Partner) -> Part:
    """Write what an operator may change, if nobody else has since ``before``. Error: PreconditionFailed."""
    changes = item_of(after, *_CHANGES)
    gone = [name for name in _CHANGES if name not in changes and getattr(before, name) is not None]
    return update(
        PARTNER,
        set=changes,
        remove=gone,
        when=_at_version(before.version),
        error=PreconditionFailed(),
        client_code=before.client_code,
    )


def used_part(partner: Partner, last_used: Mapping[str, str]) -> Part:
    """Note the day of a key, unless another request has just noted one."""
    unused = Attr("last_used").not_exists() | Attr("last_used").eq({})
    seen = Attr("last_used").eq(dict(partner.last_used)) if partner.last_used else unused
    return update(PARTNER, set={"last_used": dict(last_used)}, when=seen, client_code=partner.client_code)


def nonce_part(client_code: str, nonce: str, until: datetime) -> Part:
    """Spend a nonce, which must be remembered for as long as its timestamp is believed. Error: BadSignature."""
    expires = int((until + timedelta(seconds=1)).timestamp())
    return put_new(
        PARTNER_NONCE,
        {"expires_at": expires},
        error=BadSignature("nonce"),
        client_code=client_code,
        nonce=nonce,
    )


def _at_version(version: int) -> ConditionBase:
    same: ConditionBase = Attr("version").eq(version)
    return same | Attr("version").not_exists() if version == 1 else same  # the first ones were stored without
