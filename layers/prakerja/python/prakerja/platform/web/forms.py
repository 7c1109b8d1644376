"""Tokens in forms: a form counts only if it was shown by us, to this browser, for this address, within a day.

Together with ``SameSite`` cookies and the browser's own word about where a form comes from, they keep other sites from
acting in a visitor's name. The random part of a token is also the form's idempotency key.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from prakerja.platform.web.errors import ForeignForm, StaleForm
from prakerja.platform.web.visit import Visit

FORM_LIFE = timedelta(days=1)
_TOKEN = re.compile(r"([0-9]{10})\.([0-9a-f-]{36})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class FormSigner:
    """Signs for one holder: a session, or a device that is not signed in."""

    secret: str = field(repr=False)
    holder: str = field(repr=False)

    def token(self, action: str, key: str, now: datetime) -> str:
        """For a form that is sent to ``action``; ``key`` must be unguessable and new."""
        issued = f"{int(now.timestamp())}.{key}"
        return f"{issued}.{self._mac(action, issued)}"

    def check(self, token: str, action: str, now: datetime) -> str:
        """The key of a token that is ours and fresh. Raises StaleForm."""
        shape = _TOKEN.fullmatch(token)
        if shape is None or not hmac.compare_digest(self._mac(action, f"{shape[1]}.{shape[2]}"), shape[3]):
            raise StaleForm
        if not timedelta() <= timedelta(seconds=int(now.timestamp()) - int(shape[1])) < FORM_LIFE:
            raise StaleForm
        return shape[2]

    def _mac(self, action: str, issued: str) -> str:
        text = "\n".join(("prakerja/form", self.holder, action, issued))
        return hmac.digest(self.secret.encode(), text.encode(), sha256).hex()


def check_sender(visit: Visit, site_url: str) -> None:
    """Let through what the browser says comes from our own pages. Raises ForeignForm.

    Old browsers say nothing; for them the token and the cookies must do.
    """
    if visit.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForeignForm
    sender = visit.headers.get("origin")
    ours = {urlsplit(site_url).netloc, visit.headers.get("host", "")} - {""}
    if sender is not None and urlsplit(sender).netloc not in ours:
        raise ForeignForm
