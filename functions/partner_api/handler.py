"""Answers platforms and training institutions in the wire contract that their clients already speak."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from functions.partner_api.credentials import Credentials
from functions.partner_api.envelope import ItemKey, handle
from functions.partner_api.routes import ENDPOINTS
from prakerja.partners import Caller, KeyRing, find_caller, note_use, spend_nonce
from prakerja.partners.signature import Verified
from prakerja.platform.parts import Item
from prakerja.platform.settings import settings
from prakerja.wiring import platform, secret


@lru_cache(maxsize=2)
def _ring(text: str) -> KeyRing:
    return KeyRing.of(text)


def load_partner(client_code: str, also: Sequence[ItemKey]) -> tuple[Caller | None, Sequence[Item | None]]:
    """Who calls, and the items that the command needs, in one read."""
    p = platform()
    return find_caller(p.table, _ring(secret(settings().partner_secret)), client_code, also, p.clock.wall())


def remember(caller: Caller, credentials: Credentials, verified: Verified) -> None:
    """Spend the nonce, if the request has one; once a day, note that the key is in use."""
    p = platform()
    if credentials.nonce is not None:
        spend_nonce(
            p,
            client_code=caller.partner.client_code,
            nonce=credentials.nonce,
            until=credentials.believed_until,
        )
    note_use(p, caller, verified.key)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of a partner; any path, any method."""
    return handle(event, ENDPOINTS, load_partner, remember, platform().clock.wall())
