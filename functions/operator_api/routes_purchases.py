"""Purchases as operators see them, and cancelling what no platform may cancel; cards and their accounts at platforms."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from prakerja.membership import NotAMember
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, refuses
from prakerja.training import purchases_of
from prakerja.training.api import PurchaseView
from prakerja.training.cancellation_api import AccountRelease, NewCancellation, PlatformAccountView, Progress
from prakerja.training.errors import PurchaseOver, PurchaseUnknown, ScheduleCancelled, ScheduleUnknown
from prakerja.training.service.annulling import propose_cancellation
from prakerja.training.service.annulling_all import progress_of, propose_schedule_cancellation
from prakerja.training.service.binding import untie_account
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", example="EXCEL-DASAR")]


@router.get("/operator/v1/purchases/<person_id>", tags=["purchases"])
def read_purchases(person_id: Id, who: Who) -> list[PurchaseView]:
    """What a person bought, oldest first, and what has become of it."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [PurchaseView.of(purchase) for purchase in purchases_of(platform().table, person_id)]


@router.put("/operator/v1/purchases/<person_id>/<purchase_id>/cancellation", status_code=202, tags=["purchases"])
@refuses(PurchaseUnknown, PurchaseOver, AlreadyDecided)
def cancel(person_id: Id, purchase_id: Id, body: NewCancellation, who: Who) -> ApprovalView:
    """Propose to cancel an open purchase, begun or not, with what shows why; another operator must agree.

    The price is available again, the redeem code is cancelled, the seat is free, the member is told.
    """
    who.require(Role.PAYOUT_OFFICER)
    approval = propose_cancellation(
        platform(),
        operator=who.sub,
        person_id=person_id,
        purchase_id=purchase_id,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
    )
    return ApprovalView.of(approval)


@router.put("/operator/v1/schedules/<course_code>/<schedule_code>/cancellation", status_code=202, tags=["purchases"])
@refuses(ScheduleUnknown, ScheduleCancelled, AlreadyDecided)
def cancel_schedule(course_code: Code, schedule_code: Code, body: NewCancellation, who: Who) -> ApprovalView:
    """Propose to cancel a schedule that is not held; another operator must agree.

    No more is sold of it, and all its open purchases are cancelled one after the other.
    """
    who.require(Role.PAYOUT_OFFICER)
    approval = propose_schedule_cancellation(
        platform(),
        operator=who.sub,
        course_code=course_code,
        schedule_code=schedule_code,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
    )
    return ApprovalView.of(approval)


@router.get("/operator/v1/schedules/<course_code>/cancellations/<approval_id>", tags=["purchases"])
def read_progress(course_code: Code, approval_id: Id, who: Who) -> Progress:
    """How many purchases of a cancelled schedule have been cancelled, and whether all have."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return Progress.of(progress_of(platform(), course_code=course_code, approval_id=approval_id))


@router.put("/operator/v1/memberships/<person_id>/platform-accounts/<client_code>/release", tags=["memberships"])
@refuses(NotAMember)
def release(person_id: Id, client_code: Code, body: AccountRelease, who: Who) -> list[PlatformAccountView]:
    """Untie a member's card from an account at a platform, with what shows why; repeating it is safe."""
    who.require(Role.PAYOUT_OFFICER)
    membership = untie_account(
        platform(),
        operator=who.sub,
        person_id=person_id,
        platform=client_code,
        user_platform_id=body.user_platform_id,
        evidence_reference=body.evidence_reference,
    )
    return PlatformAccountView.of(membership)
