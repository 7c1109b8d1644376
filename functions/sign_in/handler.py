"""Proves phones and e-mail addresses, opens sessions and issues their tokens. The only holder of the token secret."""

from __future__ import annotations

from functions.sign_in import confirmations, contacts, routes, sessions
from prakerja.platform.http import Api

handler = Api(
    "sign-in",
    "Kartu Prakerja: masuk",
    "Sign up and sign in without a password: a one-time code proves a phone or an e-mail address, and a session with an "
    "access token of 15 minutes and a rotating refresh token begins. Texts follow Accept-Language.",
    [routes.router, contacts.router, confirmations.router, sessions.router],
)
