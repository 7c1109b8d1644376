"""Answers platforms and training institutions in the wire contract that their clients already speak."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from functions.partner_api.credentials import Credentials
from functions.partner_api.envelope import ItemKey, handle
from functions.partner_api.routes import ENDPOINTS
from prakerja.partners import Caller, KeyRing, find_caller, note_use, spend_nonce
from prakerja.platform.parts import Item
from prakerja.platform.settings import settings
from prakerja.wiring import platform, secret


@lru_cache(maxsize=2)
def _ring(text: str) -> KeyRing:
    return KeyRing.of(text)


class Partners:
    """The register of partners, as the frame of the API uses it."""

    def load(self, client_code: str, also: Sequence[ItemKey]) -> tuple[Caller | None, Sequence[Item | None]]:
        """Who calls, and the items that the command needs, in one read."""
        p = platform()
        return find_caller(p.table, _ring(secret(settings().partner_secret)), client_code, also, p.clock.wall())

    def spend(self, partner: Caller, credentials: Credentials) -> None:
        """One write for each request with a nonce, none for the others."""
        if credentials.nonce is not None:
            client_code, until = partner.partner.client_code, credentials.believed_until
            spend_nonce(platform(), client_code=client_code, nonce=credentials.nonce, until=until)

    def note_use(self, partner: Caller, key: int) -> None:
        """One write for each key and day."""
        note_use(platform(), partner, key)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of a partner; any path, any method."""
    return handle(event, ENDPOINTS, Partners(), platform().clock.wall())
