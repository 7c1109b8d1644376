"""Who is calling, and what a believed request leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Caller, used_today
from prakerja.partners.store import load_with, nonce_part, used_part
from prakerja.platform import Platform
from prakerja.platform.access_patterns import Pattern
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import Item
from prakerja.platform.problems import Conflict
from prakerja.platform.table import Table


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


def spend_nonce(p: Platform, *, client_code: str, nonce: str, until: datetime) -> None:
    """A nonce is good for one request; ``until`` is when its timestamp ceases to be believed. Raises BadSignature."""
    # commit
    p.table.commit(nonce_part(client_code, nonce, until))


def note_use(p: Platform, caller: Caller, key: int) -> None:
    """Remember the day (WIB) on which a key was last used; ``key`` is its position.

    Written when the day has changed: once a day for each key, by one of the requests that come together.
    """
    # decide
    partner = caller.partner
    last_used = used_today(partner, partner.keys[key].key_id, wib_date(p.clock.wall()))
    if last_used is None:
        return
    # commit
    with suppress(Conflict):  # another request was faster
        p.table.commit(used_part(partner, last_used))
