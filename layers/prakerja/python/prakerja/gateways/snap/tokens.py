"""The access token of one provider: kept in memory, renewed before it ends, fetched by one thread at a time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prakerja.gateways.http import OutsideUnavailable
from prakerja.payouts.answers import Outcome

from .answers import Reply, read_reply
from .credentials import Credentials
from .profiles import Profile, Service
from .reading import text_of
from .signing import sign_asymmetric, timestamp, token_text
from .transport import Transport

_DEFAULT_SECONDS = 900
_BODY = json.dumps({"grantType": "client_credentials", "additionalInfo": {}}, separators=(",", ":")).encode()


class NoToken(Exception):
    """No token was given, so nothing that moves money was sent: REJ, or STOP if our credentials are refused."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.message)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: datetime


class Tokens:
    """Threads that find the token spent wait for the one that renews it; nobody fetches a token per transfer."""

    def __init__(
        self, profile: Profile, credentials: Credentials, transport: Transport, now: Callable[[], datetime]
    ) -> None:
        self._profile = profile
        self._credentials = credentials
        self._transport = transport
        self._now = now
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def get(self, refused: str | None = None) -> str:
        """The token to use now; ``refused`` is one that the provider has just turned down. Raises NoToken."""
        with self._lock:
            token = self._token
            if token is None or token.text == refused or self._now() >= token.renew_at:
                token = self._token = self._fetch()
            return token.text

    def _fetch(self) -> _Token:
        profile, asked_at = self._profile, self._now()
        at = timestamp(asked_at, profile.token_timestamp_form)
        text = token_text(self._credentials.client_id, at)
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": at,
            "X-CLIENT-KEY": self._credentials.client_id,
            "X-SIGNATURE": sign_asymmetric(self._credentials.private_key, text, profile.encoding),
        }
        try:
            status, content = self._transport.post(profile.path(Service.TOKEN), headers, _BODY)
        except OutsideUnavailable as error:
            raise NoToken(Reply(Outcome.REJ, f"no access token ({error.facts['reason']})")) from error
        reply = read_reply(status, content)
        given = text_of(reply.body.get("accessToken")) if reply.outcome is Outcome.OK else None
        if given is None:
            refused = reply.code is not None and reply.code.http in (400, 401, 403, 404, 405)
            outcome = Outcome.STOP if refused else Outcome.REJ
            raise NoToken(Reply(outcome, f"no access token: {reply.message}", None, reply.code_text))
        seconds = _seconds(reply.body.get("expiresIn"))
        return _Token(given, asked_at + timedelta(seconds=seconds - min(60, seconds // 5)))


def _seconds(said: object) -> int:
    """``expiresIn``, sent as a number by some and as text by others."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else _DEFAULT_SECONDS
