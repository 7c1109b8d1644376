"""The pages as deployed, on a test's world: what a person's browser meets behind the main host."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.sign_in import answers
from functions.sign_in.handler import handler as sign_in
from functions.site import attendance
from functions.site.handler import handler as site
from prakerja import wiring
from prakerja.platform.settings import settings
from prakerja.registration.messages import CodeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.session import Session
from prakerja.registration.service.delivery import send_code
from tests.support.apis import function_of
from tests.support.market import Market
from tests.support.sign_in import Providers
from tests.support.visiting import ORIGIN, Seen, Visitor
from tests.support.wired import wire
from tests.support.world import World

SESSION = "00000000-0000-4000-8000-00000000beef"
CODE_KEY = "CODE_SECRET for tests"
PHONE = "081234567890"
HANDLERS: dict[str, Callable[[dict[str, Any], Any], dict[str, Any]]] = {"sign_in": sign_in, "site": site}


class Site:
    """Pages, and the inbox that their codes arrive in."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, *, market: Market | None = None) -> None:
        if market is None:
            wire(world, monkeypatch, data_key_id="key", site_url=ORIGIN)
        else:
            monkeypatch.setattr(wiring, "face_check", lambda: market.faces)
            monkeypatch.setattr(attendance, "face_check", lambda: market.faces)
        answers._published.cache_clear()
        self.world = world
        self.inboxes = Providers()

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer of the function that serves the event's path."""
        return HANDLERS[function_of(event["rawPath"])](event, None)

    def visitor(self, **headers: str) -> Visitor:
        """Somebody with a browser that has never been here."""
        return Visitor(self.handle, **headers)

    def signed_in(self, person_id: str, session_id: str = SESSION, **headers: str) -> Visitor:
        """The browser of somebody who has signed in."""
        who = self.visitor(**headers)
        who.jar["prakerja_access"] = (self.access(person_id, session_id), "/")
        return who

    def access(self, person_id: str, session_id: str = SESSION, *, minutes_ago: int = 0) -> str:
        """An access token that is good for an hour, from so many minutes ago."""
        now = self.world.clock.wall() - timedelta(minutes=minutes_ago)
        session = Session(session_id, person_id, "device", created_at=now, rotated_at=now)
        return answers.token_keys().access_token(session, issuer=settings().token_issuer, now=now, seconds=3600)

    def deliver(self) -> None:
        """What ``notify`` does with the codes that were asked for."""
        for sent in self.world.take(CodeRequested.topic):
            send_code(self.world.platform, self.inboxes, CODE_KEY, challenge_id=sent.body["challenge_id"])

    def ask(self, who: Visitor, address: str = PHONE, *, to: str = "/masuk") -> Seen:
        """Have a code sent; answers the page that asks for it."""
        page = who.submit(who.open(to).forms[0], address=address)
        self.deliver()
        return page

    def sign_in(self, who: Visitor, address: str = PHONE, *, to: str = "/masuk") -> Seen:
        """All the way; answers where the browser ends."""
        page = self.ask(who, address, to=to)
        channel = Channel.EMAIL if "@" in address else Channel.PHONE
        return who.submit(page.forms[0], code=self.inboxes[channel].code)


def steady(html: str) -> str:
    """A page without what is new each time: form tokens, challenge ids, correlation ids."""
    html = re.sub(r'(name="token" value=")[^"]*', r"\1…", html)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", html)
