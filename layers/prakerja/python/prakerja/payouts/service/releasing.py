"""Payout runs: collect what is due, declare count and sum, let two operators release it, queue it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from prakerja.incentives import (
    DUE_KIND,
    Incentive,
    IncentiveMoved,
    IncentiveState,
    incentive_from_item,
    moved,
    taken_into_run,
)
from prakerja.membership import MembershipState, membership_from_item
from prakerja.payouts.errors import NotReleased, PayoutMoved, RunEmpty, RunNotDeclared, TotalsDiffer
from prakerja.payouts.messages import PayoutQueued, RunApproved, RunStarted, ShardReleased
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.runs import PayoutRun, RunState, Totals, totals_of
from prakerja.payouts.store import (
    RunMoved,
    account_from_item,
    account_key,
    change_payout,
    change_run,
    load_run,
    new_payout,
    new_run,
    payout_from_item,
    payout_key,
    payouts_of_shard,
    run_shards,
    wake_after,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS, INCENTIVE, MEMBERSHIP
from prakerja.platform.approvals import Approval, load_approval, propose
from prakerja.platform.clock import end_of_wib_day, to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id
from prakerja.platform.observability import count
from prakerja.platform.parts import Item
from prakerja.platform.problems import Conflict

RELEASE = "PAYOUT_RUN"
"""The kind of the operators' approval; its content is the hash over all payouts of the run."""

COLLECTED_AT_ONCE = 100
QUEUED_AT_ONCE = 20


def start_run(p: Platform, *, operator: str, scheduled_until: date, key: str) -> PayoutRun:
    """Begin a run over all incentives scheduled up to a WIB day, inclusive. Repeating the key is safe."""
    now = p.clock.programme()
    run = PayoutRun(command_id("operator", operator, "start_run", key), scheduled_until, operator, now)
    outcome = p.table.commit(
        *new_run(run),
        evidence(run.run_id, "RUN_STARTED", now, by=operator, scheduled_until=scheduled_until.isoformat()),
        outbox=[RunStarted(run_id=run.run_id)],
    )
    return load_run(p.table, run.run_id) if outcome.repeated else run


def prepare_run(p: Platform, *, run_id: str) -> PayoutRun:
    """Take the due incentives into the run, some at a time; declare count and sum when none is left."""
    # load
    run = load_run(p.table, run_id)
    if run.state is not RunState.PREPARING:
        return run
    before = to_text(end_of_wib_day(run.scheduled_until))
    for shard in range(DUE_SHARDS):
        keys = p.table.due(INCENTIVE, f"{DUE_KIND}#{shard:02d}", before, limit=COLLECTED_AT_ONCE)
        if keys:
            _collect(p, run, keys)
            p.table.commit(outbox=[RunStarted(run_id=run_id)])  # look again: there may be more
            return run
    totals = _totals(p, run_id)
    # decide
    declared = replace(
        run, state=RunState.DECLARED, count=totals.count, amount=totals.amount, content_hash=totals.content_hash
    )
    # commit
    try:
        p.table.commit(
            change_run(run, declared),
            evidence(run_id, "RUN_DECLARED", p.clock.programme(), count=totals.count, amount=totals.amount),
        )
    except RunMoved:
        return load_run(p.table, run_id)
    return declared


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
    approval_id = p.ids.of(RELEASE, run_id, run.content_hash, operator)
    approval = Approval(approval_id, RELEASE, run_id, run.content_hash, operator, to_text(now))
    # commit
    outcome = p.table.commit(*propose(approval), evidence(run_id, "RELEASE_PROPOSED", now, by=operator))
    return load_approval(p.table, approval_id) if outcome.repeated else approval


def release_approved(approval: Approval) -> RunApproved:
    """What the second operator's agreement announces."""
    return RunApproved(run_id=approval.subject_id, approval_id=approval.approval_id)


