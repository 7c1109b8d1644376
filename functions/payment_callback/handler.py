"""Hears what payment providers tell us unasked. Whoever cannot prove to be the provider always gets the same answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from prakerja.gateways.snap.callbacks import callback_answer, verify_callback
from prakerja.gateways.snap.profiles import PROFILES
from prakerja.payouts.answers import CallbackAnswer
from prakerja.payouts.service import take_callback
from prakerja.platform.observability import begin, count, log
from prakerja.platform.settings import settings
from prakerja.wiring import platform, secret

LARGEST_BYTES = 64 * 1024
_PATH = re.compile(r"/callbacks/snap/([a-z]{2,20})/[!-~]{1,200}")
TOO_LARGE = CallbackAnswer(413, {"content-type": "application/json"}, b'{"responseMessage":"Too large"}')
BUSY = CallbackAnswer(
    503, {"content-type": "application/json", "retry-after": "60"}, b'{"responseMessage":"Try again"}'
)
"""What was genuine and could not be stored: providers repeat a call-back that was not taken."""
NOBODY = PROFILES["LINKAJA"]
"""The generic profile answers for paths of no provider."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One call-back (HTTP API, payload 2.0). Never raises."""
    begin(str(event["requestContext"].get("requestId", "-")))
    try:
        answer = _answer(event)
    except Exception:
        log.exception("call-back not taken")
        count("CallbackNotTaken")
        answer = BUSY
    return {
        "statusCode": answer.status,
        "headers": answer.headers,
        "body": answer.body.decode(),
        "isBase64Encoded": False,
    }


def _answer(event: dict[str, Any]) -> CallbackAnswer:
    p = platform()
    raw = _raw(event)
    if len(raw) > LARGEST_BYTES:
        return TOO_LARGE
    path = event["rawPath"]
    found = _PATH.fullmatch(path)
    provider = found[1].upper() if found else ""
    keys: dict[str, str] = json.loads(secret(settings().snap_callback_secret))
    profile, key = PROFILES.get(provider), keys.get(provider)
    callback = None
    if profile is not None and key:
        query = event.get("rawQueryString") or ""
        asked = f"{path}?{query}" if query else path
        method = event["requestContext"]["http"]["method"]
        callback = verify_callback(profile, key, method, asked, event.get("headers") or {}, raw)
    if callback is None:
        log.warning("call-back refused", provider=provider or "none", size=len(raw))
        count("CallbackForged")
    else:
        take_callback(p, callback)
    return callback_answer(profile or NOBODY, callback, p.clock.wall())


def _raw(event: dict[str, Any]) -> bytes:
    """The very bytes that were signed. What is not base64 though it says so is nobody's."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""
