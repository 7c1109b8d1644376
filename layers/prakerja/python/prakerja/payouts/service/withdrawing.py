"""A declared run is withdrawn before it is released: its payouts are cancelled, its incentives are scheduled again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from prakerja.incentives import IncentiveMoved
from prakerja.payouts.errors import PayoutMoved, RunNotDeclared
from prakerja.payouts.messages import ShardWithdrawn
from prakerja.payouts.model import PayoutState
from prakerja.payouts.runs import PayoutRun, RunState
from prakerja.payouts.service.collecting import NEXT_STEP
from prakerja.payouts.service.releasing import shard_done
from prakerja.payouts.service.stopping import cancel
from prakerja.payouts.store import (
    change_run,
    load_run,
    payout_from_item,
    payout_key,
    payouts_of_shard,
    run_shards,
)
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count


def withdraw_run(p: Platform, *, operator: str, run_id: str) -> PayoutRun:
    """Withdraw a declared run: any one operator may, since no money moves. Repeating it is safe.

    Raises NotFound, RunNotDeclared, RunMoved.
    """
    # load
    run = load_run(p.table, run_id)
    # decide
    if run.state is RunState.WITHDRAWN:
        return run
    if run.state is not RunState.DECLARED:
        raise RunNotDeclared(state=str(run.state))
    withdrawn = replace(run, state=RunState.WITHDRAWN)
    # commit, announce
    p.table.commit(
        change_run(run, withdrawn, p.clock.wall() + NEXT_STEP),
        evidence(run_id, "RUN_WITHDRAWN", p.clock.programme(), by=operator, amount=run.amount),
        outbox=[ShardWithdrawn(run_id=run_id, shard=shard) for shard in run_shards()],
    )
    count("RunWithdrawn")
    return withdrawn


def withdraw_shard(p: Platform, *, run_id: str, shard: str) -> int:
    """Cancel the payouts of one shard of a withdrawn run; answers how many. Raises RunNotDeclared."""
    # load
    run = load_run(p.table, run_id)
    if run.state is not RunState.WITHDRAWN:
        raise RunNotDeclared(state=str(run.state))
    rows = payouts_of_shard(p.table, run_id, shard)
    cancelled = sum(_cancel(p, run, row.payout_id) for row in rows)
    shard_done(p, run_id, shard)
    return cancelled


def _cancel(p: Platform, run: PayoutRun, payout_id: str) -> bool:
    while True:
        (item,) = p.table.batch_get(payout_key(payout_id))
        payout = payout_from_item(item)
        if payout.run_id != run.run_id or payout.state is not PayoutState.DECLARED:
            return False
        with suppress(PayoutMoved, IncentiveMoved):  # its member entered a list, or was revoked: look again
            cancel(p, payout)
            return True
