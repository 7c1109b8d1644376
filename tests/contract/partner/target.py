"""What the conformance suite is run against: a market in this process, or a system that runs somewhere.

Both are spoken to over sockets only. For each endpoint a target knows a request that succeeds, and may be sent again once
``back`` has been called. A running system lends what ``.local/demo.json`` holds, and does not go back.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from moto import mock_aws
from moto.backends import get_backend

from functions.partner_api.handler import handler
from prakerja.training.service.testing import issue_test_codes
from tests.support.classroom import LMS
from tests.support.front_door import Door, listening
from tests.support.market import Market
from tests.support.moto_truth import truthful
from tests.support.world import MOTO_ACCOUNT, REGION, new_world

URL, HANDOUT = os.environ.get("PARTNER_URL", ""), os.environ.get("PARTNER_HANDOUT", ".local/demo.json")
OTHER_CARD, THIRD_CARD = "8000000000000002", "8000000000000003"
STATUS = "/payment/redeem-code/status"
CHECK = {
    "text": "lpk1516239022POST/x",
    "client_code": "lpk",
    "timestamp": "1516239022",
    "path": "/x",
}
WAY = {"redirect_uri": f"{LMS}?kelas=3&b=2", "email": "peserta@example.test"}
"""An address with a query of its own."""
UK = {"scope": "uk", "sequence": 999}
FILE = {"url_file": "https://cdn.example.test/a/b.pdf?v=1&w=2"}


@dataclass(frozen=True)
class Case:
    """A request that succeeds: who sends what where."""

    partner: str
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Target(Protocol):
    """What a suite needs of a system."""

    base_url: str
    keys: Mapping[str, str]

    def now(self) -> int:
        """Unix seconds, by its clock."""

    def cases(self) -> dict[str, Case]:
        """Endpoint → a request that succeeds now."""

    def back(self) -> None:
        """As at the beginning, where that can be had."""

    def holds(self) -> str:
        """All that it stores, as text; "" where that cannot be looked at."""


class Here:
    """A market whose partner host listens on a port."""

    def __init__(self, market: Market, port: int) -> None:
        self.market, self.base_url, self.keys = market, f"http://127.0.0.1:{port}", market.keys
        market.member()
        market.member(2, card=OTHER_CARD)
        self.sale = market.buy()
        market.redeem(self.sale["redeem_code"])
        market.submit(self.sale["redeem_code"])
        market.member(3, card=THIRD_CARD)
        self.unused = market.buy(card=THIRD_CARD, invoice="INV-3")
        codes = issue_test_codes(market.world.platform, institution=market.partner("lpk"), operator="op-1")
        self.trial = codes[0].redeem_code
        market.world.clock.move(minutes=2)
        self.token = market.token(card=OTHER_CARD)
        self.otp = market.code(self.token)
        self.market.world.clock.move(minutes=2)
        self._tables = get_backend("dynamodb")[MOTO_ACCOUNT][REGION].tables
        self._kept = {name: copy.deepcopy(table.items) for name, table in self._tables.items()}
        self._seconds = itertools.count(1)
        self._moment = market.world.clock.now

    def now(self) -> int:
        return int(self.market.world.clock.wall().timestamp())

    def back(self) -> None:
        """And each time a second later, so that no two requests are one and the same."""
        for name, items in self._kept.items():
            self._tables[name].items = copy.deepcopy(items)
        self.market.world.clock.now = self._moment
        self.market.world.clock.move(seconds=next(self._seconds) % 240)

    def holds(self) -> str:
        tables = ("people", "programme", "evidence")
        return json.dumps([self.market.world.items(table) for table in tables], default=repr, sort_keys=True)

    def cases(self) -> dict[str, Case]:
        code = {"redeem_code": self.sale["redeem_code"]}
        unused = {"invoice_code": "INV-3", "transaction_code": self.unused["transaction_code"]}
        course = {"schedule_code": "S1", "course_code": "C1"}
        pays = {"otp": self.otp, "invoice_url": "https://toko.example.test/i?a=1&b=2", "invoice_code": "INV-2"}
        return {
            "status": Case("lpk", STATUS, {**code, "sequence": 1}),
            "status of no sequence": Case("lpk", STATUS, code),
            "commit": Case("lpk", "/payment/redeem-code/commit", code),
            "reset": Case("lpk", "/payment/redeem-code/reset", {"redeem_code": self.trial}),
            "url-generate": Case("lpk", "/oauth/url-generate", {**code, "sequence": 1, **WAY}),
            "submission": Case("lpk", "/tpm/submission", {**code, **UK, **FILE}),
            "feedback": Case("lpk", "/tpm/feedback/submission", {**code, **UK, "url_file": "", "notes": "R&D <baik>"}),
            "submission status": Case("lpk", "/tpm/submission/status", {**code, **UK}),
            "quota": Case("toko", "/payment/quota-schedule", course),
            "send-otp": Case("toko", "/payment/send-otp", self.market.order(card=OTHER_CARD)),
            "authorize": Case("toko", "/payment/authorize", pays, {"Authorization": f"Payment {self.token}"}),
            "payment status": Case("toko", "/payment/status", {"invoice_code": "INV-1"}),
            "void": Case("toko", "/payment/void", unused),
            "signature check": Case("lpk", "/signature/check", CHECK),
        }


class There:
    """A system that runs at ``PARTNER_URL`` and has played its demonstration."""

    def __init__(self, base_url: str, handout: dict[str, Any]) -> None:
        self.base_url, self._given = base_url, handout
        institution, platform = handout["institution"], handout["platform"]
        self.keys = {"lpk": institution["sign_key"], "toko": platform["sign_key"]}
        self.names = {"lpk": institution["client_code"], "toko": platform["client_code"]}

    def now(self) -> int:
        return int(time.time())

    def back(self) -> None:
        """It goes on."""

    def holds(self) -> str:
        return ""

    def cases(self) -> dict[str, Case]:
        institution, platform = self._given["institution"], self._given["platform"]
        code = {"redeem_code": institution["redeem_codes"][0]}
        course = {name: platform[name] for name in ("schedule_code", "course_code")}
        return {
            "status": Case("lpk", STATUS, {**code, "sequence": 1}),
            "status of no sequence": Case("lpk", STATUS, code),
            "quota": Case("toko", "/payment/quota-schedule", course),
            "signature check": Case("lpk", "/signature/check", CHECK),
            **{
                f"reset {case}": Case("lpk", "/payment/redeem-code/reset", {"redeem_code": trial})
                for case, trial in institution["test_codes"].items()
            },
        }


@contextmanager
def a_market_here() -> Iterator[Here]:
    """In this process."""
    with mock_aws(), truthful(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        world = new_world()
        market = Market(world, patch)
        with listening(Door(lambda event: handler(event, None))) as port:
            yield Here(market, port)


def the_system_there() -> There:
    """At ``PARTNER_URL``."""
    return There(URL, json.loads(Path(HANDOUT).read_text("utf-8")))


def client_code(target: Target, partner: str) -> str:
    """By which code a partner of the suite goes there."""
    names: Mapping[str, str] = getattr(target, "names", {})
    return names.get(partner, partner)


TARGETS: dict[str, Callable[[], Any]] = {"here": a_market_here} | ({"there": the_system_there} if URL else {})
WHICH = [pytest.param(name, marks=[pytest.mark.real_time] * (name == "there")) for name in sorted(TARGETS)]
"""For a fixture's ``params``."""
