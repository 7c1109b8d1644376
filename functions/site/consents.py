"""What a person lets partners read, and the way to take it back."""

from __future__ import annotations

from prakerja.platform.clock import day_text, wib
from prakerja.platform.web.answers import Page, Redirect
from prakerja.platform.web.frame import Routes
from prakerja.platform.web.visit import Visit
from prakerja.sso.service.withdrawing import consents_of, withdraw_consent
from prakerja.wiring import platform

CONSENTS = "/izin"

page = Routes()


@page("GET", CONSENTS, opens="person")
def look(visit: Visit) -> Page:
    """Whom the person lets read what, and until when."""
    given = consents_of(platform(), person_id=visit.signed_in().person_id)
    shown = [{"given": one, "until": day_text(wib(one.until).date(), visit.language)} for one in given]
    return Page("consents.html", {"consents": shown})


@page("POST", CONSENTS, opens="person")
def withdraw(visit: Visit) -> Redirect:
    """Take one client's back; the page that follows shows what is left."""
    withdraw_consent(platform(), person_id=visit.signed_in().person_id, client_code=visit.form.get("client"))
    return Redirect(CONSENTS)
