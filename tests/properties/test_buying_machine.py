"""Any sequence of sales, voids, redemptions, cancellations and repeats leaves money, seats and accounts in order.

Two judges: what each command answered, and the items, which must say the same of every member, seat and account.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from moto import mock_aws

from functions.operator_api.routes_approvals import ANNOUNCED
from functions.partner_api.handler import handler
from prakerja.platform.access_patterns import PLATFORM_ACCOUNT
from prakerja.platform.approvals import approve
from prakerja.platform.auth import Operator
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.service.annulling import annul, propose_cancellation
from prakerja.training.service.binding import untie_account
from tests.support.caches import forget_what_was_wired
from tests.support.effort import effort
from tests.support.market import PRICE, Market
from tests.support.people import Someone
from tests.support.world import new_world

GRANTED, QUOTA, OPEN = 3_500_000, 3, ("AUTHORISED", "REDEEMED")
CARDS = tuple(f"800000000000000{number}" for number in range(1, 5))
MEMBERS = st.integers(0, len(CARDS) - 1)
ACCOUNTS = st.sampled_from(["u-1", "u-2", "u-3"])


class BuyingMachine(RuleBasedStateMachine):
    """Four members, three accounts, one schedule of three seats."""

    @initialize()
    def open_market(self) -> None:
        self.mock, self.patch = mock_aws(), pytest.MonkeyPatch()
        self.mock.start()
        self.market = Market(new_world(), self.patch, quota=QUOTA, pools=2)
        self.people: list[Someone] = [self.market.member(number + 1, card=card) for number, card in enumerate(CARDS)]
        self.invoices = 0
        self.sales: dict[int, dict[str, Any]] = {}
        """Member → the open sale."""
        self.sent: list[tuple[dict[str, Any], dict[str, Any]]] = []
        """Requests that changed something, with their answers."""
        self.tied: dict[int, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "market"):
            self.patch.undo()
            self.mock.stop()
            forget_what_was_wired()

    def send(self, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
        event = self.market.event("toko" if "redeem" not in path else "lpk", path, body, **headers)
        response = handler(event, None)
        if response["statusCode"] == 200:
            self.sent.append((event, response))
        return response["statusCode"], json.loads(response["body"])

    @rule(member=MEMBERS, account=ACCOUNTS)
    def buy(self, member: int, account: str) -> None:
        self.market.world.clock.move(minutes=11)
        status, body = self.send("/payment/send-otp", self.market.order(card=CARDS[member], user_platform_id=account))
        taken = any(tied == account for other, tied in self.tied.items() if other != member)
        if body.get("code") == "ERRREQ42901":
            self.market.world.clock.move(hours=24)  # five codes were sent today
            return
        may = (
            member not in self.sales
            and len(self.sales) < QUOTA
            and self.tied.get(member, account) == account
            and not taken
        )
        assert (status == 200) == may, body
        if not may:
            return
        self.invoices += 1
        token = body["data"]["payment_token"]
        request = {
            "otp": self.market.code(token),
            "invoice_url": "https://toko.example.test",
            "invoice_code": f"INV-{self.invoices}",
        }
        status, body = self.send("/payment/authorize", request, authorization=f"Payment {token}")
        assert status == 200, body
        self.sales[member] = {**body["data"], "begun": False}
        self.tied[member] = account

    @precondition(lambda self: self.sales)
    @rule(choice=MEMBERS)
    def void(self, choice: int) -> None:
        member = sorted(self.sales)[choice % len(self.sales)]
        sale = self.sales[member]
        order = {"invoice_code": sale["invoice_code"], "transaction_code": sale["transaction_code"]}
        status, body = self.send("/payment/void", order)
        assert (status == 200) != sale["begun"], body
        if status == 200:
            del self.sales[member]

    @precondition(lambda self: self.sales)
    @rule(choice=MEMBERS)
    def redeem(self, choice: int) -> None:
        member = sorted(self.sales)[choice % len(self.sales)]
        assert self.send("/payment/redeem-code/commit", {"redeem_code": self.sales[member]["redeem_code"]})[0] == 200
        self.sales[member]["begun"] = True

    @precondition(lambda self: self.sales)
    @rule(choice=MEMBERS)
    def operators_cancel(self, choice: int) -> None:
        member = sorted(self.sales)[choice % len(self.sales)]
        p, who = self.market.world.platform, self.people[member].person_id
        (purchase,) = (one for one in self.market.purchases(self.people[member]) if one["state"] in OPEN)
        approval = propose_cancellation(
            p,
            operator="op-1",
            person_id=who,
            purchase_id=purchase["purchase_id"],
            reason=CancellationReason.NOT_AS_SOLD,
            evidence_reference="audit 9",
        )
        officer = Operator("op-2", frozenset({"payout_officer"}), p.clock.wall())
        approve(p, operator=officer, approval_id=approval.approval_id, announce=ANNOUNCED)
        for _ in range(2):
            assert annul(p, person_id=who, approval_id=approval.approval_id).state == "CANCELLED"
        del self.sales[member]

    @precondition(lambda self: self.tied)
    @rule(choice=MEMBERS)
    def untie(self, choice: int) -> None:
        member = sorted(self.tied)[choice % len(self.tied)]
        untie_account(
            self.market.world.platform,
            operator="op-1",
            person_id=self.people[member].person_id,
            platform="toko",
            user_platform_id=self.tied.pop(member),
            evidence_reference="letter 7",
        )

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 3))
    def the_same_again(self, choice: int) -> None:
        """A replay while its signature is believed: the same answer, and nothing moves."""
        event, response = self.sent[-1 - choice % len(self.sent)]
        age = self.market.world.clock.wall().timestamp() - int(event["headers"]["timestamp"])
        before = self.market.world.items("programme")
        again = handler(event, None)
        assert self.market.world.items("programme") == before
        if age <= 300 and "redeem-code" not in event["rawPath"]:
            assert again["body"] == response["body"]

    @invariant()
    def everything_is_somewhere(self) -> None:
        if not hasattr(self, "market"):
            return
        for member, who in enumerate(self.people):
            balance = self.market.balance(who)
            assert sum(balance.values()) == GRANTED
            assert balance["reserved"] == (PRICE if member in self.sales else 0)
            still_open = [one["purchase_id"] for one in self.market.purchases(who) if one["state"] in OPEN]
            assert len(still_open) == (member in self.sales)
            membership = self.market.membership(who)
            assert membership.get("open_purchase_id") == (still_open[0] if still_open else None)
            assert membership.get("platform_accounts", {}).get("toko") == self.tied.get(member)
        assert self.market.seats() == QUOTA - len(self.sales)
        items = {item["pk"]: item["person_id"] for item in self.market.world.items("programme") if self._ties(item)}
        assert items == {
            f"PLATFORM_ACCOUNT#toko#{account}": self.people[member].person_id for member, account in self.tied.items()
        }

    @staticmethod
    def _ties(item: dict[str, Any]) -> bool:
        return str(item["pk"]).startswith(PLATFORM_ACCOUNT.pk.partition("#")[0] + "#")


BuyingMachine.TestCase.settings = settings(
    max_examples=effort(4),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
TestBuying = BuyingMachine.TestCase
