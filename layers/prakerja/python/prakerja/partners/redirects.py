"""Where a partner may send people back to: an address of its own choice that matches a registered one. Pure.

Scheme, host, port and path must be equal; the query is free and kept. Whatever two programs could read in two ways (user
names, fragments, backslashes, blanks, control characters, dot segments) is refused, not repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")


def is_registered_redirect(address: str, registered: Iterable[str]) -> bool:
    """May people be sent to this address?"""
    wanted = _place(address)
    return wanted is not None and any(wanted == _place(one) for one in registered)


def _place(address: str) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path of an absolute http(s) address; None for everything else."""
    if len(address) > MAX_LENGTH or _UNSAFE.search(address) or "#" in address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or _has_dots(parts):
        return None
    return parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port, parts.path or "/"


def _has_dots(parts: SplitResult) -> bool:
    """Does the path hold a segment that a browser would resolve, written plainly or percent-encoded?"""
    segments = parts.path.lower().replace("%2e", ".").split("/")
    return "." in segments or ".." in segments
