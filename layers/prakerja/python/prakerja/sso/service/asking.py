"""A partner asks a person for consent, and the person gives or refuses it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from prakerja.partners import Partner, load_partner
from prakerja.platform import Platform
from prakerja.platform.addresses import with_query
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.sso.model import Asked, Code, Wish, decide_wish, may_fail_to, names_a_client
from prakerja.sso.store import code_from_item, new_code, new_permission
from prakerja.sso.tokens import codes_from, digest_of

CONSENT_PAGE = "/consent-sso"
DENIED = "access_denied"
"""The person does not want to."""


def consent_address(p: Platform, *, partner: Partner, asked: Asked) -> str:
    """Where a partner sends a browser so that its person is asked. Raises what ``decide_wish`` does."""
    # decide
    wish = decide_wish(partner, asked, wib_date(p.clock.wall()))
    words = {
        "client_id": wish.client_code,
        "client_name": wish.client_name,
        "login_uri": asked.login_uri,
        "redirect_uri": wish.redirect_uri,
        "scope": " ".join(wish.scopes),
        "state": wish.state,
        "code_challenge": asked.code_challenge,
        "code_challenge_method": asked.code_challenge_method,
    }
    query = urlencode({name: word for name, word in words.items() if word}, quote_via=quote, safe="")
    return f"{p.settings.site_url}{CONSENT_PAGE}?{query}"


def look_at_wish(p: Platform, *, asked: Asked) -> Wish:
    """What a person is to be asked. Raises what ``decide_wish`` does; see ``failure_address``."""
    # load
    partner = _load(p, asked)
    # decide
    return decide_wish(partner, asked, wib_date(p.clock.wall()))


def failure_address(p: Platform, *, asked: Asked, error: str) -> str | None:
    """Where the browser goes when nothing comes of it; None: nowhere but to a page of ours.

    The address must be registered as one for failures. It gets ``error``, OAuth's word for what went wrong, and the
    state.
    """
    # load
    partner = _load(p, asked)
    # decide
    if not may_fail_to(partner, asked, wib_date(p.clock.wall())):
        return None
    return with_query(asked.login_uri, error=error, **_state(asked.state))


def give_consent(p: Platform, secret: str, *, person_id: str, asked: Asked, key: str) -> str | None:
    """Record a person's consent: answers the partner's address with the code; None: the form was sent too often.

    The same form again gives the same code, but never one that was used or is too old: as it comes, the client takes it
    for a copy, or cannot use it. Raises what ``decide_wish`` does.
    """
    # load
    partner = _load(p, asked)
    # decide
    now = p.clock.wall()
    wish = decide_wish(partner, asked, wib_date(now))
    for code in codes_from(secret, person_id, wish.client_code, key):
        consent = Code(
            digest=digest_of(code),
            client_code=wish.client_code,
            person_id=person_id,
            redirect_uri=wish.redirect_uri,
            scopes=wish.scopes,
            created_at=now,
            challenge=wish.challenge,
        )
        # commit
        outcome = p.table.commit(
            new_code(consent),
            new_permission(consent.permission),
            evidence(person_id, "SSO_CONSENT_GIVEN", now, client_code=wish.client_code, scopes=list(wish.scopes)),
        )
        given = code_from_item(outcome.found) if outcome.repeated else consent
        if given is not None and given.is_waiting(now):
            count("SsoConsentGiven", int(not outcome.repeated))
            return with_query(wish.redirect_uri, code=code, **_state(wish.state))
    return None


def _load(p: Platform, asked: Asked) -> Partner | None:
    return load_partner(p.table, asked.client_id) if names_a_client(asked.client_id) else None


def _state(state: str) -> dict[str, str]:
    return {"state": state} if state else {}
