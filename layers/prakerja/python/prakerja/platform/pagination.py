"""Opaque cursors: where a list goes on, bound to the list they came from and signed so that nobody can aim them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from prakerja.platform.problems import BadRequest

MAC = 16


class BadCursor(BadRequest):
    slug = "bad-cursor"
    detail = "This 'cursor' is not one of ours, or of another list. Start again without it."
    detail_id = "'cursor' ini bukan dari kami atau milik daftar lain. Mulai lagi tanpa cursor."


def seal_cursor(secret: str, scope: str, after: str | None) -> str | None:
    """The cursor for the page after sort key ``after``; None when there is no further page."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(_mac(secret, scope, after) + after.encode()).decode().rstrip("=")


def open_cursor(secret: str, scope: str, cursor: str | None) -> str | None:
    """The sort key again. Raises BadCursor."""
    if not cursor:
        return None
    try:
        blob = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        after = blob[MAC:].decode()
    except ValueError as error:
        raise BadCursor from error
    if not hmac.compare_digest(blob[:MAC], _mac(secret, scope, after)):
        raise BadCursor
    return after


def _mac(secret: str, scope: str, after: str) -> bytes:
    return hmac.new(secret.encode(), f"{scope}\n{after}".encode(), hashlib.sha256).digest()[:MAC]
