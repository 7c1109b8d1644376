"""The name of a member, which platforms show beside a transaction."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.parts import Item
from prakerja.registration import opened

FULL_NAME = "full_name"


def name_of(p: Platform, person_id: str, identity: Item | None) -> str:
    """The member's full name from a loaded IDENTITY item; empty if it was erased."""
    return opened(p, person_id, identity, [FULL_NAME]).get(FULL_NAME, "") if identity else ""
