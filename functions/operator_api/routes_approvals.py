"""Four eyes: what waits for a second person, and that person's agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.payouts.service import RELEASE, release_approved
from prakerja.platform.approvals import (
    AlreadyDecided,
    Approval,
    SameOperator,
    StaleSignIn,
    approve,
    load_approval,
    waiting_approvals,
)
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, refuses
from prakerja.platform.outbox import Message
from prakerja.platform.problems import NotFound
from prakerja.waves.api import ApprovalView
from prakerja.waves.service import DECREE, decree_approved
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]

ANNOUNCED: Mapping[str, Callable[[Approval], Message]] = {DECREE: decree_approved, RELEASE: release_approved}
"""What an agreement sets off, by kind."""

MAY_APPROVE: Mapping[str, Role] = {DECREE: Role.WAVE_MANAGER, RELEASE: Role.PAYOUT_OFFICER}


@router.get("/operator/v1/approvals", tags=["approvals"])
def list_approvals(who: Who) -> list[ApprovalView]:
    """Proposals that wait for a second person, oldest first."""
    who.require(Role.WAVE_MANAGER, Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [ApprovalView.of(approval) for approval in waiting_approvals(platform().table)]


@router.put("/operator/v1/approvals/<approval_id>/approval", tags=["approvals"])
@refuses(NotFound, SameOperator, StaleSignIn, AlreadyDecided)
def agree(approval_id: Id, who: Who) -> ApprovalView:
    """Agree to what another operator proposed. Needs a fresh sign-in; repeating it is safe."""
    p = platform()
    who.require(*MAY_APPROVE.values())  # before anything is looked up: ids are not told to those who may not approve
    role = MAY_APPROVE.get(load_approval(p.table, approval_id).kind)
    if role is None:
        raise NotFound  # of a kind that is agreed to elsewhere
    who.require(role)
    return ApprovalView.of(approve(p, operator=who, approval_id=approval_id, announce=ANNOUNCED))
