"""Keep a partner out: any one operator, at once; let it in again: two."""

from __future__ import annotations

from prakerja.partners.errors import NotSuspended
from prakerja.partners.model import Partner, resumed, suspended
from prakerja.partners.store import change_partner, known_partner
from prakerja.platform import Platform
from prakerja.platform.approvals import AlreadyDecided, Approval, load_approval, proposal, propose
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.ids import fingerprint
from prakerja.platform.observability import count, log
from prakerja.platform.parts import Part

RESUME = "PARTNER_RESUMPTION"
"""The kind of the operators' approval; its content is the suspension that it ends."""


def suspend_partner(p: Platform, *, operator: str, client_code: str, because: str) -> Partner:
    """Believe nothing that this partner signs, from its next request on. Repeating it is safe. Raises PartnerUnknown."""
    # load
    before = known_partner(p.table, client_code)
    # decide
    now = p.clock.wall()
    after = suspended(before, because, now)
    if after == before:
        return before
    # commit
    p.table.commit(
        change_partner(before, after), evidence(client_code, "PARTNER_SUSPENDED", now, by=operator, because=because)
    )
    log.warning("partner suspended", client_code=client_code, by=operator)
    count("PartnerSuspended")
    return after


def propose_resumption(p: Platform, *, operator: str, client_code: str) -> Approval:
    """The first operator's agreement to end a suspension. Raises PartnerUnknown, NotSuspended."""
    # load
    partner = known_partner(p.table, client_code)
    # decide
    if not partner.suspended:
        raise NotSuspended
    now, content = p.clock.wall(), _content(partner)
    approval = proposal(
        p,
        RESUME,
        client_code,
        content,
        operator,
        client_code=client_code,
        suspended_at=to_text(partner.suspended_at) if partner.suspended_at else None,
        suspended_because=partner.suspended_because,
    )
    # commit
    outcome = p.table.commit(*propose(approval), evidence(client_code, "PARTNER_RESUMPTION_PROPOSED", now, by=operator))
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def resumption_parts(p: Platform, approval: Approval) -> tuple[Part, ...]:
    """What the second operator's agreement does, in its own transaction: the partner may call again.

    Raises AlreadyDecided if the suspension that the first operator saw is over.
    """
    # load
    partner = known_partner(p.table, approval.subject_id)
    # decide
    if not partner.suspended or not approval.binds(RESUME, partner.client_code, _content(partner)):
        raise AlreadyDecided
    return (
        change_partner(partner, resumed(partner)),
        evidence(partner.client_code, "PARTNER_RESUMED", p.clock.wall(), approval_id=approval.approval_id),
    )


def _content(partner: Partner) -> str:
    return fingerprint([partner.client_code, partner.suspended_at and to_text(partner.suspended_at)])
