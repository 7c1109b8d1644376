"""A member in the middle of a self-paced course, whom the institution has just sent to us to attend its first day."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

from prakerja.training.model.catalogue import CourseType
from tests.support.apis import Apis
from tests.support.classroom import PHOTO
from tests.support.good import Good

CARD = "8000000000000008"
COURSE, SCHEDULE = "VIDEO", "VIDEO-1"


class LearningDesk:
    """``state`` leads ``learner`` to the first learning day."""

    def __init__(self, apis: Apis) -> None:
        self.apis = apis
        market = apis.market
        self.learner = market.member(8, card=CARD)
        market.offer(COURSE, SCHEDULE, course_type=CourseType.SELF_PACED, starts_in=timedelta())
        self.code = market.buy(card=CARD, course_code=COURSE, schedule_code=SCHEDULE, invoice="INV-VIDEO")[
            "redeem_code"
        ]
        self.purchase = str(market.purchases(self.learner)[0]["purchase_id"])
        self.state = market.state(self.code)

    def good(self) -> dict[str, Good]:
        """Route → a request that succeeds now."""
        learner, way = self.apis.person_token(self.learner.person_id), {"state": self.state}
        return {
            "GET /v1/purchases/{purchase_id}": Good(learner, {"purchase_id": self.purchase}),
            "GET /v1/attendances/{state}": Good(learner, way),
            "PUT /v1/attendances/{state}": Good(learner, way, {"photo": in_base64(PHOTO)}),
        }


def in_base64(photo: bytes) -> str:
    """As the mobile app sends it."""
    return b64encode(photo).decode()
