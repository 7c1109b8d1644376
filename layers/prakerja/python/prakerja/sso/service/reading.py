"""What a partner reads of a person who let it."""

from __future__ import annotations

from prakerja.membership import membership_from_item
from prakerja.partners import Partner
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_IDENTITY
from prakerja.registration import opened
from prakerja.sso.errors import UserMissing
from prakerja.sso.model import Grant, Profile, Scope, require_access
from prakerja.sso.tokens import SsoKeys

SEALED = {Scope.NAME: "full_name", Scope.EMAIL: "email", Scope.PHONE: "phone"}
"""Scope → the sealed field that it lets be opened. No other field is."""


def read_profile(p: Platform, keys: SsoKeys, *, partner: Partner, token: str, grant: Grant | None) -> Profile:
    """What the grant of an access token lets this partner see. Raises UserMissing."""
    # load (the grant that the token names came with the partner)
    _, generation = keys.read_access(token)
    # decide
    client, now = partner.client_code, p.clock.wall()
    allowed = require_access(grant, generation=generation, client_code=client, now=now)
    # load
    who = {"person_id": allowed.person_id}
    identity, member = p.table.batch_get((PERSON_IDENTITY, who), (MEMBERSHIP, who))
    if identity is None:
        raise UserMissing
    fields = opened(p, allowed.person_id, identity, [SEALED[scope] for scope in allowed.scopes if scope in SEALED])
    membership = membership_from_item(member) if member else None
    return Profile(
        user_id=p.ids.of("sso-user", client, allowed.person_id),
        dp_user_id=(membership.account_at(client) or "") if membership else "",
        name=fields.get(SEALED[Scope.NAME], ""),
        email=fields.get(SEALED[Scope.EMAIL], ""),
        card_number=membership.card_number if membership and Scope.CARD in allowed.scopes else "",
        phone=fields.get(SEALED[Scope.PHONE], ""),
    )
