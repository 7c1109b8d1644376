"""Repeating a command must name the same thing. Ids of what a command creates are derived from its key; a command that
creates nothing leaves a row for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from prakerja.platform.access_patterns import IDEMPOTENCY
from prakerja.platform.ids import derived, fingerprint
from prakerja.platform.parts import Item, Part, put_new
from prakerja.platform.problems import IdempotencyKeyReused

KEPT = timedelta(days=7)


def command_id(audience: str, subject: str, command: str, key: str) -> str:
    """The id of what this command creates, the same for every repeat."""
    return derived(audience, subject, command, key)


def remember(command: str, intent: Mapping[str, Any], now: datetime, **answer: str) -> Part:
    """The row of a command that creates nothing under its own key; ``command`` is its ``command_id``.

    Another intent under it is refused. ``answer``: what a repeat must answer again.
    """
    expires = int((now + KEPT).timestamp())
    return put_new(
        IDEMPOTENCY,
        {"expires_at": expires, **answer},
        error=IdempotencyKeyReused(),
        fingerprint=fingerprint(intent),
        command_id=command,
    )


def was_done(row: Item | None, *intents: Mapping[str, Any]) -> bool:
    """Judge the row of a command (loaded with whatever else the command loads): True for a repeat of this intent.

    Several ``intents`` are one under each active key, so that a repeat is known while keys rotate. Raises
    IdempotencyKeyReused if the key was used for another intent.
    """
    if row is None:
        return False
    if row["fingerprint"] not in map(fingerprint, intents):
        raise IdempotencyKeyReused
    return True
