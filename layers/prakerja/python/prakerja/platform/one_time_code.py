"""One-time codes that are never stored: both sides derive them from the challenge and a key that only they hold.

Six digits by dynamic truncation as in RFC 4226 §5.3, over HMAC-SHA256(key, challenge id, resend number).
"""

from __future__ import annotations

import hashlib
import hmac

DIGITS = 6


def one_time_code(key: str, challenge_id: str, resend: int) -> str:
    """The code of the ``resend``-th message (0 is the first) of a challenge."""
    digest = hmac.new(key.encode(), f"{challenge_id}:{resend}".encode(), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def is_code(key: str, challenge_id: str, resend: int, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one_time_code(key, challenge_id, resend).encode(), given.encode())
