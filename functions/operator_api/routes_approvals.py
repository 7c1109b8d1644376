"""Four eyes: what waits for a second person, and that person's agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from prakerja.cases.service import CLEAR, clearing_approved
from prakerja.exclusions.service import LIFT, lift_approved
from prakerja.membership.service import EXTEND, REVOKE, extension_approved, revocation_approved
from prakerja.partners.service.suspending import RESUME, resumption_parts
from prakerja.payouts.service import RELEASE, START, VERDICT, release_approved, start_approved, verdict_approved
from prakerja.platform.approvals import (
    AlreadyDecided,
    Approval,
    SameOperator,
    StaleSignIn,
    approve,
    load_approval,
    refuse,
    waiting_approvals,
)
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, refuses
from prakerja.platform.outbox import Message
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import NotFound
from prakerja.platform.settings import settings
from prakerja.training.service.annulling import CANCEL, cancellation_approved
from prakerja.training.service.annulling_all import CANCEL_SCHEDULE, schedule_cancellation_approved
from prakerja.waves.annulling import ANNUL, annulment_parts
from prakerja.waves.api import ApprovalList, ApprovalView
from prakerja.waves.errors import WaveChanged
from prakerja.waves.service import DECREE, decree_approved
from prakerja.wiring import operator, platform, secret

router = Router()

Who = Annotated[Operator, Depends(operator)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
PAGE = 50

ANNOUNCED: Mapping[str, Callable[[Approval], Message]] = {
    CLEAR: clearing_approved,
    CANCEL: cancellation_approved,
    CANCEL_SCHEDULE: schedule_cancellation_approved,
    DECREE: decree_approved,
    EXTEND: extension_approved,
    LIFT: lift_approved,
    RELEASE: release_approved,
    REVOKE: revocation_approved,
    START: start_approved,
    VERDICT: verdict_approved,
}
"""What an agreement sets off, by kind."""

AT_ONCE = {ANNUL: annulment_parts, RESUME: resumption_parts}
"""What an agreement does itself, by kind."""

MAY_APPROVE: Mapping[str, Role] = {
    ANNUL: Role.WAVE_MANAGER,
    CLEAR: Role.PAYOUT_OFFICER,
    CANCEL: Role.PAYOUT_OFFICER,
    CANCEL_SCHEDULE: Role.PAYOUT_OFFICER,
    DECREE: Role.WAVE_MANAGER,
    EXTEND: Role.PAYOUT_OFFICER,
    LIFT: Role.PAYOUT_OFFICER,
    RELEASE: Role.PAYOUT_OFFICER,
    RESUME: Role.PARTNER_MANAGER,
    REVOKE: Role.PAYOUT_OFFICER,
    START: Role.PAYOUT_OFFICER,
    VERDICT: Role.PAYOUT_OFFICER,
}


@router.get("/operator/v1/approvals", tags=["approvals"])
@refuses(BadCursor)
def list_approvals(who: Who, cursor: Cursor = None) -> ApprovalList:
    """Proposals that wait for a second person, oldest first: what is proposed, to those who may agree and to auditors."""
    who.require(*Role)
    key, scope = secret(settings().cursor_secret), "approvals"
    found, further = waiting_approvals(platform().table, after=open_cursor(key, scope, cursor), limit=PAGE)
    views = [
        ApprovalView.of(approval, legible=bool(who.roles & {MAY_APPROVE.get(approval.kind), Role.AUDITOR}))
        for approval in found
    ]
    return ApprovalList(approvals=views, next=seal_cursor(key, scope, further))


@router.put("/operator/v1/approvals/<approval_id>/approval", tags=["approvals"])
@refuses(NotFound, SameOperator, StaleSignIn, AlreadyDecided, WaveChanged)
def agree(approval_id: Id, who: Who) -> ApprovalView:
    """Agree to what another operator proposed. Needs a fresh sign-in; repeating it is safe."""
    _may_decide(who, approval_id)
    return ApprovalView.of(
        approve(platform(), operator=who, approval_id=approval_id, announce=ANNOUNCED, at_once=AT_ONCE)
    )


@router.put("/operator/v1/approvals/<approval_id>/refusal", tags=["approvals"])
@refuses(NotFound, AlreadyDecided)
def turn_down(approval_id: Id, who: Who) -> ApprovalView:
    """Refuse a proposal, or withdraw one's own: it will never be acted on. Repeating it is safe.

    Whoever proposed it may propose the same once more; that is another proposal.
    """
    _may_decide(who, approval_id)
    return ApprovalView.of(refuse(platform(), operator=who, approval_id=approval_id))


def _may_decide(who: Operator, approval_id: str) -> None:
    who.require(*MAY_APPROVE.values())  # before anything is looked up: ids are not told to those who may not approve
    role = MAY_APPROVE.get(load_approval(platform().table, approval_id).kind)
    if role is None:
        raise NotFound  # of a kind that is agreed to elsewhere
    who.require(role)
