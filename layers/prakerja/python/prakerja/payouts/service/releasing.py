"""Payout runs: let two operators release what a run has declared, queue it; or withdraw it before that."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

from prakerja.incentives import IncentiveMoved
from prakerja.payouts.channels import Flow
from prakerja.payouts.errors import (
    ChannelIsStopped,
    NotReleased,
    PayoutMoved,
    ProviderUnavailable,
    RunEmpty,
    RunNotDeclared,
    SourceShort,
    TotalsDiffer,
)
from prakerja.payouts.messages import PayoutQueued, RunApproved, RunStarted, ShardReleased, ShardWithdrawn
from prakerja.payouts.model import PayoutState
from prakerja.payouts.ports import PaymentProvider
from prakerja.payouts.runs import PayoutRun, RunState, Totals, totals_of
from prakerja.payouts.service.channels import channel
from prakerja.payouts.service.collecting import NEXT_STEP
from prakerja.payouts.service.funds import Funds, funds_for
from prakerja.payouts.service.screening import screen_payouts, withhold_payout
from prakerja.payouts.store import (
    RunMoved,
    change_payout,
    change_run,
    is_queued,
    load_run,
    new_run,
    payout_from_item,
    payout_key,
    payouts_of_shard,
    run_from_item,
    run_key,
    run_rows,
    run_shards,
    shard_queued,
    wake_after,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import PAYOUT_RUN
from prakerja.platform.approvals import Approval, load_approval, proposal, propose
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item
from prakerja.platform.rupiah import rupiah_text

RELEASE = "PAYOUT_RUN"
"""The kind of the operators' approval; its content is the hash over all payouts of the run."""

QUEUED_AT_ONCE = 20


def start_run(p: Platform, *, operator: str, scheduled_until: date, key: str) -> PayoutRun:
    """Begin a run over all incentives scheduled up to a WIB day, inclusive. Repeating the key is safe."""
    now = p.clock.programme()
    run = PayoutRun(command_id("operator", operator, "start_run", key), scheduled_until, operator, now)
    outcome = p.table.commit(
        *new_run(run, p.clock.wall() + NEXT_STEP),
        evidence(run.run_id, "RUN_STARTED", now, by=operator, scheduled_until=scheduled_until.isoformat()),
        outbox=[RunStarted(run_id=run.run_id)],
    )
    return load_run(p.table, run.run_id) if outcome.repeated else run


def propose_release(p: Platform, *, operator: str, run_id: str) -> Approval:
    """The first operator's agreement to a declared run. Raises NotFound, RunNotDeclared, RunEmpty."""
    # load
    run = load_run(p.table, run_id)
    # decide
    if run.state is not RunState.DECLARED:
        raise RunNotDeclared(state=str(run.state))
    if run.count == 0:
        raise RunEmpty
    now = p.clock.wall()
    approval = proposal(
        p,
        RELEASE,
        run_id,
        run.content_hash,
        operator,
        scheduled_until=run.scheduled_until.isoformat(),
        count=run.count,
        amount=run.amount,
        **{each.provider: f"{each.count} × = {rupiah_text(each.amount)}" for each in run.sums},
    )
    # commit
    outcome = p.table.commit(*propose(approval), evidence(run_id, "RELEASE_PROPOSED", now, by=operator))
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def release_approved(approval: Approval) -> RunApproved:
    """What the second operator's agreement announces."""
    return RunApproved(run_id=approval.subject_id, approval_id=approval.approval_id)


def release_run(p: Platform, banks: Mapping[str, PaymentProvider], *, run_id: str, approval_id: str) -> PayoutRun:
    """Release what two operators agreed on, after counting it again and asking whether our accounts cover it.

    Nobody's money is in doubt if it is refused: the run stays declared, and approving it again tries again. Raises
    NotReleased, TotalsDiffer, SourceShort, ChannelIsStopped, ProviderUnavailable (to be tried again later).
    """
    # load
    run = load_run(p.table, run_id)
    approval = load_approval(p.table, approval_id)
    if run.state is RunState.RELEASED:
        return run
    totals = totals_of(run_rows(p.table, run_id))
    # decide
    if run.state is not RunState.DECLARED or not approval.binds(RELEASE, run_id, run.content_hash):
        raise NotReleased
    if totals != Totals(run.count, run.amount, run.content_hash):
        count("RunTotalsDiffer")
        raise TotalsDiffer(declared=f"{run.count}/{run.amount}", found=f"{totals.count}/{totals.amount}")
    unknown = _require_covered(p, banks, run)
    released = replace(run, state=RunState.RELEASED, approval_id=approval_id)
    # commit, announce
    try:
        p.table.commit(
            change_run(run, released, p.clock.wall() + NEXT_STEP),
            evidence(
                run_id,
                "RUN_RELEASED",
                p.clock.programme(),
                approval_id=approval_id,
                amount=run.amount,
                balance_unknown=unknown,
            ),
            outbox=[ShardReleased(run_id=run_id, shard=shard) for shard in run_shards()],
        )
    except RunMoved:
        return load_run(p.table, run_id)
    return released


