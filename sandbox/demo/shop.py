"""The stand-in platform: sells courses, keeps books of its own, and lets people log in with Prakerja."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.demo.api import Api
from sandbox.demo.partner import PartnerClient

SCOPES = ("name", "prakerjaid")
"""What it asks people for; neither e-mail nor phone."""


@dataclass
class Sale:
    """A line of its books. ``amount`` in rupiah."""

    invoice: str
    user: str
    card: str
    amount: int
    transaction: str
    redeem_code: str
    cancelled: bool = False


@dataclass(frozen=True)
class Login:
    """Somebody who is on the way to log in: what the platform must remember until the browser comes back."""

    state: str
    verifier: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class Tokens:
    """Of one person."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Tokens:
        return cls(data["access_token"], data["refresh_token"])


class Shop(PartnerClient):
    """One platform. ``return_to`` and ``fail_to`` are its registered addresses for logging in, if it has any."""

    def __init__(
        self,
        api: Api,
        client_code: str,
        sign_key: str,
        *,
        return_to: str = "",
        fail_to: str = "",
        pkce: bool = False,
    ) -> None:
        super().__init__(api, client_code, sign_key)
        self.return_to = return_to
        self.fail_to = fail_to
        self.pkce = pkce
        self.sales: dict[str, Sale] = {}
        """By invoice."""

    # selling -----------------------------------------------------------------------------------------------------
    def seats(self, course_code: str, schedule_code: str) -> int:
        """Seats that can still be sold."""
        data = self.call("/payment/quota-schedule", {"schedule_code": schedule_code, "course_code": course_code})
        return int(data["quota"])

    def ask_for_code(self, user: str, card: str, course_code: str, schedule_code: str, amount: int) -> str:
        """Have the member get a code; answers the payment token."""
        order = {
            "user_platform_id": user,
            "prakerja_id": card,
            "course_code": course_code,
            "schedule_code": schedule_code,
            "amount": amount,
        }
        token = str(self.call("/payment/send-otp", order)["payment_token"])
        self.secrets.add(token)
        return token

    def authorise(self, token: str, code: str, invoice: str, *, user: str, card: str) -> Sale:
        """Buy with the member's code; what was sold is written down, and looked at once more."""
        order = {
            "otp": code,
            "invoice_url": f"https://toko.example/tagihan?no={invoice}&cetak=1",
            "invoice_code": invoice,
        }
        data = self.call("/payment/authorize", order, Authorization=f"Payment {token}")
        sale = Sale(invoice, user, card, data["amount"], data["transaction_code"], data["redeem_code"])
        self.sales[invoice] = sale
        seen = self.call("/payment/status", {"invoice_code": invoice})
        if (seen["transaction_code"], seen["amount"], seen["status"]) != (sale.transaction, sale.amount, "SUCCESS"):
            raise RuntimeError(f"{invoice}: payment/status says another thing than authorize")
        return sale

    def cancel(self, invoice: str) -> None:
        """Cancel a sale whose course has not begun."""
        sale = self.sales[invoice]
        self.call("/payment/void", {"invoice_code": invoice, "transaction_code": sale.transaction})
        sale.cancelled = True

    # logging in with Prakerja ------------------------------------------------------------------------------------
    def begin_login(self) -> Login:
        """Ask where to send the browser, by a signed request."""
        verifier = secrets.token_urlsafe(32)
        self.secrets.add(verifier)
        query = {
            "client_id": self.client_code,
            "state": secrets.token_hex(12),
            "scope": " ".join(SCOPES),
            "redirect_uri": f"{self.return_to}?dari=beranda",
            "login_uri": self.fail_to,
        }
        if self.pkce:
            digest = hashlib.sha256(verifier.encode()).digest()
            query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            query["code_challenge_method"] = "S256"
        path, timestamp = "/api/v1/oauth/authorize", str(int(time.time()))
        headers = {
            "X-Client-Id": self.client_code,
            "X-Timestamp": timestamp,
            "X-Signature": self.signature(timestamp, "GET", path, ""),
        }
        data = self.answer("GET", f"{path}?{urlencode(query)}", headers)
        return Login(query["state"], verifier, str(data["redirect_url"]))

    def finish_login(self, login: Login, address: str) -> Tokens | None:
        """The browser has come back: trade the code for tokens. None if the person refused.

        Raises RuntimeError if it does not come with what it was sent away with.
        """
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if query.get("state") != login.state:
            raise RuntimeError("a browser came back with another state")
        if address.startswith(self.fail_to) and query.get("error") == "access_denied":
            return None
        if not address.startswith(self.return_to) or query.get("dari") != "beranda":
            raise RuntimeError("a browser came back to another address, or without its query")
        self.secrets.add(query["code"])
        asked = {"code": query["code"]} | ({"code_verifier": login.verifier} if self.pkce else {})
        return self._tokens("/api/v1/oauth/token", asked)

    def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones."""
        return self._tokens("/api/v1/oauth/token/refresh", {"token": tokens.refresh})

    def profile(self, tokens: Tokens) -> dict[str, Any]:
        """What the person lets it read. The token goes without a scheme, as the published sample has it."""
        headers = {"X-Client-Id": self.client_code, "Authorization": tokens.access}
        return self.answer("GET", "/api/v1/resource/user_profile", headers)

    def _tokens(self, path: str, asked: dict[str, str]) -> Tokens:
        """JSON under curl's content type, as the published samples send it."""
        headers = {"X-Client-Id": self.client_code, "Content-Type": "application/x-www-form-urlencoded"}
        tokens = Tokens.of(self.answer("POST", path, headers, json.dumps(asked).encode()))
        self.secrets |= {tokens.access, tokens.refresh}
        return tokens
