"""A person with a browser: signs in on the site's own pages, shows their face, answers a partner's question."""

from __future__ import annotations

import secrets

from sandbox.demo.api import Api, NoAnswer
from sandbox.demo.browser import Browser, Page, WrongPage
from sandbox.demo.inbox import Inbox
from sandbox.demo.participant import CODE_SECONDS, Participant

TRIES = 20
"""Pages in which somebody tries to sign in: a code may come late, or be in the inbox before the system knows."""
NOT_SENT_YET = "The code is still on its way"
YES, NO = "izinkan", "tolak"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
SOMEBODY_ELSE = b"SOMEBODY ELSE"


def photo_of(who: Participant, *, somebody_else: bool = False) -> bytes:
    """A picture that was taken now. Its comment can be looked for where no photo may be."""
    mark = f"foto-{secrets.token_hex(12)}"
    who.photos.add(mark)
    return JPEG + (SOMEBODY_ELSE if somebody_else else b"") + mark.encode() + b"\xff\xd9"


class Surfer:
    """A person at the site, by one browser."""

    def __init__(self, api: Api, inbox: Inbox, who: Participant) -> None:
        self.browser = Browser(api)
        self._wait = api.wait
        self._inbox = inbox
        self._who = who

    def come_from_app(self) -> None:
        """Have the app's session in the browser, as when the app opens a page in its own window."""
        if self._who.tokens is None:
            raise RuntimeError("not signed in")
        self.browser.give("prakerja_access", self._who.tokens.access)

    def open(self, address: str) -> Page:
        """Go there; sign in on the way if the site asks for it."""
        page = self.browser.open(address)
        if page.form("address"):
            page = self._sign_in(page)
        return page

    def show_face(self, page: Page, photo: bytes) -> Page:
        """Send a photo with the page's form. Raises WrongPage if the page does not take it."""
        form = page.form("photo")
        if form is None:
            raise WrongPage(page)
        return self.browser.send(page, form, {}, {"photo": photo})

    def answer(self, page: Page, word: str) -> Page:
        """Allow or refuse what a partner asks for."""
        form = page.form("jawaban")
        if form is None:
            raise WrongPage(page)
        return self.browser.send(page, form, {"jawaban": word})

    def _sign_in(self, page: Page) -> Page:
        """Address, code; on a browser that the site does not know, the other contact's code as well."""
        form, began = page.form("address"), self._inbox.last
        if form is None:
            raise WrongPage(page)
        page = self.browser.send(page, form, {"address": self._who.phone})
        after = dict.fromkeys(("PHONE", "EMAIL"), began)
        for _ in range(TRIES):
            form = page.form("code")
            if form is None or page.left_for:
                self._who.secrets |= self.browser.secrets
                return page
            channel = form.fields["lewat"]
            found = self._inbox.code(self._who.address(channel), after[channel], CODE_SECONDS)
            try:
                if found is None:
                    again = next(form for form in page.forms if not form.asks_for)
                    page = self.browser.send(page, again, {})
                else:
                    page = self.browser.send(page, form, {"code": found[1]})
            except WrongPage as wrong:
                page = wrong.page
                if found and page.problem != NOT_SENT_YET:  # of an earlier request, and late: the next one is right
                    after[channel] = found[0]
                self._wait(1.0)
        raise NoAnswer("the browser could not sign in")
