"""Ending a membership, and what is owed afterwards."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from prakerja.incentives import claims_of
from prakerja.incentives.api import ClaimView, NewRepayment
from prakerja.incentives.errors import ClaimMoved, MoreThanClaimed
from prakerja.incentives.service import record_repayment
from prakerja.membership import (
    ExtensionNotPossible,
    ExtensionOutOfBounds,
    MembershipEnded,
    NotAMember,
    load_membership,
)
from prakerja.membership.api import MembershipStanding, NewExtension, NewRevocation
from prakerja.membership.service import propose_extension, propose_revocation
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]
Kind = Annotated[str, Path(pattern=r"^[A-Z_]{1,30}$")]
Number = Annotated[int, Path(ge=1, le=9)]


@router.put("/operator/v1/memberships/<person_id>/revocation", status_code=202, tags=["memberships"])
@refuses(NotAMember, MembershipEnded, AlreadyDecided)
def revoke(person_id: Id, body: NewRevocation, who: Who) -> ApprovalView:
    """Propose to end a membership for good, with what shows why; another operator must agree.

    Nothing more is paid; what is left of the balance is forfeited; what was paid is claimed back, but not of the dead.
    """
    who.require(Role.PAYOUT_OFFICER)
    approval = propose_revocation(
        platform(),
        operator=who.sub,
        person_id=person_id,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
    )
    return ApprovalView.of(approval)


@router.get("/operator/v1/memberships/<person_id>", tags=["memberships"])
@refuses(NotAMember)
def read_membership(person_id: Id, who: Who) -> MembershipStanding:
    """How a membership stands: its deadline, whether it was moved and why, whether and why it is over."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    membership = load_membership(platform().table, person_id)
    if membership is None:
        raise NotAMember
    return MembershipStanding.of(membership)


@router.put("/operator/v1/memberships/<person_id>/extension", status_code=202, tags=["memberships"])
@refuses(NotAMember, ExtensionNotPossible, ExtensionOutOfBounds, AlreadyDecided)
def give_time(person_id: Id, body: NewExtension, who: Who) -> ApprovalView:
    """Propose more time for the first purchase, for hardship, with what shows it; another operator must agree.

    The scheme says how much later than everybody's the new last day may be; nobody buys after the season's cut-off.
    """
    who.require(Role.PAYOUT_OFFICER)
    p = platform()
    extension = body.of(person_id, p.clock.wall())
    return ApprovalView.of(propose_extension(p, operator=who.sub, extension=extension))


@router.get("/operator/v1/memberships/<person_id>/claims", tags=["memberships"])
def read_claims(person_id: Id, who: Who) -> list[ClaimView]:
    """What a person must pay back, and how much of it came."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [ClaimView.of(claim) for claim in claims_of(platform().table, person_id)]


@router.post(
    "/operator/v1/memberships/<person_id>/claims/<kind>/<number>/repayments", status_code=201, tags=["memberships"]
)
@refuses(NotFound, MoreThanClaimed, ClaimMoved, IdempotencyKeyReused)
def repay(person_id: Id, kind: Kind, number: Number, body: NewRepayment, who: Who, key: IdempotencyKey) -> ClaimView:
    """Write down a repayment that came to the programme's account; in parts, too."""
    who.require(Role.PAYOUT_OFFICER)
    claim = record_repayment(
        platform(),
        operator=who.sub,
        person_id=person_id,
        kind=kind,
        number=number,
        amount=body.amount,
        reference=body.reference,
        key=key,
    )
    return ClaimView.of(claim)
