"""Signed receipts for joins: a person can prove the join without us."""

from __future__ import annotations

from contextlib import suppress

from prakerja.platform import Platform
from prakerja.platform.access_patterns import PUBLIC_KEY
from prakerja.platform.clock import to_text
from prakerja.platform.parts import put_new
from prakerja.platform.problems import Conflict
from prakerja.platform.signing import Signer
from prakerja.waves.api import Receipt
from prakerja.waves.model import Application

PURPOSE = "RECEIPT"


def receipt_text(application: Application) -> str:
    """What is signed: one fact a line, in this order. Nothing in it names a person."""
    return (
        "prakerja/join-receipt/v1\n"
        f"wave_id={application.wave_id}\n"
        f"application_id={application.application_id}\n"
        f"joined_at={to_text(application.joined_at)}\n"
    )


def receipt(signer: Signer, application: Application) -> Receipt:
    """The receipt of a join; the same join always has the same receipt (Ed25519 is deterministic)."""
    text = receipt_text(application)
    return Receipt(text=text, kid=signer.kid, signature=signer.sign(text))


def publish_receipt_key(p: Platform, signer: Signer) -> None:
    """Make the signer's public key readable for good, also after a rotation."""
    with suppress(Conflict):  # it is there already
        p.table.commit(put_new(PUBLIC_KEY, {"public_key": signer.public_bytes}, purpose=PURPOSE, kid=signer.kid))


def receipt_keys(p: Platform) -> dict[str, str]:
    """All public keys of receipts: kid → hex."""
    items = p.table.query(PUBLIC_KEY, purpose=PURPOSE, consistent=False).items
    return {PUBLIC_KEY.parse(item)["kid"]: item["public_key"].hex() for item in items}
