"""What operators and members look into about purchases: a member in the middle of a course, tied to an account."""

from __future__ import annotations

from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.service.annulling_all import propose_schedule_cancellation
from tests.support.apis import Apis
from tests.support.good import Good
from tests.support.market import account_of

CARD = "8000000000000006"
COURSE, SCHEDULE, GONE = "DESAIN", "DESAIN-1", "DESAIN-0"
PROOF = {"reason": "NOT_HELD", "evidence_reference": "letter LPK 7"}


class PurchaseDesk:
    """``buyer`` has bought ``SCHEDULE`` of ``COURSE``; the cancelling of another schedule, ``GONE``, is proposed."""

    def __init__(self, apis: Apis) -> None:
        self.apis = apis
        market = apis.market
        self.buyer = market.member(6, card=CARD)
        market.offer(COURSE, SCHEDULE)
        market.offer(COURSE, GONE)
        market.buy(card=CARD, course_code=COURSE, schedule_code=SCHEDULE, invoice="INV-DESAIN")
        self.purchase = str(market.purchases(self.buyer)[0]["purchase_id"])
        self.cancelling = propose_schedule_cancellation(
            apis.world.platform,
            operator="op-0",
            course_code=COURSE,
            schedule_code=GONE,
            reason=CancellationReason.NOT_HELD,
            evidence_reference="letter LPK 6",
        ).approval_id

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        operator, buyer = self.apis.operator_token(), self.apis.person_token(self.buyer.person_id)
        person, bought = {"person_id": self.buyer.person_id}, {"purchase_id": self.purchase}
        release = {"user_platform_id": account_of(CARD), "evidence_reference": "letter TOKO 1"}
        return {
            "GET /v1/profile": Good(buyer),
            "PUT /v1/profile": Good(buyer, {}, {"last_education": "SMA"}),
            "GET /v1/purchases/{purchase_id}/timeline": Good(buyer, bought),
            "GET /v1/membership/platform-accounts": Good(buyer),
            "GET /operator/v1/purchases/{person_id}": Good(operator, person),
            "PUT /operator/v1/purchases/{person_id}/{purchase_id}/cancellation": Good(
                operator, {**person, **bought}, PROOF, 202
            ),
            "PUT /operator/v1/schedules/{course_code}/{schedule_code}/cancellation": Good(
                operator, {"course_code": COURSE, "schedule_code": SCHEDULE}, PROOF, 202
            ),
            "GET /operator/v1/schedules/{course_code}/cancellations/{approval_id}": Good(
                operator, {"course_code": COURSE, "approval_id": self.cancelling}
            ),
            "PUT /operator/v1/memberships/{person_id}/platform-accounts/{client_code}/release": Good(
                operator, {**person, "client_code": "toko"}, release
            ),
        }
