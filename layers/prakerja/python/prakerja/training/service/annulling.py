"""Two operators cancel a purchase that has begun: the balance comes back, the code is cancelled, the member is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from prakerja.balance import balance_from_item
from prakerja.membership import close_purchase_part, membership_from_item
from prakerja.platform import Platform
from prakerja.platform.access_patterns import (
    APPROVAL,
    BALANCE,
    CANCELLATION,
    INVOICE,
    MEMBERSHIP,
    PURCHASE,
    REDEEM_CODE,
)
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.parts import Part
from prakerja.platform.problems import NotAllowed
from prakerja.registration import NoticeKind, notice
from prakerja.training.errors import PurchaseUnknown
from prakerja.training.messages import CancellationApproved
from prakerja.training.model.cancellation import Cancellation, CancellationReason, require_open
from prakerja.training.model.purchase import OPEN, Purchase, PurchaseState
from prakerja.training.service.moving import again_if_moved, unless_moved
from prakerja.training.service.paying_back import pay_back
from prakerja.training.store.cancellation import cancellation_from_item, new_cancellation
from prakerja.training.store.catalogue import seat_part, seats_from_item, seats_key
from prakerja.training.store.purchase import (
    cancelled_parts,
    code_from_item,
    invoice_from_item,
    load_purchase,
    purchase_from_item,
)

CANCEL = "PURCHASE_CANCELLATION"
"""The kind of the operators' approval; its content is purchase, reason and evidence."""


def propose_cancellation(
    p: Platform,
    *,
    operator: str,
    person_id: str,
    purchase_id: str,
    reason: CancellationReason,
    evidence_reference: str,
) -> Approval:
    """The first operator's word that a purchase must be cancelled. Raises PurchaseUnknown, PurchaseOver."""
    # load
    purchase = require_open(load_purchase(p.table, person_id, purchase_id))
    # decide
    now = p.clock.wall()
    proposed = Cancellation(person_id, purchase_id, reason, evidence_reference, now)
    content = proposed.content_hash
    approval = proposal(
        p,
        CANCEL,
        person_id,
        content,
        operator,
        purchase_id=purchase_id,
        course_code=purchase.course_code,
        schedule_code=purchase.schedule_code,
        amount=purchase.amount,
        reason=str(reason),
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        new_cancellation(proposed, approval.approval_id),
        evidence(
            person_id,
            "CANCELLATION_PROPOSED",
            now,
            by=operator,
            purchase_id=purchase_id,
            reason=str(reason),
            evidence_reference=evidence_reference,
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def cancellation_approved(approval: Approval) -> CancellationApproved:
    """What the second operator's agreement announces."""
    return CancellationApproved(person_id=approval.subject_id, approval_id=approval.approval_id)


def annul(p: Platform, *, person_id: str, approval_id: str) -> Purchase:
    """Cancel a purchase as two operators agreed; one that was finished or cancelled meanwhile stays as it is.

    The member's first purchase stays their first: who is not to blame owes no deadline again. Raises PurchaseUnknown,
    NotAllowed.
    """
    # load
    approval_item, proposed_item = p.table.batch_get(
        (APPROVAL, {"approval_id": approval_id}),
        (CANCELLATION, {"person_id": person_id, "approval_id": approval_id}),
    )
    proposed = cancellation_from_item(proposed_item)
    if approval_item is None or proposed is None:
        raise PurchaseUnknown
    # decide
    if not from_approval_item(approval_item).binds(CANCEL, person_id, proposed.content_hash):
        raise NotAllowed
    facts = {"reason": str(proposed.reason), "approval_id": approval_id}
    return again_if_moved(lambda _: annul_purchase(p, person_id, proposed.purchase_id, facts))


def annul_purchase(
    p: Platform, person_id: str, purchase_id: str, facts: Mapping[str, str], *, of_schedule: Part | None = None
) -> Purchase:
    """Cancel an open purchase, however far its course has come; answers one that is over as it is.

    ``facts`` go into the evidence. ``of_schedule``: the whole schedule is cancelled, and this part counts the purchase;
    otherwise its seat is free again. Raises PurchaseUnknown; Moved and the like if somebody else was faster.
    """
    # load
    person = {"person_id": person_id}
    purchase_item, balance_item, member_item = p.table.batch_get(
        (PURCHASE, {**person, "purchase_id": purchase_id}), (BALANCE, person), (MEMBERSHIP, person)
    )
    purchase = purchase_from_item(purchase_item)
    if purchase is None or balance_item is None or member_item is None:
        raise PurchaseUnknown
    # decide
    if purchase.state not in OPEN:
        return purchase
    # load
    code_item, invoice_item = p.table.batch_get(
        (REDEEM_CODE, {"redeem_code": purchase.redeem_code}),
        (INVOICE, {"client_code": purchase.client_code, "invoice_code": purchase.invoice_code}),
    )
    code, invoice = code_from_item(code_item), invoice_from_item(invoice_item)
    if code is None or invoice is None:
        raise PurchaseUnknown
    part = of_schedule or _seat_back(p, purchase, invoice.pool)
    # decide
    now = p.clock.programme()
    after = replace(purchase, state=PurchaseState.CANCELLED, cancelled_at=now)
    # commit, announce
    unless_moved(
        p.table.commit(
            *cancelled_parts(purchase, code, now),
            *pay_back(balance_from_item(balance_item), purchase, now),
            close_purchase_part(membership_from_item(member_item), purchase_id),
            part,
            evidence(person_id, "PURCHASE_ANNULLED", now, purchase_id=purchase_id, begun=code.is_redeemed, **facts),
            outbox=[notice(person_id, NoticeKind.PURCHASE_CANCELLED, purchase_id)],
        )
    )
    count("PurchaseAnnulled")
    return after


def _seat_back(p: Platform, purchase: Purchase, pool: int) -> Part:
    (item,) = p.table.batch_get(seats_key(purchase.course_code, purchase.schedule_code, pool))
    return seat_part(purchase.course_code, purchase.schedule_code, seats_from_item(item, pool), +1)
