"""A case: one thing that was found, and what people make of it. Pure.

::

    OPEN → IN_WORK → RESOLVED
      ↖______________/   found again, with other facts, after it was resolved

Every change counts ``version`` on, so that nobody resolves what they have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.cases.errors import CaseNotTaken, CaseResolved
from prakerja.platform.findings import FindingKind
from prakerja.platform.problems import PreconditionFailed


class CaseState(StrEnum):
    """See the module's drawing."""

    OPEN = "OPEN"
    IN_WORK = "IN_WORK"
    RESOLVED = "RESOLVED"


class Verdict(StrEnum):
    """What a case came to."""

    ACCEPTED = "ACCEPTED"
    """Looked into and in order: what waits for it may go on."""
    REFUSED = "REFUSED"
    """Not in order: what waits for it must not go on."""
    MENDED = "MENDED"
    """It was wrong and has been put right."""


class Outcome(StrEnum):
    """What became of money that waited for a case."""

    RETURNED = "RETURNED"
    """It came back to us, or never left: to the fund."""
    ACCEPTED = "ACCEPTED"
    """It paid a payout that we thought unpaid."""
    GIVEN_BACK = "GIVEN_BACK"
    """The member has what they had repaid in vain."""


CLEARABLE = {
    Outcome.RETURNED: frozenset({FindingKind.THEIRS_NOT_OURS, FindingKind.TWICE_AT_THEIRS, FindingKind.AMOUNT_DIFFERS}),
    Outcome.ACCEPTED: frozenset({FindingKind.THEIRS_NOT_OURS, FindingKind.TWICE_AT_THEIRS}),
    Outcome.GIVEN_BACK: frozenset({FindingKind.CLAIM_OVERPAID}),
}
"""Outcome → cases that can have it."""
DAY = timedelta(days=1)
TIME_TO_RESOLVE: dict[FindingKind, timedelta] = {
    # money that may be in two places, or in none
    **dict.fromkeys(
        (
            FindingKind.PAYOUT_HELD,
            FindingKind.PAYOUT_PARKED,
            FindingKind.PAYOUT_OVERDUE,
            FindingKind.OURS_NOT_THEIRS,
            FindingKind.THEIRS_NOT_OURS,
            FindingKind.AMOUNT_DIFFERS,
            FindingKind.TWICE_AT_THEIRS,
            FindingKind.TIE_OUT_DIFFERS,
            FindingKind.STATEMENT_MISSING,
            FindingKind.STATEMENT_UNREADABLE,
            FindingKind.CALLBACK_FORGED,
        ),
        DAY,
    ),
    # somebody who waits for their money, or should not have it
    **dict.fromkeys(
        (
            FindingKind.PAYOUT_SUSPECTED_FRAUD,
            FindingKind.DESTINATION_SHARED,
            FindingKind.DESTINATION_NOT_OWNED,
            FindingKind.RETURNED_LATER,
            FindingKind.EXCLUDED_AFTER_PAYMENT,
            FindingKind.CLAIM_OVERPAID,
        ),
        3 * DAY,
    ),
    # nothing waits, but somebody should look
    **dict.fromkeys((FindingKind.DESTINATION_UNPROVEN, FindingKind.NAME_DOUBTFUL, FindingKind.CLAIM_OVERDUE), 7 * DAY),
}
"""Kind → how long people may take from when it was found (wall clock). Later than that, an alarm rings."""


@dataclass(frozen=True)
class Case:
    """``subject_id`` is what it is about, ``person_id`` whose it is, if anybody's. Times are UTC, wall clock."""

    case_id: str
    kind: FindingKind
    subject_id: str
    person_id: str | None
    state: CaseState
    opened_at: datetime
    resolve_by: datetime
    """Until when it is to be resolved."""
    occurrences: int = 1
    """How many different findings it has gathered."""
    version: int = 1
    taken_by: str | None = None
    taken_at: datetime | None = None
    verdict: Verdict | None = None
    why: str | None = None
    """The reason that the operator gave for the verdict."""
    resolved_by: str | None = None
    resolved_at: datetime | None = None

    @property
    def listed_at(self) -> datetime:
        """The place in its list: what is due first comes first, and what was resolved lies in that order."""
        return self.resolved_at or self.resolve_by


@dataclass(frozen=True)
class Occurrence:
    """A finding as it came: its facts, frozen."""

    occurrence: str
    found_at: datetime
    facts: dict[str, str | int]


@dataclass(frozen=True)
class Clearing:
    """What one operator proposes to do with a case's money. ``amount`` in rupiah."""

    case_id: str
    version: int
    """Of the case as the operator saw it."""
    outcome: Outcome
    amount: int
    evidence_reference: str
    """What shows it: a letter or a statement of the provider."""
    payout_id: str | None = None
    """Which payout it paid, if it was ACCEPTED."""


@dataclass(frozen=True)
class Note:
    """What an operator wrote down."""

    note_id: str
    by: str
    at: datetime
    text: str


def opened(case_id: str, kind: FindingKind, subject_id: str, person_id: str | None, now: datetime) -> Case:
    """A new case."""
    return Case(case_id, kind, subject_id, person_id, CaseState.OPEN, now, now + TIME_TO_RESOLVE[kind])


def found_again(case: Case, now: datetime) -> Case:
    """Other facts about the same subject: whoever works on it must see them; one that was resolved is open again."""
    after = replace(case, occurrences=case.occurrences + 1, version=case.version + 1)
    if case.state is not CaseState.RESOLVED:
        return after
    anew = opened(case.case_id, case.kind, case.subject_id, case.person_id, now)
    return replace(anew, occurrences=after.occurrences, version=after.version)


def taken(case: Case, by: str, version: int, now: datetime) -> Case:
    """``by`` works on it from now on (also in place of somebody else). Raises CaseResolved, PreconditionFailed.

    Taking what one has taken changes nothing, whichever version was seen: the answer was lost.
    """
    if case.state is CaseState.IN_WORK and case.taken_by == by:
        return case
    if case.state is CaseState.RESOLVED:
        raise CaseResolved
    _require_seen(case, version)
    return replace(case, state=CaseState.IN_WORK, taken_by=by, taken_at=now, version=case.version + 1)


def noted(case: Case, version: int) -> Case:
    """Something was written down. Raises PreconditionFailed."""
    _require_seen(case, version)
    return replace(case, version=case.version + 1)


def resolved(case: Case, by: str, verdict: Verdict, why: str, version: int, now: datetime) -> Case:
    """``by``, who has taken it, ends it. Raises CaseNotTaken, CaseResolved, PreconditionFailed.

    Saying the same again changes nothing.
    """
    if case.state is CaseState.RESOLVED:
        if (case.resolved_by, case.verdict, case.why) == (by, verdict, why):
            return case
        raise CaseResolved
    if case.state is not CaseState.IN_WORK or case.taken_by != by:
        raise CaseNotTaken
    _require_seen(case, version)
    after = replace(case, state=CaseState.RESOLVED, verdict=verdict, why=why, version=case.version + 1)
    return replace(after, resolved_by=by, resolved_at=now)


def _require_seen(case: Case, version: int) -> None:
    if case.version != version:
        raise PreconditionFailed
