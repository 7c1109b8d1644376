"""A person looks at what they let partners read, and takes it back (Law 27 of 2022 on personal data, art. 9)."""

from __future__ import annotations

from prakerja.partners import partner_names
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.problems import Unavailable
from prakerja.sso.model import Permission
from prakerja.sso.permissions import Consent, consents
from prakerja.sso.store import RotatedMeanwhile, end_grant, end_waiting, permissions_of

TRIES = 3
WITHDRAWN = "WITHDRAWN"


def consents_of(p: Platform, *, person_id: str) -> tuple[Consent, ...]:
    """Whom a person lets read what, now: also a client that has not fetched its tokens yet, as long as it can."""
    # load
    given = permissions_of(p.table, person_id)
    names = partner_names(p.table, {one.client_code for one in given})
    # decide
    return consents(given, names, p.clock.wall())


def withdraw_consent(p: Platform, *, person_id: str, client_code: str) -> None:
    """End all that a person has let one client read: its codes and tokens are worth nothing from now on.

    Repeating it is safe. Each permission ends by itself, so what is cut short shows what is left, and goes on. Raises
    Unavailable if it cannot keep up with what moves.
    """
    for _ in range(TRIES):
        # load
        given = [one for one in permissions_of(p.table, person_id) if one.client_code == client_code]
        # decide
        now = p.clock.wall()
        alive = [one for one in given if now < one.ends_at]
        # commit
        ended = [_end(p, one) for one in alive]
        if all(ended):
            return
    raise Unavailable(retry_after=1)


def _end(p: Platform, one: Permission) -> bool:
    """False if its client has fetched its tokens in this moment."""
    now = p.clock.wall()
    parts = end_grant(one, WITHDRAWN, now) if one.fetched else (end_waiting(one, WITHDRAWN, now),)
    facts = {"client_code": one.client_code, "grant_id": one.grant_id}
    try:
        p.table.commit(*parts, evidence(one.person_id, "SSO_CONSENT_WITHDRAWN", now, **facts))
    except RotatedMeanwhile:
        return False
    count("SsoConsentWithdrawn")
    return True
