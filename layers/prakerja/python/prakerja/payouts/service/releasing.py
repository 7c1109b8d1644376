"""Payout runs: collect what is due, declare count and sum, let two operators release it, queue it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from prakerja.incentives import (
    DUE_KIND,
    Incentive,
    IncentiveState,
    incentive_from_item,
    moved,
    taken_into_run,
)
from prakerja.membership import MembershipState, membership_from_item
from prakerja.payouts.errors import NotReleased, PayoutMoved, RunEmpty, RunNotDeclared, TotalsDiffer
from prakerja.payouts.messages import PayoutQueued, RunApproved, RunStarted, ShardReleased
from prakerja.payouts.model import Payout, PayoutState, again_in
from prakerja.payouts.reasons import NOBODY_TO_PAY
from prakerja.payouts.runs import PayoutRun, RunState, Totals, totals_of
from prakerja.payouts.store import (
    RunMoved,
    account_from_item,
    account_key,
    change_payout,
    change_run,
    is_queued,
    load_payout,
    load_run,
    new_payout,
    new_run,
    payout_from_item,
    payout_key,
    payouts_of_shard,
    run_from_item,
    run_key,
    run_shards,
    shard_queued,
    take_again,
    wake_after,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS, INCENTIVE, MEMBERSHIP, PAYOUT_RUN
from prakerja.platform.approvals import Approval, load_approval, propose
from prakerja.platform.clock import end_of_wib_day, to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import Conflict

RELEASE = "PAYOUT_RUN"
"""The kind of the operators' approval; its content is the hash over all payouts of the run."""

COLLECTED_AT_ONCE = 100
QUEUED_AT_ONCE = 20
NEXT_STEP = timedelta(minutes=10)
"""How long a step of a run may take before a sweep looks whether its message was lost (wall clock)."""


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
            return _look_again(p, run)
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
            change_run(run, released, p.clock.wall() + NEXT_STEP),
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
    queued = sum(_queue(p, run, ids[start : start + QUEUED_AT_ONCE]) for start in range(0, len(ids), QUEUED_AT_ONCE))
    # commit: two workers with the last two shards may both miss the other; the sweep then has one of them look again
    item = p.table.get(PAYOUT_RUN, run_id=run_id) or {}
    last = all(is_queued(item, other) for other in run_shards() if other != shard)
    p.table.commit(shard_queued(run_id, shard, last=last))
    return queued


def due_runs(p: Platform, shard: str) -> list[Message]:
    """What comes next for the runs of a due shard whose message was lost."""
    keys = p.table.due(PAYOUT_RUN, shard, to_text(p.clock.wall()))
    items = p.table.batch_get(*(run_key(key["run_id"]) for key in keys)) if keys else []
    return [message for item in items if item is not None for message in _next_step(item)]


def _next_step(item: Item) -> list[Message]:
    run = run_from_item(item)
    if run.state is RunState.PREPARING:
        return [RunStarted(run_id=run.run_id)]
    if run.state is not RunState.RELEASED:
        return []
    left = [shard for shard in run_shards() if not is_queued(item, shard)]
    return [ShardReleased(run_id=run.run_id, shard=shard) for shard in left or ["00"]]


def _look_again(p: Platform, run: PayoutRun) -> PayoutRun:
    """There may be more to collect: the run stays due, so that it goes on even if the message is lost."""
    try:
        p.table.commit(
            change_run(run, run, p.clock.wall() + NEXT_STEP),
            outbox=[RunStarted(run_id=run.run_id)],
        )
    except RunMoved:
        return load_run(p.table, run.run_id)
    return run


def _queue(p: Platform, run: PayoutRun, ids: list[str]) -> int:
    while True:
        payouts = [payout_from_item(item) for item in p.table.batch_get(*map(payout_key, ids))]
        # decide
        waiting = [payout for payout in payouts if payout.state is PayoutState.DECLARED]
        if not waiting:
            return 0
        wake_at = wake_after(60, p.clock.wall())
        agreed = [replace(payout, state=PayoutState.QUEUED, approval_id=run.approval_id) for payout in waiting]
        # commit, announce
        with suppress(PayoutMoved):  # another worker has the same shard in hand: look again
            p.table.commit(
                *(change_payout(before, after, wake_at) for before, after in zip(waiting, agreed, strict=True)),
                outbox=[PayoutQueued(payout_id=payout.payout_id, provider=payout.provider) for payout in agreed],
            )
            return len(agreed)


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
        held = replace(incentive, state=IncentiveState.PAYOUT_FAILED, reason=NOBODY_TO_PAY)
        _commit_or_leave(p, moved(incentive, held))
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
    parts = new_payout(payout)
    if incentive.payout_id is not None:  # it was to be paid before, and provably was not
        before = load_payout(p.table, incentive.payout_id)
        parts = take_again(before, again_in(before, run.run_id, payout.provider, p.clock.programme()))
    _commit_or_leave(p, *parts, moved(incentive, taken_into_run(incentive, payout.payout_id)))


def _commit_or_leave(p: Platform, *parts: Part) -> None:
    try:
        p.table.commit(*parts)
    except Conflict:
        count("IncentiveTakenElsewhere")


def _totals(p: Platform, run_id: str) -> Totals:
    return totals_of(payout for shard in run_shards() for payout in payouts_of_shard(p.table, run_id, shard))
