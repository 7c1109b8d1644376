"""A person is asked what a partner may read of them. Name and addresses are the register's, never the query's."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from prakerja.platform.addresses import origin
from prakerja.platform.web.answers import Page, Redirect
from prakerja.platform.web.frame import Routes
from prakerja.platform.web.visit import Visit
from prakerja.sso.errors import WishRefused
from prakerja.sso.model import Asked, Wish
from prakerja.sso.service.asking import CONSENT_PAGE, DENIED, failure_address, give_consent, look_at_wish
from prakerja.wiring import form_secret, platform

ASKED = ("client_id", "redirect_uri", "login_uri", "scope", "state", "code_challenge", "code_challenge_method")
AGREED = "izinkan"

page = Routes()


@page("GET", CONSENT_PAGE, opens="anybody")
def ask(visit: Visit) -> Page | Redirect:
    """Ask a signed-in person. What a client does wrong, its own page for failures is told, if it is registered."""
    p, asked = platform(), _asked(visit.query)
    try:
        wish = look_at_wish(p, asked=asked)
    except WishRefused as problem:
        if elsewhere := failure_address(p, asked=asked, error=problem.error):
            return Redirect(elsewhere)
        raise
    visit.signed_in()
    back = failure_address(p, asked=asked, error=DENIED)
    leads_to = {origin(wish.redirect_uri), *([origin(back)] if back else [])}
    return Page("consent.html", _values(wish, asked), form_to=tuple(sorted(leads_to)))


@page("POST", CONSENT_PAGE, opens="person")
def answer(visit: Visit) -> Page | Redirect:
    """The person's answer: back to the client with a code, or with the news that there is none."""
    p, asked = platform(), _asked(visit.query)
    who = visit.signed_in()
    if visit.form.get("jawaban") == AGREED:
        given = give_consent(p, form_secret(), person_id=who.person_id, asked=asked, key=visit.key)
        return Redirect(given or visit.address)  # or the question anew
    look_at_wish(p, asked=asked)
    elsewhere = failure_address(p, asked=asked, error=DENIED)
    return Redirect(elsewhere) if elsewhere else Page("refused.html")


def _asked(given: Mapping[str, str]) -> Asked:
    return Asked(**{"client_id": "", "redirect_uri": "", **{n: given[n] for n in ASKED if n in given}})


def _values(wish: Wish, asked: Asked) -> dict[str, object]:
    words = {name: word for name in ASKED if (word := getattr(asked, name))}
    return {
        "wish": wish,
        "host": origin(wish.redirect_uri).partition("://")[2],
        # the question is in the form's address, so that a sign-in in between leads back to it
        "here": f"{CONSENT_PAGE}?{urlencode(words)}",
    }
