"""Keys as items: public ones, readable for good also after a rotation, and data keys as KMS wrapped them."""

from __future__ import annotations

from contextlib import suppress

from prakerja.platform.access_patterns import DATA_KEY, PUBLIC_KEY
from prakerja.platform.parts import put_new
from prakerja.platform.problems import Conflict
from prakerja.platform.table import Table


def publish_key(table: Table, purpose: str, kid: str, public_key: bytes) -> None:
    """Make a public key readable, unless it is already."""
    with suppress(Conflict):
        table.commit(put_new(PUBLIC_KEY, {"public_key": public_key}, purpose=purpose, kid=kid))


def public_key(table: Table, purpose: str, kid: str) -> bytes | None:
    """One public key."""
    item = table.get(PUBLIC_KEY, purpose=purpose, kid=kid)
    return bytes(item["public_key"]) if item else None


def public_keys(table: Table, purpose: str) -> dict[str, bytes]:
    """All public keys of a purpose, by kid."""
    items = table.query(PUBLIC_KEY, purpose=purpose, consistent=False).items
    return {PUBLIC_KEY.parse(item)["kid"]: bytes(item["public_key"]) for item in items}


def data_key(table: Table, kid: str) -> bytes | None:
    """A wrapped data key."""
    item = table.get(DATA_KEY, kid=kid)
    return bytes(item["wrapped"]) if item else None


def save_data_key(table: Table, kid: str, wrapped: bytes) -> bytes:
    """Store a wrapped data key and answer the stored one: if another process was first, its key counts."""
    with suppress(Conflict):
        table.commit(put_new(DATA_KEY, {"wrapped": wrapped}, kid=kid))
    stored = data_key(table, kid)
    if stored is None:
        raise RuntimeError("a data key vanished")
    return stored
