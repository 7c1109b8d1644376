"""What a payout officer has on the desk: payouts that are held and paid, and a channel that was stopped."""

from __future__ import annotations

from prakerja.incentives import JOB_SEARCH
from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.service import stop_channel
from prakerja.payouts.store import change_payout, load_payout, new_attempt, new_payout, relist
from tests.support.apis import Apis
from tests.support.good import Good
from tests.support.people import Someone

STOPPED, FLOWING = "BCA", "BNI"


class Desk:
    """``payout`` is held after its one sending, ``paid`` is paid; ``STOPPED`` is stopped, ``FLOWING`` is not."""

    def __init__(self, apis: Apis, member: Someone) -> None:
        self.apis, self.world = apis, apis.world
        self.payout = self._sent(member, 2, PayoutState.HELD)
        self.paid = self._sent(member, 3, PayoutState.PAID)
        stop_channel(self.world.platform, operator="op-0", provider=STOPPED, because="the bank asked us to")

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        operator = self.apis.operator_token()
        payout = {"payout_id": self.payout}
        verdict = {"verdict": "PAID", "evidence_reference": "report BNI 2026-02-17"}
        because = {"because": "the bank reports double bookings"}
        return {
            "GET /operator/v1/payouts": Good(operator, query="state=HELD"),
            "GET /operator/v1/payouts/{payout_id}": Good(operator, payout),
            "PUT /operator/v1/payouts/{payout_id}/verdict": Good(operator, payout, verdict, 202),
            "GET /operator/v1/channels": Good(operator),
            "PUT /operator/v1/channels/{provider}/stop": Good(operator, {"provider": FLOWING}, because),
            "PUT /operator/v1/channels/{provider}/start": Good(operator, {"provider": STOPPED}, None, 202),
        }

    def _sent(self, member: Someone, number: int, state: PayoutState) -> str:
        """A further incentive's payout, and what became of it."""
        p, now = self.world.platform, self.world.clock.wall()
        payout_id = p.ids.of("payout", member.person_id, JOB_SEARCH, str(number))
        declared = Payout(payout_id, "run-0", member.person_id, JOB_SEARCH, number, FLOWING, 600_000)
        attempt = Attempt(
            payout_id, 1, FLOWING, "17", "/v1/transfer-intrabank", f"P26015ABCDEFGHIJKL0{number}", 600_000,
            b"sealed", b"sealed", f"2026011509300000000000000000{number}", now, now, ambiguous=True, unknown_since=now,
        )  # fmt: skip
        self.world.table.commit(*new_payout(declared), new_attempt(attempt))
        seen = load_payout(self.world.table, payout_id)
        sent = seen.to(state, p.clock.programme(), attempt=1)
        self.world.table.commit(change_payout(seen, sent), *relist(seen, False, sent, False, now))
        return payout_id
