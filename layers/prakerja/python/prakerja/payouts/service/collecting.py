"""What a payout run takes: the incentives that are due, of members who may be paid; then it declares count and sum."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from prakerja.incentives import (
    DUE_KIND,
    Incentive,
    IncentiveState,
    incentive_from_item,
    moved,
    postponed,
    taken_into_run,
)
from prakerja.membership import MembershipState, membership_from_item
from prakerja.payouts.destination import payable
from prakerja.payouts.messages import RunStarted
from prakerja.payouts.model import Payout, Waits, again_in
from prakerja.payouts.reasons import NOBODY_TO_PAY
from prakerja.payouts.runs import PayoutRun, RunState, sums_of, totals_of
from prakerja.payouts.service.screening import Screening, screen, withhold
from prakerja.payouts.store import (
    RunMoved,
    account_from_item,
    account_key,
    change_run,
    load_payout,
    load_run,
    new_payout,
    run_rows,
    run_stands,
    take_again,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS, INCENTIVE, MEMBERSHIP
from prakerja.platform.clock import end_of_wib_day, to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import Conflict

COLLECTED_AT_ONCE = 50
NEXT_STEP = timedelta(minutes=10)
"""How long a step of a run may take before a sweep looks whether its message was lost (wall clock)."""


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
    rows = list(run_rows(p.table, run_id))
    # decide
    totals = totals_of(rows)
    declared = replace(
        run,
        state=RunState.DECLARED,
        count=totals.count,
        amount=totals.amount,
        content_hash=totals.content_hash,
        sums=sums_of(rows),
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


def _collect(p: Platform, run: PayoutRun, keys: list[dict[str, str]]) -> None:
    incentives = p.table.batch_get(*((INCENTIVE, key) for key in keys))
    who = [key["person_id"] for key in keys]
    found = p.table.batch_get(*map(account_key, who), *((MEMBERSHIP, {"person_id": one}) for one in who))
    accounts, members = found[: len(who)], found[len(who) :]
    seen = screen(p, {one: item for one, item in zip(who, members, strict=True) if item is not None})
    for item, account, member in zip(incentives, accounts, members, strict=True):
        if item is not None:
            _take(p, run, incentive_from_item(item), account, member, seen)


def _take(
    p: Platform, run: PayoutRun, incentive: Incentive, account: Item | None, member: Item | None, seen: Screening
) -> None:
    if incentive.state is not IncentiveState.SCHEDULED:
        return
    if account is None or member is None or membership_from_item(member).state is MembershipState.REVOKED:
        held = replace(incentive, state=IncentiveState.PAYOUT_FAILED, reason=NOBODY_TO_PAY)
        _commit_or_leave(p, moved(incentive, held))
        return
    if (entry := seen.barred.get(incentive.person_id)) is not None:
        with suppress(Conflict):
            withhold(p, incentive, None, entry)
        return
    destination = account_from_item(account)
    if (waits := payable(destination, p.clock.wall())) is not None:
        ends = destination.payable_from if waits is Waits.COOLING else None
        after_run = end_of_wib_day(run.scheduled_until)
        _commit_or_leave(p, postponed(incentive, max(ends or after_run, after_run)))
        return
    payout = Payout(
        payout_id=p.ids.of("payout", incentive.person_id, incentive.kind, str(incentive.number)),
        run_id=run.run_id,
        person_id=incentive.person_id,
        incentive_kind=incentive.kind,
        incentive_number=incentive.number,
        provider=destination.provider,
        amount=incentive.amount,
        screened_by=seen.latest,
    )
    parts = new_payout(payout)
    if incentive.payout_id is not None:  # it was to be paid before, and provably was not
        before = load_payout(p.table, incentive.payout_id)
        again = again_in(before, run.run_id, payout.provider, p.clock.programme())
        parts = take_again(before, replace(again, screened_by=seen.latest))
    _commit_or_leave(p, *parts, moved(incentive, taken_into_run(incentive, payout.payout_id)), run_stands(run))


def _commit_or_leave(p: Platform, *parts: Part) -> None:
    try:
        p.table.commit(*parts)
    except Conflict:
        count("IncentiveTakenElsewhere")
