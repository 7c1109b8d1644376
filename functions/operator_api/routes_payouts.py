"""Payout runs."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.payouts.api import NewRun, RunDetail, RunView
from prakerja.payouts.errors import RunEmpty, RunNotDeclared
from prakerja.payouts.service import propose_release, start_run, withdraw_run
from prakerja.payouts.store import RunMoved, load_run, progress_of, recent_runs
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.http import Id, IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform

router = Router()

Who = Annotated[Operator, Depends(operator)]


@router.post("/operator/v1/payout-runs", status_code=201, tags=["payouts"])
@refuses(IdempotencyKeyReused)
def new_run(body: NewRun, who: Who, key: IdempotencyKey) -> RunView:
    """Begin a run: what is due is collected in the background, then count and sum are declared."""
    who.require(Role.PAYOUT_OFFICER)
    return RunView.of(start_run(platform(), operator=who.sub, scheduled_until=body.scheduled_until, key=key))


@router.get("/operator/v1/payout-runs", tags=["payouts"])
def list_runs(who: Who) -> list[RunView]:
    """The latest runs."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    return [RunView.of(run) for run in recent_runs(platform().table)]


@router.get("/operator/v1/payout-runs/<run_id>", tags=["payouts"])
@refuses(NotFound)
def read_run(run_id: Id, who: Who) -> RunDetail:
    """One run: its sums by provider, and how far its payouts are."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    table = platform().table
    run = load_run(table, run_id)
    return RunDetail.made_of(run, progress_of(table, run))


@router.put("/operator/v1/payout-runs/<run_id>/release", status_code=202, tags=["payouts"])
@refuses(NotFound, RunNotDeclared, RunEmpty, AlreadyDecided)
def release(run_id: Id, who: Who) -> ApprovalView:
    """Propose to release a declared run; another operator must approve it before money moves."""
    who.require(Role.PAYOUT_OFFICER)
    return ApprovalView.of(propose_release(platform(), operator=who.sub, run_id=run_id))


@router.put("/operator/v1/payout-runs/<run_id>/withdrawal", tags=["payouts"])
@refuses(NotFound, RunNotDeclared, RunMoved)
def withdraw(run_id: Id, who: Who) -> RunView:
    """Withdraw a declared run before it is released: its incentives wait for the next one. Repeating it is safe."""
    who.require(Role.PAYOUT_OFFICER)
    return RunView.of(withdraw_run(platform(), operator=who.sub, run_id=run_id))
