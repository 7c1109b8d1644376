"""More time for the first purchase, for hardship: one operator proposes it, another one approves."""

from __future__ import annotations

from prakerja.membership.deadlines import Extension, require_extension
from prakerja.membership.errors import NotAMember
from prakerja.membership.messages import ExtensionApproved
from prakerja.membership.model import Membership, MembershipState
from prakerja.membership.store import (
    extend_part,
    extension_from_item,
    load_membership,
    load_scheme,
    membership_from_item,
    new_extension,
    season_of,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, EXTENSION, MEMBERSHIP
from prakerja.platform.approvals import Approval, from_approval_item, load_approval, proposal, propose
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count, log
from prakerja.platform.problems import NotAllowed
from prakerja.registration import NoticeKind, notice

EXTEND = "DEADLINE_EXTENSION"
"""The kind of the operators' approval; its content is person, reason, evidence and the new last day."""


def propose_extension(p: Platform, *, operator: str, extension: Extension) -> Approval:
    """The first operator's word that a member needs more time.

    Raises NotAMember, ExtensionNotPossible, ExtensionOutOfBounds.
    """
    # load
    membership = load_membership(p.table, extension.person_id)
    # decide
    if membership is None:
        raise NotAMember
    _require(p, membership, extension)
    now, content = p.clock.wall(), extension.content_hash
    approval = proposal(
        p,
        EXTEND,
        extension.person_id,
        content,
        operator,
        person_id=extension.person_id,
        reason=str(extension.reason),
        until_now=membership.last_purchase_day.isoformat(),
        last_day=extension.last_day.isoformat(),
        evidence_reference=extension.evidence_reference,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval),
        new_extension(extension, approval.approval_id),
        evidence(
            extension.person_id,
            "EXTENSION_PROPOSED",
            now,
            by=operator,
            reason=str(extension.reason),
            last_day=extension.last_day.isoformat(),
            evidence_reference=extension.evidence_reference,
        ),
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def extension_approved(approval: Approval) -> ExtensionApproved:
    """What the second operator's agreement announces."""
    return ExtensionApproved(person_id=approval.subject_id, approval_id=approval.approval_id)


def extend(p: Platform, *, person_id: str, approval_id: str) -> Membership:
    """Move a deadline as two operators agreed. Twice is once; who bought, or was revoked meanwhile, stays as they are.

    Raises NotAMember, NotAllowed, ExtensionOutOfBounds, MembershipChanged.
    """
    # load
    member_item, approval_item, extension_item = p.table.batch_get(
        (MEMBERSHIP, {"person_id": person_id}),
        (APPROVAL, {"approval_id": approval_id}),
        (EXTENSION, {"person_id": person_id, "approval_id": approval_id}),
    )
    extension = extension_from_item(extension_item)
    if member_item is None or approval_item is None or extension is None:
        raise NotAMember
    membership = membership_from_item(member_item)
    # decide
    if not from_approval_item(approval_item).binds(EXTEND, person_id, extension.content_hash):
        raise NotAllowed
    if membership.purchase_deadline_at >= extension.deadline:
        return membership
    if membership.state is not MembershipState.ACTIVE_UNPURCHASED or extension.deadline <= p.clock.programme():
        log.warning("an extension came too late", approval_id=approval_id, state=str(membership.state))
        count("ExtensionTooLate")
        return membership
    _require(p, membership, extension)
    # commit, announce
    p.table.commit(
        extend_part(membership, extension),
        evidence(
            person_id,
            "DEADLINE_EXTENDED",
            p.clock.programme(),
            approval_id=approval_id,
            last_day=extension.last_day.isoformat(),
        ),
        outbox=[notice(person_id, NoticeKind.DEADLINE_EXTENDED, f"{extension.last_day.isoformat()}:{approval_id}")],
    )
    count("DeadlineExtended")
    return load_membership(p.table, person_id) or membership


def _require(p: Platform, membership: Membership, extension: Extension) -> None:
    scheme = load_scheme(p.table, membership.scheme_name, membership.scheme_version)
    require_extension(membership, scheme, season_of(membership.decreed_at), extension, p.clock.programme())
