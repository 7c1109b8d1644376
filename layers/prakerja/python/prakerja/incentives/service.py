"""Commands of incentives: look again whether a member has earned one."""

from __future__ import annotations

from prakerja.incentives.model import JOB_SEARCH, Evidence, Incentive, Terms, decide_job_search
from prakerja.incentives.store import earned, incentive_from_item, incentive_key
from prakerja.membership import MembershipState, load_scheme, membership_from_item
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP
from prakerja.platform.clock import wib_date
from prakerja.platform.observability import count
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
    completed = first_completed(p.table, person_id)
    known = Evidence(
        person_id,
        is_active=membership.state is MembershipState.ACTIVE,
        account_linked=membership.account_linked,
        first_course_completed=completed is not None,
        first_course_reviewed=completed is not None and completed.reviewed_at is not None,
    )
    scheme = load_scheme(p.table, membership.scheme_name, membership.scheme_version)
    # decide
    now = p.clock.programme()
    terms = Terms(scheme.job_incentive.amount, scheme.job_incentive.count, scheme.job_incentive.every_months)
    incentives = decide_job_search(known, terms, now, wib_date(now))
    # commit, announce
    if incentives:
        outcome = p.table.commit(
            *(earned(incentive) for incentive in incentives),
            outbox=[notice(person_id, NoticeKind.INCENTIVE_SCHEDULED, JOB_SEARCH)],
        )
        if not outcome.repeated:
            count("IncentiveScheduled", len(incentives))
    return incentives
