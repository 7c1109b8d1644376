"""Commands of partners: register one, give it another key, and find out who is calling."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from prakerja.partners.errors import PartnerUnknown
from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Caller, Partner, PartnerKind, with_new_key
from prakerja.partners.store import keys_part, load_partner, load_with, new_partner_part
from prakerja.platform import Platform
from prakerja.platform.access_patterns import Pattern
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.parts import Item
from prakerja.platform.table import Table

SIGN_KEY_LENGTH = 40
_ALPHABET = string.ascii_letters + string.digits


def register_partner(
    p: Platform,
    ring: KeyRing,
    *,
    client_code: str,
    name: str,
    kind: PartnerKind,
    valid_from: date,
    valid_until: date | None = None,
    redirect_uris: tuple[str, ...] = (),
    commission_basis_points: int = 0,
) -> str:
    """Take a partner into the register and answer its first sign key, which is shown this once. Raises PartnerExists."""
    # decide
    now = p.clock.wall()
    sign_key = p.ids.code(SIGN_KEY_LENGTH, _ALPHABET)
    partner = Partner(
        client_code=client_code,
        name=name,
        kind=kind,
        keys=(ring.seal(client_code, to_text(now), sign_key),),
        valid_from=valid_from,
        valid_until=valid_until,
        redirect_uris=redirect_uris,
        commission_basis_points=commission_basis_points,
    )
    # commit
    p.table.commit(new_partner_part(partner), evidence(client_code, "PARTNER_REGISTERED", now, kind=str(kind)))
    return sign_key


def add_sign_key(p: Platform, ring: KeyRing, *, client_code: str) -> str:
    """Give a partner another key and answer it, this once; its youngest old key stays active beside it.

    Raises PartnerUnknown.
    """
    # load
    partner = load_partner(p.table, client_code)
    if partner is None:
        raise PartnerUnknown
    # decide
    now = p.clock.wall()
    sign_key = p.ids.code(SIGN_KEY_LENGTH, _ALPHABET)
    keys = with_new_key(partner.keys, ring.seal(client_code, to_text(now), sign_key))
    # commit
    p.table.commit(keys_part(partner, keys), evidence(client_code, "PARTNER_KEY_ADDED", now, key_id=to_text(now)))
    return sign_key


def find_caller(
    table: Table,
    ring: KeyRing,
    client_code: str,
    also: Sequence[tuple[Pattern, Mapping[str, str | int]]],
    now: datetime,
) -> tuple[Caller | None, list[Item | None]]:
    """Who calls (None: unknown), with the keys that count ``now`` (wall), and the items of ``also``: one read."""
    partner, items = load_with(table, client_code, also)
    if partner is None:
        return None, items
    counted = partner.keys if partner.may_call(wib_date(now)) else ()
    return Caller(partner, tuple(ring.open(client_code, key) for key in counted)), items
