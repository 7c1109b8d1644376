"""What a browser keeps of a session: the access token for all our pages; the refresh token and its own name only here."""

from __future__ import annotations

import re

from functions.sign_in.answers import tokens_of
from prakerja.platform import Platform
from prakerja.platform.web.answers import cookie
from prakerja.platform.web.frame import ACCESS_COOKIE, SIGN_IN, YEAR
from prakerja.platform.web.visit import Visit
from prakerja.registration.model.session import Session

REFRESH_COOKIE = "prakerja_refresh"
DEVICE_COOKIE = "prakerja_device"
_DEVICE = re.compile(r"[A-Za-z0-9._:-]{8,128}")


def device_of(visit: Visit) -> str:
    """The name that this browser was given; empty if it has none."""
    device = visit.cookies.get(DEVICE_COOKIE, "")
    return device if _DEVICE.fullmatch(device) else ""


def device_cookie(p: Platform, device: str) -> str:
    """Let the browser keep its name. A verified person proves both contacts on a browser without a known one."""
    return cookie(DEVICE_COOKIE, device, path=SIGN_IN, seconds=YEAR, secure=_secure(p))


def session_cookies(p: Platform, session: Session) -> tuple[str, ...]:
    """The current tokens of a session, each for as long as it lives."""
    tokens, secure = tokens_of(p, session), _secure(p)
    left = max(0, int((session.ends_at - p.clock.wall()).total_seconds()))
    return (
        cookie(ACCESS_COOKIE, tokens.access_token, path="/", seconds=tokens.expires_in, secure=secure),
        cookie(REFRESH_COOKIE, tokens.refresh_token, path=SIGN_IN, seconds=left, secure=secure),
    )


def no_session(p: Platform) -> tuple[str, ...]:
    """Forget the tokens; the browser keeps its name."""
    secure = _secure(p)
    return (
        cookie(ACCESS_COOKIE, "", path="/", seconds=0, secure=secure),
        cookie(REFRESH_COOKIE, "", path=SIGN_IN, seconds=0, secure=secure),
    )


def _secure(p: Platform) -> bool:
    return p.settings.stage != "local"
