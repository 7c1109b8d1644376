"""Commands of incentives: look again whether a member has earned one, and have a failed one paid again."""

from __future__ import annotations

from dataclasses import replace

from prakerja.incentives.errors import IncentiveNotFailed
from prakerja.incentives.model import (
    JOB_SEARCH,
    Evidence,
    Incentive,
    IncentiveState,
    Terms,
    Wanted,
    decide_job_search,
    in_time,
    still_missing,
    wanted,
)
from prakerja.incentives.store import earned, incentive_from_item, incentive_key, reschedule
from prakerja.membership import (
    ENDED,
    AccountNotLinked,
    Membership,
    MembershipEnded,
    MembershipState,
    load_membership,
    load_scheme,
    membership_from_item,
    season_of,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY, MEMBERSHIP
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id, remember, was_done
from prakerja.platform.observability import count
from prakerja.platform.problems import NotFound
from prakerja.platform.working_days import next_working_day
from prakerja.registration import NoticeKind, notice
from prakerja.training import first_completed


def schedule_incentive(p: Platform, *, person_id: str) -> tuple[Incentive, ...]:
    """Schedule the job-search incentive of a member who has earned it; nothing to do otherwise, or a second time."""
    # load
    member_item, first_item = p.table.batch_get(
        (MEMBERSHIP, {"person_id": person_id}), incentive_key(person_id, JOB_SEARCH, 1)
    )
    if member_item is None:
        return ()
    if first_item is not None:
        return (incentive_from_item(first_item),)
    membership = membership_from_item(member_item)
    known = what_is_known(p, person_id, membership)
    # decide
    now = p.clock.programme()
    incentives = decide_job_search(known, terms_of(p, membership), now, wib_date(now))
    # commit, announce
    if incentives:
        outcome = p.table.commit(
            *(earned(incentive) for incentive in incentives),
            outbox=[notice(person_id, NoticeKind.INCENTIVE_SCHEDULED, JOB_SEARCH)],
        )
        if not outcome.repeated:
            count("IncentiveScheduled", len(incentives))
    return incentives


def what_is_missing(p: Platform, *, person_id: str) -> tuple[Wanted, ...]:
    """What a person who has no incentive yet must do to earn one, and by when. Reads only."""
    membership, now = load_membership(p.table, person_id), p.clock.programme()
    missing = still_missing(what_is_known(p, person_id, membership))
    deadline = membership.purchase_deadline_at if membership else None
    season = season_of(membership.decreed_at) if membership else None
    return tuple(wanted(one, deadline, season, now) for one in missing)


def retry_incentive(p: Platform, *, person_id: str, kind: str, number: int, key: str) -> Incentive:
    """A member wants an incentive that could not be paid to be tried again, at the destination that is linked now.

    The next run takes it; the payout is the same one, with another attempt. Repeating the ``key`` is safe. Raises
    NotFound, IncentiveNotFailed, AccountNotLinked, MembershipEnded, IncentiveMoved, IdempotencyKeyReused.
    """
    command, intent = command_id("participant", person_id, "retry_incentive", key), {"kind": kind, "number": number}
    # load
    row, item, member_item = p.table.batch_get(
        (IDEMPOTENCY, {"command_id": command}),
        incentive_key(person_id, kind, number),
        (MEMBERSHIP, {"person_id": person_id}),
    )
    if item is None or member_item is None:
        raise NotFound
    incentive, membership = incentive_from_item(item), membership_from_item(member_item)
    if was_done(row, intent):
        return incentive
    # decide
    if incentive.state is not IncentiveState.PAYOUT_FAILED:
        raise IncentiveNotFailed
    if membership.state is MembershipState.REVOKED:
        raise MembershipEnded
    if not membership.account_linked:
        raise AccountNotLinked
    now = p.clock.programme()
    again = next_working_day(wib_date(now))
    # commit
    p.table.commit(
        remember(command, intent, p.clock.wall()),
        reschedule(incentive, again),
        evidence(person_id, "INCENTIVE_TRIED_AGAIN", now, kind=kind, number=number),
    )
    count("IncentiveTriedAgain")
    return replace(incentive, state=IncentiveState.SCHEDULED, scheduled_on=again, reason=None)


def what_is_known(p: Platform, person_id: str, membership: Membership | None) -> Evidence:
    """What the rule looks at. What was done after its season's cut-off does not count."""
    if membership is None or membership.state in ENDED:
        return Evidence(person_id, False, False, False, False, False)
    season, first = season_of(membership.decreed_at), first_completed(p.table, person_id)
    finish_by, review_by = (season.finish_by, season.review_by) if season else (None, None)
    return Evidence(
        person_id,
        is_member=True,
        has_bought=membership.is_active,
        account_linked=membership.account_linked and in_time(membership.account_linked_at, review_by),
        first_course_completed=first is not None and in_time(first.completed_at, finish_by),
        first_course_reviewed=first is not None
        and first.reviewed_at is not None
        and in_time(first.reviewed_at, review_by),
    )


def terms_of(p: Platform, membership: Membership) -> Terms:
    """The job-search incentive of a membership's scheme."""
    job = load_scheme(p.table, membership.scheme_name, membership.scheme_version).job_incentive
    return Terms(job.amount, job.count, job.every_months)
