"""What the clients of all partners have in common: they sign as the contract says, and spell JSON as many languages do."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.demo.api import Api, refusal

PREFIX = "/api/v1/integration"


def _compact(body: Mapping[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def _javascript(body: Mapping[str, Any]) -> tuple[str, str]:
    return _compact(body), _compact(body)


def _python(body: Mapping[str, Any]) -> tuple[str, str]:
    """Sends with spaces what it signed without."""
    return json.dumps(body), _compact(body)


def _python_default(body: Mapping[str, Any]) -> tuple[str, str]:
    return json.dumps(body), json.dumps(body)


def _php(body: Mapping[str, Any]) -> tuple[str, str]:
    text = json.dumps(body, separators=(",", ":")).replace("/", "\\/")
    return text, text


def _go(body: Mapping[str, Any]) -> tuple[str, str]:
    """A body from a text template, signed as Go's own encoder would write it."""
    sent = _compact(body)
    return sent, sent.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _curl(body: Mapping[str, Any]) -> tuple[str, str]:
    """Many lines, as in the samples of the published pages."""
    return json.dumps(body, indent=2, ensure_ascii=False), _compact(body)


SPELLINGS: tuple[Callable[[Mapping[str, Any]], tuple[str, str]], ...] = (
    _javascript,
    _python,
    _python_default,
    _php,
    _go,
    _curl,
)
"""Each answers what is sent, and what is signed."""


class PartnerClient:
    """One partner at the front door. Every call is spelled in another way; slashes are doubled now and then."""

    def __init__(self, api: Api, client_code: str, sign_key: str) -> None:
        self.client_code = client_code
        self.sign_key = sign_key
        self.secrets: set[str] = set()
        """Tokens and codes that it was given."""
        self._api = api
        self._spelling = itertools.cycle(SPELLINGS)
        self._slashes = itertools.cycle(("", "", "/"))

    def call(self, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """The ``data`` of the answer. Raises Refused."""
        sent, signed = next(self._spelling)(body)
        full = next(self._slashes) + PREFIX + path
        timestamp = str(int(time.time()))
        signing = {
            "Content-Type": "application/json",
            "client_code": self.client_code,
            "timestamp": timestamp,
            "signature": self.signature(timestamp, "POST", full, signed),
        }
        return self.answer("POST", full, signing | headers, sent.encode())

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
        """The ``data`` of what is answered to a request with these very headers. Raises Refused."""
        reply = self._api.send(method, path, headers, body)
        if reply.status >= 400:
            raise refusal(reply)
        document: dict[str, Any] = reply.document()
        data: dict[str, Any] = document.get("data", {})
        return data

    def signature(self, timestamp: str, method: str, path: str, body: str) -> str:
        """HMAC-SHA1 over the parts, one after the other."""
        text = f"{self.client_code}{timestamp}{method}{path}{body}"
        return hmac.new(self.sign_key.encode(), text.encode(), hashlib.sha1).hexdigest()
