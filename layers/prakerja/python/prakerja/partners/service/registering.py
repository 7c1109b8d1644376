"""Take a partner into the register, and change what was agreed with it."""

from __future__ import annotations

import string
from datetime import date, datetime

from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Partner, PartnerKind, SealedKey, Terms, with_terms
from prakerja.partners.store import change_partner, known_partner, new_partner_parts
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.ids import Ids, fingerprint
from prakerja.platform.records import item_of

SIGN_KEY_LENGTH = 40
_ALPHABET = string.ascii_letters + string.digits
NO_CAP = 10_000
OFFICE = "office"
"""Who acts where nobody has signed in: the seed."""


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
    contract_reference: str = "",
    legacy_signature: bool = True,
    sso_redirect_uris: tuple[str, ...] = (),
    sso_login_uris: tuple[str, ...] = (),
    pkce_required: bool = False,
    commission_cap: int = NO_CAP,
    operator: str = OFFICE,
    key: str = "",
) -> str:
    """Take a partner into the register and answer its first sign key, which is shown this once.

    A repeat under the same ``key`` (idempotency) answers "": the sign key was shown, and if that answer was lost, the
    partner gets another one. Raises PartnerExists, ContractEndsFirst, CommissionTooHigh (``commission_cap``: basis
    points).
    """
    # decide
    now = p.clock.wall()
    terms = Terms(
        name,
        contract_reference,
        valid_from,
        valid_until,
        redirect_uris,
        commission_basis_points,
        legacy_signature,
        sso_redirect_uris,
        sso_login_uris,
        pkce_required,
    ).checked(commission_cap=commission_cap)
    intent = fingerprint([key, operator, kind, item_of(terms)]) if key else None
    sealed, sign_key = new_key(p.ids, ring, client_code, p.ids.new(), now)
    partner = Partner(client_code=client_code, kind=kind, keys=(sealed,), **vars(terms))
    # commit
    outcome = p.table.commit(
        *new_partner_parts(partner, intent),
        evidence(client_code, "PARTNER_REGISTERED", now, kind=str(kind), by=operator, **item_of(terms)),
    )
    return "" if outcome.repeated else sign_key


def change_terms(
    p: Platform, *, operator: str, client_code: str, terms: Terms, version: int, commission_cap: int
) -> Partner:
    """Put other terms in place of those an operator saw at ``version``. What was sold before keeps its rate.

    Raises PartnerUnknown, PreconditionFailed, ContractEndsFirst, CommissionTooHigh.
    """
    # load
    before = known_partner(p.table, client_code)
    # decide
    terms = terms.checked(commission_cap=commission_cap)
    if before.terms == terms:
        return before
    before.require_version(version)
    after = with_terms(before, terms)
    was, now = item_of(before.terms), item_of(terms)
    changed = {name: value for name, value in now.items() if was.get(name) != value}
    # commit
    p.table.commit(
        change_partner(before, after),
        evidence(
            client_code, "PARTNER_CHANGED", p.clock.wall(), by=operator, removed=sorted(was.keys() - now), **changed
        ),
    )
    return after


def new_key(ids: Ids, ring: KeyRing, client_code: str, key_id: str, now: datetime) -> tuple[SealedKey, str]:
    """A fresh sign key: sealed for storage, and as text."""
    sign_key = ids.code(SIGN_KEY_LENGTH, _ALPHABET)
    return ring.seal(client_code, key_id, sign_key, now), sign_key