def queue_shard(p: Platform, *, run_id: str, shard: str) -> int:
    """Queue the payouts of one shard of a released run; answers how many. Queued ones are left alone."""
    # load
    run = load_run(p.table, run_id)
    if run.state is not RunState.RELEASED:
        raise NotReleased
    ids = [row.payout_id for row in payouts_of_shard(p.table, run_id, shard)]
    queued = sum(_queue(p, run, ids[start : start + QUEUED_AT_ONCE]) for start in range(0, len(ids), QUEUED_AT_ONCE))
    shard_done(p, run_id, shard)
    return queued


def shard_done(p: Platform, run_id: str, shard: str) -> None:
    """Nothing is left to do for a shard. Two workers with the last two may both miss the other; the sweep then has one
    of them look again."""
    # load
    item = p.table.get(PAYOUT_RUN, run_id=run_id) or {}
    last = all(is_queued(item, other) for other in run_shards() if other != shard)
    # commit
    p.table.commit(shard_queued(run_id, shard, last=last))


def due_runs(p: Platform, shard: str) -> list[Message]:
    """What comes next for the runs of a due shard whose message was lost."""
    keys = p.table.due(PAYOUT_RUN, shard, to_text(p.clock.wall()))
    items = p.table.batch_get(*(run_key(key["run_id"]) for key in keys)) if keys else []
    return [message for item in items if item is not None for message in _next_step(item)]


def _next_step(item: Item) -> list[Message]:
    run = run_from_item(item)
    if run.state is RunState.PREPARING:
        return [RunStarted(run_id=run.run_id)]
    left = [shard for shard in run_shards() if not is_queued(item, shard)] or ["00"]
    if run.state is RunState.RELEASED:
        return [ShardReleased(run_id=run.run_id, shard=shard) for shard in left]
    if run.state is RunState.WITHDRAWN:
        return [ShardWithdrawn(run_id=run.run_id, shard=shard) for shard in left]
    return []


def _queue(p: Platform, run: PayoutRun, ids: list[str]) -> int:
    while True:
        payouts = [payout_from_item(item) for item in p.table.batch_get(*map(payout_key, ids))]
        # decide
        waiting = [one for one in payouts if one.state is PayoutState.DECLARED and one.run_id == run.run_id]
        if not waiting:
            return 0
        fine, barred = screen_payouts(p, waiting)
        wake_at, now = wake_after(60, p.clock.wall()), p.clock.programme()
        agreed = [one.to(PayoutState.QUEUED, now, approval_id=run.approval_id) for one in fine]
        # commit, announce
        with suppress(PayoutMoved, IncentiveMoved):  # another worker has the same shard in hand: look again
            for payout, entry in barred:
                withhold_payout(p, payout, entry)
            if agreed:
                p.table.commit(
                    *(change_payout(before, after, wake_at) for before, after in zip(fine, agreed, strict=True)),
                    outbox=[PayoutQueued(payout_id=payout.payout_id, provider=payout.provider) for payout in agreed],
                )
            return len(agreed)


def _require_covered(p: Platform, banks: Mapping[str, PaymentProvider], run: PayoutRun) -> list[str]:
    """Whether each provider may be sent to and our account there covers the run's sum; those whose balance is unknown."""
    for each in run.sums:
        if channel(p, each.provider).flow(p.clock.wall()) is Flow.STOPPED:
            raise ChannelIsStopped(provider=each.provider)
    answers = {each: funds_for(p, banks[each.provider], each.amount) for each in run.sums}
    for each, funds in answers.items():
        if funds.status is Funds.SHORT:
            p.table.commit(
                evidence(
                    run.run_id,
                    "RUN_SHORT",
                    p.clock.programme(),
                    provider=each.provider,
                    amount=each.amount,
                    available=funds.available,
                )
            )
            count("RunNotCovered")
            raise SourceShort(
                provider=each.provider, amount=rupiah_text(each.amount), available=rupiah_text(funds.available or 0)
            )
        if funds.status is Funds.DOWN:
            raise ProviderUnavailable(provider=each.provider, retry_after=60)
    return [each.provider for each, funds in answers.items() if funds.status is Funds.UNKNOWN]
