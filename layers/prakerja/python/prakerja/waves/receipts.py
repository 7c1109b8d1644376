"""Signed receipts for joins: a person can prove the join without us."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.clock import to_text
from prakerja.platform.keys import public_keys, publish_key
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
    publish_key(p.table, PURPOSE, signer.kid, signer.public_bytes)


def receipt_keys(p: Platform) -> dict[str, str]:
    """All public keys of receipts: kid → hex."""
    return {kid: key.hex() for kid, key in public_keys(p.table, PURPOSE).items()}
