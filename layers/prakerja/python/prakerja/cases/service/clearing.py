"""What becomes of money that waits for a case: two operators say so, with evidence, and the case ends with it.

Suspense goes to the fund (it came back, or never left) or to what was paid (it paid a payout that we thought unpaid). What
we owe a member is booked as given. The ledger, the payout and the case change in one transaction.
"""

from __future__ import annotations

from datetime import date, datetime

from prakerja.cases import model
from prakerja.cases.errors import CaseMoved, NotAgreedOn, NothingToClear
from prakerja.cases.messages import ClearingApproved
from prakerja.cases.model import CLEARABLE, Case, Clearing, Outcome, Verdict
from prakerja.cases.store import change_case, content_hash, load_case, load_clearing, new_clearing, occurrences_of
from prakerja.payouts import (
    BookedOtherwise,
    NotAcceptable,
    Suspended,
    back_to_the_fund,
    given_back,
    load_payout,
    load_suspended,
    paid_by_it,
    was_given_back,
)
from prakerja.platform import Platform
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.platform.table import Table
from prakerja.registration import NoticeKind, notice

CLEAR = "CASE_CLEARING"
"""The kind of the operators' approval; its content is the case as it was seen, the outcome, the amount and the evidence."""


def propose_clearing(
    p: Platform,
    *,
    operator: str,
    case_id: str,
    version: int,
    outcome: Outcome,
    evidence_reference: str,
    payout_id: str | None = None,
) -> Approval:
    """The first operator's word, who works on the case. ``payout_id``: of what was ACCEPTED as paid by it.

    Repeating it is safe. Raises NotFound, CaseNotTaken, CaseResolved, PreconditionFailed, NothingToClear, NotAcceptable.
    """
    # load
    case = load_case(p.table, case_id)
    found = _waiting(p.table, case)
    # decide
    now = p.clock.wall()
    model.resolved(case, operator, Verdict.MENDED, evidence_reference, version, now)
    if found is None or case.kind not in CLEARABLE[outcome] or (payout_id is None) == (outcome is Outcome.ACCEPTED):
        raise NothingToClear(outcome=str(outcome))
    clearing = Clearing(case_id, version, outcome, found.amount, evidence_reference, payout_id)
    _parts(p, case, clearing, found)
    told: dict[str, str | int] = {
        "outcome": str(outcome),
        "amount": found.amount,
        "evidence_reference": evidence_reference,
    }
    approval = proposal(
        p,
        CLEAR,
        case_id,
        content_hash(clearing),
        operator,
        case_kind=str(case.kind),
        about=case.subject_id,
        person_id=case.person_id,
        provider=found.provider,
        payout_id=payout_id,
        **told,
    )
    # commit
    result = p.table.commit(
        *propose(approval),
        new_clearing(clearing, approval.approval_id),
        evidence(case_id, "CLEARING_PROPOSED", now, by=operator, payout_id=payout_id or "", **told),
    )
    return load_approval(p.table, approval.approval_id) if result.repeated else approval


def clearing_approved(approval: Approval) -> ClearingApproved:
    """What the second operator's agreement announces."""
    return ClearingApproved(case_id=approval.subject_id, approval_id=approval.approval_id)


def clear_case(p: Platform, *, case_id: str, approval_id: str) -> Case:
    """Do what two operators agreed on and end the case, unless it, or its money, has moved since the first of them looked.

    Raises NotFound, NotAgreedOn.
    """
    # load
    clearing, approval_item = load_clearing(p.table, case_id, approval_id)
    approval = from_approval_item(approval_item)
    case = load_case(p.table, case_id)
    found = _waiting(p.table, case)
    # decide
    if not approval.binds(CLEAR, case_id, content_hash(clearing)):
        raise NotAgreedOn
    now = p.clock.wall()
    if case.version != clearing.version or found is None or found.amount != clearing.amount:
        return _too_late(p, case)
    why = f"{clearing.outcome}: {clearing.evidence_reference}"
    after = model.resolved(case, approval.proposed_by, Verdict.MENDED, why, clearing.version, now)
    # commit, announce
    try:
        parts, messages = _parts(p, case, clearing, found)
        p.table.commit(
            *parts,
            *change_case(case, after),
            evidence(
                case_id,
                "CASE_CLEARED",
                now,
                outcome=str(clearing.outcome),
                amount=found.amount,
                payout_id=clearing.payout_id or "",
                evidence_reference=clearing.evidence_reference,
                proposed_by=approval.proposed_by,
                approved_by=str(approval.approved_by),
            ),
            outbox=messages,
        )
    except (BookedOtherwise, CaseMoved, NotAcceptable):
        return _too_late(p, load_case(p.table, case_id))
    count("CaseCleared", outcome=str(clearing.outcome))
    return after


def money_waits(table: Table, case: Case) -> bool:
    """Whether money waits for this case that nobody has cleared."""
    if not any(case.kind in kinds for kinds in CLEARABLE.values()):
        return False
    found = _waiting(table, case)
    if found is None or case.kind not in CLEARABLE[Outcome.GIVEN_BACK]:
        return found is not None
    return not was_given_back(table, found.provider, found.subject, case.subject_id)


def _too_late(p: Platform, case: Case) -> Case:
    log.warning("a clearing came too late", case_id=case.case_id, state=str(case.state))
    count("ClearingTooLate")
    return case


def _waiting(table: Table, case: Case) -> Suspended | None:
    """The money that waits for this case, by the latest finding that says where it is."""
    facts = [one.facts for one in occurrences_of(table, case.case_id)]
    if case.kind in CLEARABLE[Outcome.GIVEN_BACK]:
        return _owed(case, facts[-1]) if facts else None
    places = {(str(one["provider"]), str(one["day"])) for one in facts if "provider" in one and "day" in one}
    # whatever lies in suspense under the subject of one row has that row's reference
    named = next((str(one["reference"]) for one in facts if "reference" in one), "")
    held = (
        load_suspended(table, name, date.fromisoformat(day), case.subject_id, named) for name, day in sorted(places)
    )
    return next((one for one in held if one is not None), None)


def _owed(case: Case, facts: dict[str, str | int]) -> Suspended:
    provider, reference, amount = (facts[name] for name in ("provider", "reference", "amount"))
    return Suspended(str(provider), date.min, str(reference), int(amount))


def _parts(p: Platform, case: Case, clearing: Clearing, found: Suspended) -> tuple[tuple[Part, ...], list[Message]]:
    at: datetime = p.clock.programme()
    if clearing.outcome is Outcome.RETURNED:
        return back_to_the_fund(found, at), []
    if clearing.outcome is Outcome.GIVEN_BACK:
        return given_back(found.provider, found.subject, case.subject_id, found.amount, at), []
    payout_id = str(clearing.payout_id)
    person_id = load_payout(p.table, payout_id).person_id
    parts = paid_by_it(p.table, found, payout_id, at, p.clock.wall())
    return parts, [notice(person_id, NoticeKind.PAID, payout_id)]
