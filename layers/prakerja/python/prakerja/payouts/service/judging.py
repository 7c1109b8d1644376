"""How an attempt ended where no inquiry can say: two operators, with evidence. There is no other way by hand."""

from __future__ import annotations

from prakerja.payouts.decisions import Verdict, decide_verdict
from prakerja.payouts.errors import NotAgreed
from prakerja.payouts.messages import VerdictApproved
from prakerja.payouts.model import Payout
from prakerja.payouts.service.settling import settle
from prakerja.payouts.store import (
    Ruling,
    attempt_from_item,
    attempt_key,
    load_payout,
    new_ruling,
    payout_from_item,
    payout_key,
    ruling_from_item,
    ruling_key,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count, log
from prakerja.platform.problems import NotFound

VERDICT = "PAYOUT_VERDICT"
"""The kind of the operators' approval; its content is the attempt, how often it was sent, the payout's state, verdict and
evidence."""


def propose_verdict(
    p: Platform, *, operator: str, payout_id: str, verdict: Verdict, evidence_reference: str
) -> Approval:
    """The first operator's word on how the present attempt ended. Raises NotFound and what
    ``decide_verdict`` raises.

    ABSENT (UNKNOWN, HELD, PARKED): proven by reconciliation that it was never carried out; the payout fails and may be
    paid by another attempt. PAID, RETURNED: for a HELD one; RETURNED for a PAID one whose provider said so.
    """
    # load
    payout = load_payout(p.table, payout_id)
    (item,) = p.table.batch_get(attempt_key(payout))
    if item is None:
        raise NotFound
    # decide
    now = p.clock.wall()
    attempt = attempt_from_item(item)
    decide_verdict(payout, attempt, verdict, now)
    ruling = Ruling(payout_id, payout.attempt, payout.state, verdict, evidence_reference, attempt.sends)
    approval = proposal(
        p,
        VERDICT,
        payout_id,
        ruling.content_hash,
        operator,
        person_id=payout.person_id,
        provider=payout.provider,
        amount=payout.amount,
        attempt=ruling.attempt,
        state=str(ruling.state),
        verdict=str(verdict),
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        new_ruling(ruling, approval.approval_id),
        evidence(
            payout_id, "VERDICT_PROPOSED", now, by=operator, verdict=str(verdict), evidence_reference=evidence_reference
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def verdict_approved(approval: Approval) -> VerdictApproved:
    """What the second operator's agreement announces."""
    return VerdictApproved(payout_id=approval.subject_id, approval_id=approval.approval_id)


def pass_verdict(p: Platform, *, payout_id: str, approval_id: str) -> Payout:
    """Do what two operators agreed on, unless the payout has moved, or was sent again, since the first of them looked.

    Raises NotAgreed.
    """
    # load
    payout_item, approval_item, ruling_item = p.table.batch_get(
        payout_key(payout_id), (APPROVAL, {"approval_id": approval_id}), ruling_key(payout_id, approval_id)
    )
    payout, ruling = payout_from_item(payout_item), ruling_from_item(ruling_item)
    (attempt_item,) = p.table.batch_get(attempt_key(payout))
    if approval_item is None or attempt_item is None:
        raise NotFound
    approval, attempt = from_approval_item(approval_item), attempt_from_item(attempt_item)
    # decide
    if not approval.binds(VERDICT, payout_id, ruling.content_hash):
        raise NotAgreed
    if not ruling.is_about(payout, attempt):
        log.warning("a verdict came too late", payout_id=payout_id, state=str(payout.state))
        count("VerdictTooLate")
        return payout
    following = decide_verdict(payout, attempt, ruling.verdict, p.clock.wall())
    # commit, announce
    return settle(
        p,
        payout,
        attempt,
        following,
        verdict=str(ruling.verdict),
        evidence_reference=ruling.evidence_reference,
        approval_id=approval_id,
        proposed_by=approval.proposed_by,
        approved_by=str(approval.approved_by),
    )
