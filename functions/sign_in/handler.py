"""Proves phones and e-mail addresses, opens sessions and issues their tokens. The only holder of the token secret."""

from __future__ import annotations

from typing import Any

from functions.sign_in import confirmations, contacts, routes, sessions
from functions.sign_in.pages import pages
from prakerja.platform.http import Api
from prakerja.platform.web.frame import SIGN_IN


class SignIn(Api):
    """The API, and beside it the pages for browsers."""

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        is_page = f"{event['rawPath']}/".startswith(f"{SIGN_IN}/")
        return pages(event, context) if is_page else super().__call__(event, context)


handler = SignIn(
    "sign-in",
    "Kartu Prakerja: masuk",
    "Sign up and sign in without a password: a one-time code proves a phone or an e-mail address, and a session with an "
    "access token of 15 minutes and a rotating refresh token begins. Texts follow Accept-Language.",
    [routes.router, contacts.router, confirmations.router, sessions.router],
)