def release_run(p: Platform, *, run_id: str, approval_id: str) -> PayoutRun:
    """Release what two operators agreed on, after counting it again. Raises NotReleased, TotalsDiffer."""
    # load
    run = load_run(p.table, run_id)
    approval = load_approval(p.table, approval_id)
    if run.state is RunState.RELEASED:
        return run
    totals = _totals(p, run_id)
    # decide
    if run.state is not RunState.DECLARED or not approval.binds(RELEASE, run_id, run.content_hash):
        raise NotReleased
    if totals != Totals(run.count, run.amount, run.content_hash):
        count("RunTotalsDiffer")
        raise TotalsDiffer(declared=f"{run.count}/{run.amount}", found=f"{totals.count}/{totals.amount}")
    released = replace(run, state=RunState.RELEASED, approval_id=approval_id)
    # commit, announce
    try:
        p.table.commit(
            change_run(run, released),
            evidence(run_id, "RUN_RELEASED", p.clock.programme(), approval_id=approval_id, amount=run.amount),
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
    ids = [payout_id for payout_id, _ in payouts_of_shard(p.table, run_id, shard)]
    queued = 0
    for start in range(0, len(ids), QUEUED_AT_ONCE):
        keys = [payout_key(payout_id) for payout_id in ids[start : start + QUEUED_AT_ONCE]]
        payouts = [payout_from_item(item) for item in p.table.batch_get(*keys)]
        # decide
        waiting = [payout for payout in payouts if payout.state is PayoutState.DECLARED]
        if not waiting:
            continue
        now = p.clock.wall()
        # commit, announce
        p.table.commit(
            *(
                change_payout(
                    payout,
                    replace(payout, state=PayoutState.QUEUED, approval_id=run.approval_id),
                    wake_after(60, now),
                )
                for payout in waiting
            ),
            outbox=[PayoutQueued(payout_id=payout.payout_id, provider=payout.provider) for payout in waiting],
        )
        queued += len(waiting)
    return queued


def _collect(p: Platform, run: PayoutRun, keys: list[dict[str, str]]) -> None:
    incentives = p.table.batch_get(*((INCENTIVE, key) for key in keys))
    people = [{"person_id": key["person_id"]} for key in keys]
    found = (
        p.table.batch_get(*(account_key(who["person_id"]) for who in people), *((MEMBERSHIP, who) for who in people))
        if len(people) <= 50
        else _in_two(p, people)
    )
    accounts, members = found[: len(people)], found[len(people) :]
    for item, account, member in zip(incentives, accounts, members, strict=True):
        if item is not None:
            _take(p, run, incentive_from_item(item), account, member)


def _in_two(p: Platform, people: list[dict[str, str]]) -> list[Item | None]:
    accounts = p.table.batch_get(*(account_key(who["person_id"]) for who in people))
    return accounts + p.table.batch_get(*((MEMBERSHIP, who) for who in people))


def _take(p: Platform, run: PayoutRun, incentive: Incentive, account: Item | None, member: Item | None) -> None:
    if incentive.state is not IncentiveState.SCHEDULED:
        return
    if account is None or member is None or membership_from_item(member).state is MembershipState.REVOKED:
        held = replace(incentive, state=IncentiveState.PAYOUT_FAILED, reason="ACCOUNT_OR_MEMBERSHIP_MISSING")
        p.table.commit(moved(incentive, held))
        return
    payout = Payout(
        payout_id=p.ids.of("payout", incentive.person_id, incentive.kind, str(incentive.number)),
        run_id=run.run_id,
        person_id=incentive.person_id,
        incentive_kind=incentive.kind,
        incentive_number=incentive.number,
        provider=account_from_item(account).provider,
        amount=incentive.amount,
    )
    try:
        p.table.commit(*new_payout(payout), moved(incentive, taken_into_run(incentive, payout.payout_id)))
    except (IncentiveMoved, PayoutMoved, Conflict):
        count("IncentiveTakenElsewhere")


def _totals(p: Platform, run_id: str) -> Totals:
    return totals_of(payout for shard in run_shards() for payout in payouts_of_shard(p.table, run_id, shard))
