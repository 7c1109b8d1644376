"""Beside the journey: while Ani's course has begun, two operators cancel it, or its whole schedule; her card is untied."""

from __future__ import annotations

from typing import Any

from prakerja.membership import change_membership
from prakerja.platform.access_patterns import PURCHASE
from prakerja.platform.ids import shard_of
from prakerja.registration import Education
from prakerja.registration.service.profile import tell_education
from prakerja.training.messages import CancellationApproved, ScheduleCancellationApproved, SomeToCancel
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.service.annulling import propose_cancellation
from prakerja.training.service.annulling_all import propose_schedule_cancellation
from prakerja.training.service.binding import untie_account
from tests.support.market import account_of
from tests.support.people import plant_member, someone
from tests.support.scenarios import Step, aside, delivery
from tests.support.scenarios_people import sweep
from tests.support.scenarios_stage import FEW, Stage
from tests.support.scenarios_waves import agree

CLERK = "op-1"
LETTER = {"operator": CLERK, "evidence_reference": "letter LPK 7"}
SOME = frozenset({SomeToCancel.topic})


def _ani(stage: Stage) -> str:
    return str(stage.memo.person_id)


def _propose(stage: Stage) -> Any:
    (bought,) = stage.world.table.query(PURCHASE, person_id=_ani(stage)).items
    approval = propose_cancellation(
        stage.p,
        person_id=_ani(stage),
        purchase_id=bought["purchase_id"],
        reason=CancellationReason.NOT_AS_SOLD,
        **LETTER,
    )
    stage.memo.approval_id = approval.approval_id
    return approval


def _agreed(stage: Stage) -> None:
    _propose(stage)
    agree(stage)


def _propose_all(stage: Stage) -> Any:
    approval = propose_schedule_cancellation(
        stage.p, course_code="C1", schedule_code="S1", reason=CancellationReason.NOT_HELD, **LETTER
    )
    stage.memo.approval_id = approval.approval_id
    return approval


def _all_agreed(stage: Stage) -> None:
    _propose_all(stage)
    agree(stage)


def _begun(stage: Stage) -> None:
    _all_agreed(stage)
    stage.relay()
    stage.work(stage.take(ScheduleCancellationApproved.topic))


def _anis_shard(stage: Stage) -> str:
    return f'"shard":"{shard_of(stage.memo.sale["redeem_code"], FEW)}"'


def _lost(stage: Stage) -> None:
    _begun(stage)
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(minutes=16)


def _untie(stage: Stage) -> Any:
    account = account_of(stage.memo.card_number)
    return untie_account(stage.p, person_id=_ani(stage), platform="toko", user_platform_id=account, **LETTER)


def _tell(stage: Stage) -> Any:
    return tell_education(stage.p, person_id=_ani(stage), education=Education.SMA)


def others_cancelled_and_over(stage: Stage) -> None:
    """Two more members have a course each: the schedule of one is cancelled, the time of the other is over."""
    market = stage.market
    for number, course in ((701, "C71"), (702, "C72")):
        card = f"87{number:014d}"
        who = plant_member(stage.world, someone(number), card_number=card)
        stage.world.table.commit(change_membership(who.person_id, set={"account_linked": True}))
        market.offer(course, course)
        market.buy(card=card, course_code=course, schedule_code=course, invoice=course)
    approval = propose_schedule_cancellation(
        stage.p, course_code="C71", schedule_code="C71", reason=CancellationReason.NOT_HELD, **LETTER
    )
    stage.memo.approval_id = approval.approval_id
    agree(stage)
    stage.clock.move(days=40)
    sweep(stage)


CANCELLING = (
    Step("propose cancellation", _propose, aside=True),
    aside(delivery("cancel purchase", CancellationApproved.topic, before=_agreed, of=_ani)),
    Step("propose schedule cancellation", _propose_all, aside=True),
    aside(
        delivery("cancel schedule", ScheduleCancellationApproved.topic, before=_all_agreed, may_announce=SOME),
    ),
    aside(delivery("cancel some", SomeToCancel.topic, before=_begun, of=_anis_shard, may_announce=SOME)),
    Step("sweep due: cancelled schedule", sweep, _lost, aside=True),
    Step("untie account", _untie, aside=True),
    Step("tell education", _tell, aside=True),
)
"""While a course has begun."""
