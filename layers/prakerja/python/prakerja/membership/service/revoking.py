"""Two operators end a membership before its time."""

from __future__ import annotations

from datetime import timedelta

from prakerja.membership.errors import MembershipEnded, NotAMember
from prakerja.membership.messages import MembershipRevoked, RevocationApproved
from prakerja.membership.model import Membership, MembershipState, Revocation, RevocationReason
from prakerja.membership.store import (
    due_revocations_of,
    load_membership,
    membership_from_item,
    new_revocation,
    revocation_from_item,
    revoke_part,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, MEMBERSHIP, REVOCATION
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.problems import NotAllowed
from prakerja.registration import NoticeKind, notice

REVOKE = "MEMBERSHIP_REVOCATION"
"""The kind of the operators' approval; its content is person, reason and evidence."""
NEXT_STEP = timedelta(minutes=10)
"""How long what follows may take before a sweep looks whether its message was lost (wall clock)."""


def propose_revocation(
    p: Platform, *, operator: str, person_id: str, reason: RevocationReason, evidence_reference: str
) -> Approval:
    """The first operator's word that a membership must end. Raises NotAMember, MembershipEnded."""
    # load
    membership = load_membership(p.table, person_id)
    # decide
    if membership is None:
        raise NotAMember
    if membership.state is MembershipState.REVOKED:
        raise MembershipEnded
    now = p.clock.wall()
    revocation = Revocation(person_id, reason, evidence_reference, now)
    content = revocation.content_hash
    approval = proposal(
        p,
        REVOKE,
        person_id,
        content,
        operator,
        person_id=person_id,
        wave_id=membership.wave_id,
        state=str(membership.state),
        reason=str(reason),
        evidence_reference=evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        new_revocation(revocation, approval.approval_id),
        evidence(
            person_id,
            "REVOCATION_PROPOSED",
            now,
            by=operator,
            reason=str(reason),
            evidence_reference=evidence_reference,
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def revocation_approved(approval: Approval) -> RevocationApproved:
    """What the second operator's agreement announces."""
    return RevocationApproved(person_id=approval.subject_id, approval_id=approval.approval_id)


def revoke(p: Platform, *, person_id: str, approval_id: str) -> Membership:
    """End a membership as two operators agreed. The family's seat and the lifetime's benefit stay taken.

    Raises NotAMember, NotAllowed, MembershipChanged.
    """
    # load
    member_item, approval_item, revocation_item = p.table.batch_get(
        (MEMBERSHIP, {"person_id": person_id}),
        (APPROVAL, {"approval_id": approval_id}),
        (REVOCATION, {"person_id": person_id, "approval_id": approval_id}),
    )
    revocation = revocation_from_item(revocation_item)
    if member_item is None or approval_item is None or revocation is None:
        raise NotAMember
    membership = membership_from_item(member_item)
    # decide
    if membership.state is MembershipState.REVOKED:
        return membership
    if not from_approval_item(approval_item).binds(REVOKE, person_id, revocation.content_hash):
        raise NotAllowed
    now = p.clock.programme()
    # commit, announce
    p.table.commit(
        revoke_part(membership, revocation.reason, now, p.clock.wall() + NEXT_STEP),
        evidence(person_id, "MEMBERSHIP_REVOKED", now, reason=str(revocation.reason), approval_id=approval_id),
        outbox=[
            MembershipRevoked(person_id=person_id),
            notice(person_id, NoticeKind.MEMBERSHIP_REVOKED, approval_id),
        ],
    )
    count("MembershipRevoked", reason=str(revocation.reason))
    return load_membership(p.table, person_id) or membership


def due_revocations(p: Platform, shard: str) -> list[Message]:
    """Revoked memberships of a due shard of which something still follows."""
    return [MembershipRevoked(person_id=who) for who in due_revocations_of(p.table, shard, p.clock.wall())]
