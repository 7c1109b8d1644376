"""A person looks at what they let partners read, and takes it back (Law 27 of 2022 on personal data, art. 9)."""

from __future__ import annotations

from contextlib import suppress

from prakerja.partners import partner_names
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.sso.model import Consent, consents
from prakerja.sso.store import RotatedMeanwhile, end_grant, grants_given


def consents_of(p: Platform, *, person_id: str) -> tuple[Consent, ...]:
    """Whom a person lets read what, now. A consent counts from when its client has fetched the tokens."""
    # load
    given = grants_given(p.table, person_id)
    names = partner_names(p.table, {one.client_code for one in given})
    # decide
    return consents(given, names, p.clock.wall())


def withdraw_consent(p: Platform, *, person_id: str, client_code: str) -> None:
    """End all that a person has let one client read: its tokens are worth nothing from now on. Repeating it is safe.

    Each grant ends by itself, so what is cut short shows what is left, and goes on.
    """
    # load
    given = [one for one in grants_given(p.table, person_id) if one.client_code == client_code]
    for grant in given:
        # commit
        now = p.clock.wall()
        with suppress(RotatedMeanwhile):  # it has ended in this moment, or has expired
            p.table.commit(
                *end_grant(grant, "WITHDRAWN", now),
                evidence(person_id, "SSO_CONSENT_WITHDRAWN", now, client_code=client_code, grant_id=grant.grant_id),
            )
            count("SsoConsentWithdrawn")
