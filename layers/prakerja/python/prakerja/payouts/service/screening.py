"""Whether the members of payouts are on an agency's list: asked when a run takes them, when it is released, and whenever
somebody enters or leaves a list. Lists arrive late, so each time counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from prakerja.exclusions import Entry, ExclusionChanged, exclusion_from_item, exclusion_key, latest_list
from prakerja.incentives import (
    Incentive,
    IncentiveMoved,
    IncentiveState,
    due_withheld_of,
    incentive_from_item,
    incentive_key,
    incentives_of,
    moved,
    reschedule,
    withheld,
)
from prakerja.membership import load_scheme, membership_from_item
from prakerja.payouts.errors import PayoutMoved
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.service.stopping import stop_resending
from prakerja.payouts.store import change_payout, payout_from_item, payout_key
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_STATE
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import Unavailable
from prakerja.platform.working_days import next_working_day
from prakerja.registration import NoticeKind, NoticeRequested, notice, person_from_item

NOT_SENT = frozenset({PayoutState.DECLARED, PayoutState.QUEUED})
TRIES = 5


@dataclass(frozen=True)
class Screening:
    """Who may not be paid, and the latest list that was known."""

    barred: Mapping[str, Entry]
    """Person → why."""
    latest: str | None


def screen(p: Platform, members: Mapping[str, Item]) -> Screening:
    """Look up to 50 members up, given their MEMBERSHIP items: two reads, and one for the list of lists."""
    latest = latest_list(p.table)
    if latest is None or not members:
        return Screening({}, latest)
    states = p.table.batch_get(*((PERSON_STATE, {"person_id": person_id}) for person_id in members))
    people = [person_from_item(who, item) for who, item in zip(members, states, strict=True) if item is not None]
    known = {person.person_id: person.nik_digest for person in people if person.nik_digest}
    items = p.table.batch_get(*map(exclusion_key, known.values())) if known else []
    today, barred = wib_date(p.clock.programme()), {}
    for person_id, exclusion in zip(known, map(exclusion_from_item, items), strict=True):
        if exclusion is None:
            continue
        member = membership_from_item(members[person_id])
        scheme = load_scheme(p.table, member.scheme_name, member.scheme_version)
        entry = exclusion.barring(today, aid_excludes=scheme.exclude_social_aid)
        if entry is not None:
            barred[person_id] = entry
    return Screening(barred, latest)


def screen_payouts(p: Platform, payouts: Iterable[Payout]) -> tuple[list[Payout], list[tuple[Payout, Entry]]]:
    """Those whose members may be paid, with the list that says so; and those whose members may not, with the entry."""
    payouts = list(payouts)
    who = list(dict.fromkeys(payout.person_id for payout in payouts))
    items = p.table.batch_get(*((MEMBERSHIP, {"person_id": person_id}) for person_id in who)) if who else []
    seen = screen(p, {person_id: item for person_id, item in zip(who, items, strict=True) if item is not None})
    fine = [replace(one, screened_by=seen.latest) for one in payouts if one.person_id not in seen.barred]
    return fine, [(one, seen.barred[one.person_id]) for one in payouts if one.person_id in seen.barred]


def withhold(p: Platform, incentive: Incentive, payout: Payout | None, entry: Entry) -> None:
    """Keep an incentive back; its payout, which was not sent, is cancelled. Raises IncentiveMoved, PayoutMoved."""
    now = p.clock.programme()
    cancelled: tuple[Part, ...] = ()
    if payout is not None:
        cancelled = (change_payout(payout, payout.to(PayoutState.CANCELLED, now, reason=entry.why, ended_at=now)),)
    p.table.commit(
        *cancelled,
        moved(incentive, withheld(incentive, entry.why), entry.ends_at),
        evidence(incentive.person_id, "INCENTIVE_WITHHELD", now, why=entry.why, list_id=entry.list_id),
        outbox=[_told(incentive, entry)],
    )
    count("IncentiveWithheld", source=str(entry.source))


def withhold_payout(p: Platform, payout: Payout, entry: Entry) -> None:
    """The same, for a payout of a run that is about to be queued."""
    (item,) = p.table.batch_get(incentive_key(payout.person_id, payout.incentive_kind, payout.incentive_number))
    if item is not None:
        withhold(p, incentive_from_item(item), payout, entry)


def screen_member(p: Platform, *, person_id: str) -> None:
    """A member entered a list or left one, or a time on it is over: what is not sent yet is withheld, or scheduled again; what is under way or
    paid becomes a case. Raises Unavailable if it cannot keep up with what moves.
    """
    for _ in range(TRIES):
        try:
            return _screen_member(p, person_id)
        except (IncentiveMoved, PayoutMoved):
            continue
    raise Unavailable(retry_after=1)


def _screen_member(p: Platform, person_id: str) -> None:
    # load
    item = p.table.get(MEMBERSHIP, person_id=person_id)
    incentives = incentives_of(p.table, person_id)
    if item is None or not incentives:
        return
    keys = [payout_key(one.payout_id) for one in incentives if one.payout_id]
    payouts = {one.payout_id: one for one in map(payout_from_item, p.table.batch_get(*keys) if keys else [])}
    # decide, commit
    entry = screen(p, {person_id: item}).barred.get(person_id)
    for incentive in incentives:
        payout = payouts.get(incentive.payout_id or "")
        if entry is None:
            _let_go_on(p, incentive)
        elif incentive.state is IncentiveState.SCHEDULED:
            withhold(p, incentive, None, entry)
        elif incentive.state is IncentiveState.WITHHELD:
            _withhold_on(p, incentive, entry)
        elif payout is not None and incentive.state is IncentiveState.IN_RUN and payout.state in NOT_SENT:
            withhold(p, incentive, payout, entry)
        elif payout is not None and incentive.state in (IncentiveState.IN_RUN, IncentiveState.PAID):
            _stop_or_tell(p, payout, entry)


def _stop_or_tell(p: Platform, payout: Payout, entry: Entry) -> None:
    """What waits to be sent again need not be paid; of anything else people have to hear."""
    stopped = stop_resending(p, payout, entry.why)
    if stopped.state is not PayoutState.FAILED or stopped.reason != entry.why:
        p.table.commit(outbox=[_after_payment(payout, entry)])


def _withhold_on(p: Platform, incentive: Incentive, entry: Entry) -> None:
    """It stays withheld, perhaps for another reason or until another day."""
    told = [] if incentive.reason == entry.why else [_told(incentive, entry)]
    p.table.commit(moved(incentive, withheld(incentive, entry.why), entry.ends_at), outbox=told)


def _let_go_on(p: Platform, incentive: Incentive) -> None:
    if incentive.state is not IncentiveState.WITHHELD:
        return
    now = p.clock.programme()
    p.table.commit(
        reschedule(incentive, next_working_day(wib_date(now))),
        evidence(incentive.person_id, "INCENTIVE_SCHEDULED_AGAIN", now, kind=incentive.kind, number=incentive.number),
        outbox=[notice(incentive.person_id, NoticeKind.INCENTIVE_SCHEDULED, f"{incentive.kind}:{incentive.reason}")],
    )


def due_withheld(p: Platform, shard: str) -> list[Message]:
    """Members of a due shard whose time on a list is over: what is withheld from them is looked at again."""
    people = due_withheld_of(p.table, shard, p.clock.programme())
    return [ExclusionChanged(person_id=person_id) for person_id in people]


def _told(incentive: Incentive, entry: Entry) -> NoticeRequested:
    reference = f"{incentive.kind}:{incentive.number}:{entry.list_id}"
    return notice(incentive.person_id, NoticeKind.INCENTIVE_WITHHELD, reference)


def _after_payment(payout: Payout, entry: Entry) -> CaseNeeded:
    return finding(
        FindingKind.EXCLUDED_AFTER_PAYMENT,
        payout.payout_id,
        payout.person_id,
        provider=payout.provider,
        amount=payout.amount,
        source=str(entry.source),
        why=str(entry.reason),
        list_id=entry.list_id,
    )
