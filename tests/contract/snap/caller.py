"""A caller of the stand-in that shares no code with our client: paths, strings to sign and headers are written out here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sandbox.world.snap import Engine
from sandbox.world.snap.books import Account, Client
from sandbox.world.snap.wire import Reply, Request
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, SOURCE, client_entry, secret_entry
from tests.support.clock import FixedClock

NUMBER = {"bank": "0123456789", "wallet": "6281234567890"}
ELSEWHERE = "022-5550001111"
_BANK = {"11": "balance-inquiry", "14": "bank-statement", "15": "account-inquiry-internal",
         "16": "account-inquiry-external", "17": "transfer-intrabank", "18": "transfer-interbank",
         "36": "transfer/status"}  # fmt: skip
_WALLET = {"11": "balance-inquiry", "12": "transaction-history-list", "37": "emoney/account-inquiry",
           "38": "emoney/topup", "39": "emoney/topup-status"}  # fmt: skip


def _below(prefix: str, names: Mapping[str, str], *left_out: str) -> dict[str, str]:
    return {service: prefix + name for service, name in names.items() if service not in left_out}


PATHS: dict[str, dict[str, str]] = {
    "bni": {"73": "/snap/v1/access-token/b2b", **_below("/snap-service/v1/", _BANK)},
    "bca": {"73": "/v1.0/access-token/b2b", **_below("/v1.0/", _BANK)},
    "ovo": {"73": "/OVOSNAP/v1.0/access-token/b2b", **_below("/OVOSNAP/v2.0/", _WALLET, "11")},
    "gopay": {
        "73": "/v1.0/access-token/b2b",
        **_below("/v1.0/", {service: _BANK[service] for service in ("17", "18", "36")}),
        **_below("/v1.0/", {service: _WALLET[service] for service in ("37", "38")}),
    },
    "dana": _below("/rest/v1.0/", _WALLET),
    "linkaja": {"73": "/v1.0/access-token/b2b", **_below("/v1.0/", _WALLET)},
    "bri": {
        "73": "/snap/v1.0/access-token/b2b",
        **_below("/snap/v1.0/", {service: _BANK[service] for service in ("11", "14", "36")}),
        **_below("/intrabank/snap/v2.0/", {service: _BANK[service] for service in ("15", "17")}),
        **_below("/interbank/snap/v2.0/", {service: _BANK[service] for service in ("16", "18")}),
    },
    "generic": {"73": "/v1.0/access-token/b2b", **_below("/v1.0/", _BANK | _WALLET)},
}
"""Provider → service → path, as published (or, for the generic ones, as the standard says)."""
PROVIDERS = sorted(PATHS)
PAYING = {name: "38" if "38" in paths else "17" for name, paths in PATHS.items()}
STATUS = {name: "39" if "39" in paths else "36" for name, paths in PATHS.items()}
_NAIVE = timezone(timedelta(hours=7))


@dataclass
class Caller:
    """One partner of one provider, with a funded source account and a payee."""

    provider: str
    callback_url: str = ""
    seed: int = 1
    engine: Engine = field(init=False)
    clock: FixedClock = field(default_factory=FixedClock)
    count: int = 0
    token: str = ""

    def __post_init__(self) -> None:
        self.engine = Engine(":memory:", self.clock.wall, self.seed)
        self.secret = secret_entry(self.provider)
        self.engine.add_client(Client(**client_entry(self.provider), callback_url=self.callback_url))
        self.open(Account(self.provider, SOURCE, "PMO PRAKERJA", balance=FUNDS))
        for number in (*NUMBER.values(), ELSEWHERE):
            self.open(Account(self.provider, number, HOLDER))

    @property
    def paying(self) -> str:
        return PAYING[self.provider]

    @property
    def number(self) -> str:
        return NUMBER["wallet" if self.paying == "38" else "bank"]

    def open(self, account: Account) -> None:
        self.engine.add_accounts(account)

    def at(self, form: str = "seconds") -> str:
        return self.clock.now.astimezone(_NAIVE).isoformat(timespec=form)

    # bodies -------------------------------------------------------------------------------------------------------
    def body(self, service: str, reference: str = "P1", amount: int = AMOUNT, **changes: Any) -> dict[str, Any]:
        """What a careful partner sends."""
        money = {"value": f"{amount}.00", "currency": "IDR"}
        bank = {"partnerReferenceNo": reference, "beneficiaryAccountNo": NUMBER["bank"], "amount": money,
                "sourceAccountNo": SOURCE, "transactionDate": self.at(), "remark": f"Insentif {reference}"[:50]}  # fmt: skip
        wallet = {"partnerReferenceNo": reference, "customerNumber": NUMBER["wallet"], "amount": money,
                  "additionalInfo": {"fundType": "AGENT_TOPUP_FOR_USER_SETTLE", "beneficiaryProvider": "gopay"}}  # fmt: skip
        inquiry = {"originalPartnerReferenceNo": reference, "serviceCode": self.paying}
        elsewhere = {"beneficiaryBankCode": "022", "beneficiaryAccountNo": ELSEWHERE.partition("-")[2],
                     "beneficiaryAccountName": HOLDER}  # fmt: skip
        bodies: dict[str, dict[str, Any]] = {
            "11": {"accountNo": SOURCE},
            "12": {},
            "14": {"accountNo": SOURCE},
            "15": {"partnerReferenceNo": reference, "beneficiaryAccountNo": NUMBER["bank"]},
            "16": {"partnerReferenceNo": reference, **elsewhere},
            "17": bank,
            "18": {**bank, **elsewhere},
            "36": inquiry,
            "37": {**wallet, **({"amount": {"value": "1.00", "currency": "IDR"}} if self.provider == "gopay" else {})},
            "38": {**wallet, "customerName": HOLDER, "feeAmount": {"value": "0.00", "currency": "IDR"},
                   "notes": f"Insentif {reference}"},
            "39": inquiry,
        }  # fmt: skip
        return {**bodies[service], "additionalInfo": bodies[service].get("additionalInfo", {}), **changes}

    # calls --------------------------------------------------------------------------------------------------------
    def request(self, service: str, body: Mapping[str, Any] | bytes, **changes: str) -> Request:
        """A signed request; ``changes`` replace headers after signing (x_signature=…)."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path, at = PATHS[self.provider][service], self.at()
        self.count += 1
        headers = {
            "content-type": "application/json",
            "x-timestamp": at,
            "x-partner-id": self.secret["client_id"],
            "x-external-id": f"{self.count:020d}",
            "channel-id": "95221",
        }
        digest = hashlib.sha256(raw).hexdigest()
        if self.provider == "dana":
            headers["x-signature"] = rsa(f"POST:{path}:{digest}:{at}")
        else:
            token = self.token or self.fetch_token()
            text = f"POST:{path}:{token}:{digest}:{at}".encode()
            signature = hmac.digest(self.secret["client_secret"].encode(), text, "sha512")
            headers |= {"authorization": f"Bearer {token}", "x-signature": base64.b64encode(signature).decode()}
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        return Request(self.provider, "POST", path, {n: v for n, v in headers.items() if v}, raw)

    def call(self, service: str, body: Mapping[str, Any] | None = None, **changes: str) -> Reply:
        """A careful call, unless told otherwise."""
        return self.engine.handle(self.request(service, self.body(service) if body is None else body, **changes))

    def pay(self, reference: str = "P1", amount: int = AMOUNT, **changes: Any) -> Reply:
        """The provider's own way of paying."""
        return self.call(self.paying, self.body(self.paying, reference, amount, **changes))

    def ask(self, reference: str = "P1", **changes: Any) -> Reply:
        """The provider's own way of saying what became of it."""
        service = STATUS[self.provider]
        return self.call(service, self.body(service, reference, **changes))

    def token_request(self, **changes: str) -> Request:
        """A request for a token."""
        at = self.at("milliseconds" if self.provider == "ovo" else "seconds")
        headers = {
            "content-type": "application/json",
            "x-timestamp": at,
            "x-client-key": self.secret["client_id"],
            "x-signature": rsa(f"{self.secret['client_id']}|{at}"),
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        body = b'{"grantType":"client_credentials"}'
        return Request(self.provider, "POST", PATHS[self.provider]["73"], headers, body)

    def fetch_token(self) -> str:
        """A fresh one."""
        self.token = read(self.engine.handle(self.token_request()))["accessToken"]
        return self.token


def rsa(text: str) -> str:
    """Our key's signature."""
    return base64.b64encode(_key().sign(text.encode(), PKCS1v15(), SHA256())).decode()


@lru_cache
def _key() -> RSAPrivateKey:
    """Checked once: that takes as long as a hundred calls."""
    key = load_pem_private_key(secret_entry("any")["private_key"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def read(reply: Reply) -> dict[str, Any]:
    """The JSON of a reply."""
    document: dict[str, Any] = json.loads(reply.body)
    return document


def case(reply: Reply) -> str:
    """HTTP status and case of the responseCode: ``40301`` for 4033801."""
    return reply.code[:3] + reply.code[5:]
