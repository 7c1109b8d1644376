"""Rotate a partner's keys: add a new one, let the partner move over, retire the old one."""

from __future__ import annotations

from prakerja.partners.errors import PartnerUnknown
from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Partner, with_new_key, without_key
from prakerja.partners.service.registering import OFFICE, new_key
from prakerja.partners.store import change_partner, known_partner, load_with
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id, remember, was_done


def add_sign_key(
    p: Platform, ring: KeyRing, *, client_code: str, operator: str = OFFICE, key: str | None = None
) -> tuple[str, str]:
    """Give a partner another key beside its old one: its id, and the sign key, which is shown this once.

    A repeat under the same ``key`` (idempotency) answers "" in place of the sign key; if the first answer was lost,
    retire that key and add another. Raises PartnerUnknown, TwoKeysActive, IdempotencyKeyReused.
    """
    command = command_id("operator", operator, "add_sign_key", key or p.ids.new())
    intent = {"client_code": client_code}
    # load
    partner, (row,) = load_with(p.table, client_code, [(IDEMPOTENCY, {"command_id": command})])
    if partner is None:
        raise PartnerUnknown
    # decide
    if was_done(row, intent):
        return command, ""
    now = p.clock.wall()
    sealed, sign_key = new_key(p.ids, ring, client_code, command, now)
    after = with_new_key(partner, sealed)
    # commit
    outcome = p.table.commit(
        remember(command, intent, now),
        change_partner(partner, after),
        evidence(client_code, "PARTNER_KEY_ADDED", now, by=operator, key_id=command),
    )
    return command, "" if outcome.repeated else sign_key


def retire_sign_key(p: Platform, *, operator: str, client_code: str, key_id: str) -> Partner:
    """From now on nothing signed with this key is believed. Repeating it is safe. Raises PartnerUnknown, LastKey."""
    # load
    partner = known_partner(p.table, client_code)
    # decide
    after = without_key(partner, key_id)
    if after == partner:
        return partner
    # commit
    p.table.commit(
        change_partner(partner, after),
        evidence(client_code, "PARTNER_KEY_RETIRED", p.clock.wall(), by=operator, key_id=key_id),
    )
    return after
