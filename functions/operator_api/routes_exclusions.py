"""Lists of people who may not benefit, as agencies hand them in."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.exclusions.api import AddedView, EntryView, ListView, NewLift, NewList, Search
from prakerja.exclusions.errors import NotExcluded
from prakerja.exclusions.service import add_list, find_exclusion, propose_lift
from prakerja.exclusions.store import lists
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]


@router.post("/operator/v1/exclusion-lists", status_code=201, tags=["exclusions"])
@refuses(IdempotencyKeyReused)
def add(body: NewList, who: Who, key: IdempotencyKey) -> AddedView:
    """Hand in a list of an agency. Each row is judged on its own; what is not paid yet to these people is withheld."""
    who.require(Role.PAYOUT_OFFICER)
    added, results = add_list(platform(), operator=who.sub, source=body.source, rows=body.rows, key=key)
    return AddedView(**ListView.of(added).model_dump(), results=results)


@router.get("/operator/v1/exclusion-lists", tags=["exclusions"])
def read_lists(who: Who) -> list[ListView]:
    """The lists that were handed in, latest first."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [ListView.of(added) for added in lists(platform().table)]


@router.post("/operator/v1/exclusions/search", tags=["exclusions"])
def search(body: Search, who: Who) -> list[EntryView]:
    """Which lists a NIK is on, and why. It comes in the body, so that no log of addresses keeps it."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [EntryView.of(entry) for entry in find_exclusion(platform(), body.nik).entries]


@router.post("/operator/v1/exclusions/lift", status_code=202, tags=["exclusions"])
@refuses(NotExcluded, AlreadyDecided)
def take_off(body: NewLift, who: Who) -> ApprovalView:
    """Propose to take a NIK off a list, with what shows that it is there by mistake; another operator must agree."""
    who.require(Role.PAYOUT_OFFICER)
    approval = propose_lift(
        platform(),
        operator=who.sub,
        nik=body.nik,
        source=body.source,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
    )
    return ApprovalView.of(approval)
