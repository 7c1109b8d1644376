"""Deadlines and seasons as the office sees them: a member who has not bought yet, a season that a night has closed."""

from __future__ import annotations

from datetime import timedelta

from prakerja.balance import LedgerClose, season_account
from prakerja.balance.store import new_close
from prakerja.incentives.service import season_kind
from prakerja.platform.clock import wib_date
from prakerja.platform.sweeps import Sweep, swept
from tests.support.apis import Apis
from tests.support.good import Good

CLOSED_MEMBERS, FORFEITED = 2, 1_500_000


class MembersOffice:
    """``waiting`` has a deadline that can be moved. One shard of the season of 2022 was closed today."""

    def __init__(self, apis: Apis) -> None:
        self.apis, self.world = apis, apis.world
        self.waiting = apis.market.member(61, card="8000000000000061")
        self.today = wib_date(self.world.clock.programme())
        begun = Sweep(season_kind(2022), self.today, "00")
        sums = {"CLOSED": CLOSED_MEMBERS, "FORFEITED_MEMBERS": 2, "FORFEITED_RUPIAH": FORFEITED, "INCENTIVES": 8}
        booked = {season_account(2022): FORFEITED}
        self.world.table.commit(
            swept(begun, begun.over(None, CLOSED_MEMBERS, sums)),
            new_close(LedgerClose(self.today, 2, {"MEMBER:AVAILABLE": FORFEITED}, booked)),
        )

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        operator, who = self.apis.operator_token(), {"person_id": self.waiting.person_id}
        more = {
            "reason": "ILLNESS",
            "last_day": (self.today + timedelta(days=30)).isoformat(),
            "evidence_reference": "hospital letter 12",
        }
        return {
            "GET /operator/v1/memberships/{person_id}": Good(operator, who),
            "PUT /operator/v1/memberships/{person_id}/extension": Good(operator, who, more, 202),
            "GET /operator/v1/deadlines/{day}": Good(operator, {"day": self.today.isoformat()}),
            "GET /operator/v1/seasons/{year}": Good(operator, {"year": "2022"}),
        }
