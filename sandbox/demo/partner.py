"""A partner's client: signs as the contract says, and spells JSON as the clients of many languages do."""

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
        self._api = api
        self._spelling = itertools.cycle(SPELLINGS)
        self._slashes = itertools.cycle(("", "", "/"))

    def call(self, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """The ``data`` of the answer. Raises Refused."""
        sent, signed = next(self._spelling)(body)
        full = next(self._slashes) + PREFIX + path
        timestamp = str(int(time.time()))
        reply = self._api.send(
            "POST",
            full,
            {
                "Content-Type": "application/json",
                "client_code": self.client_code,
                "timestamp": timestamp,
                "signature": self._signature(timestamp, full, signed),
                **headers,
            },
            sent.encode(),
        )
        if reply.status >= 400:
            raise refusal(reply)
        document: dict[str, Any] = reply.document()
        data: dict[str, Any] = document.get("data", {})
        return data

    def _signature(self, timestamp: str, path: str, body: str) -> str:
        text = f"{self.client_code}{timestamp}POST{path}{body}"
        return hmac.new(self.sign_key.encode(), text.encode(), hashlib.sha1).hexdigest()


class Platform(PartnerClient):
    """Sells courses."""

    def seats(self, course_code: str, schedule_code: str) -> int:
        """Seats that can still be sold."""
        data = self.call("/payment/quota-schedule", {"schedule_code": schedule_code, "course_code": course_code})
        return int(data["quota"])

    def ask_for_code(self, buyer: str, card: str, course_code: str, schedule_code: str, amount: int) -> str:
        """Have the member get a code; answers the payment token."""
        order = {
            "user_platform_id": buyer,
            "prakerja_id": card,
            "course_code": course_code,
            "schedule_code": schedule_code,
            "amount": amount,
        }
        return str(self.call("/payment/send-otp", order)["payment_token"])

    def authorise(self, token: str, code: str, invoice: str) -> dict[str, Any]:
        """Buy with the member's code."""
        order = {
            "otp": code,
            "invoice_url": f"https://toko.example/tagihan?no={invoice}&cetak=1",
            "invoice_code": invoice,
        }
        return self.call("/payment/authorize", order, Authorization=f"Payment {token}")

    def status(self, invoice: str) -> dict[str, Any]:
        """One of its transactions."""
        return self.call("/payment/status", {"invoice_code": invoice})

    def cancel(self, invoice: str, transaction: str) -> None:
        """Cancel a transaction whose course has not begun."""
        self.call("/payment/void", {"invoice_code": invoice, "transaction_code": transaction})


class Institution(PartnerClient):
    """Teaches courses."""

    def status(self, redeem_code: str, sequence: int | None = None) -> dict[str, Any]:
        """A redeem code, at a sequence."""
        body: dict[str, Any] = {"redeem_code": redeem_code}
        return self.call("/payment/redeem-code/status", body | ({"sequence": sequence} if sequence else {}))

    def commit(self, redeem_code: str) -> dict[str, Any]:
        """Use a redeem code."""
        return self.call("/payment/redeem-code/commit", {"redeem_code": redeem_code})

    def report(self, redeem_code: str, sequence: int, score: int | None = None) -> dict[str, Any]:
        """Evidence of learning: a session attended, or (999) the post-test passed."""
        body: dict[str, Any] = {"redeem_code": redeem_code, "sequence": sequence, "passed": True}
        return self.call("/training/evidence", body | ({"score": score} if score is not None else {}))
