"""A lesson that a member attends in a browser, and what the institution is told of it."""

from __future__ import annotations

import pytest

from tests.support.market import Market
from tests.support.people import Someone
from tests.support.site import Site
from tests.support.visiting import Seen, Visitor
from tests.support.world import World


class Class:
    """A member who has bought course C1, and the pages."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.market = Market(world, monkeypatch)
        self.site = Site(world, monkeypatch, market=self.market)
        self.member: Someone = self.market.member()
        self.code: str = self.market.buy()["redeem_code"]
        self.who: Visitor = self.site.signed_in(self.member.person_id)

    def link(self, sequence: int = 1) -> str:
        """Where the institution sends the participant now."""
        return f"/attendance/{self.market.state(self.code, sequence)}"

    def page(self, sequence: int = 1) -> Seen:
        """The attendance page while it is open."""
        self.market.wait_for(self.code, sequence)
        return self.who.open(self.link(sequence))

    def attended(self, sequence: int = 1) -> int:
        """What the institution is told."""
        body = {"redeem_code": self.code, "sequence": sequence}
        data = self.market.call("lpk", "/payment/redeem-code/status", body)[1]["data"]
        return int(data["attendance_status"])
