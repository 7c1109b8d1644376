"""What identity publishes."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class IdentityCheckRequested(Message):
    """Ask the registry about the ``check_number``-th submission of a person."""

    topic = "identity.check_requested.v1"
    queue = "verify_identity"

    person_id: str
    check_number: int
