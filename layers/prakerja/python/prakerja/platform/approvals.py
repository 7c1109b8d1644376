"""Four eyes: one operator proposes, another one approves, and the worker re-reads both names before it acts.

An approval binds a *content hash*: whoever acts on it must recompute the hash of what it is about to do. Its *content* says
the same in facts that the second person reads: who, what, how much, and what shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.platform import Platform
from prakerja.platform.access_patterns import APPROVAL, APPROVAL_LIST
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.ids import fingerprint
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part, delete, put_new, update
from prakerja.platform.problems import Conflict, NotAllowed, NotFound
from prakerja.platform.table import Table

if TYPE_CHECKING:
    from prakerja.platform.auth import Operator


class SameOperator(NotAllowed):
    slug = "second-person-needed"
    detail = "You proposed this yourself; another operator must approve it."
    detail_id = "Anda sendiri yang mengusulkan; operator lain yang harus menyetujui."


class StaleSignIn(NotAllowed):
    slug = "sign-in-too-old"
    detail = "Approving needs a sign-in not older than {seconds} seconds. Sign in again."
    detail_id = "Persetujuan memerlukan masuk ulang paling lama {seconds} detik sebelumnya. Silakan masuk lagi."


class AlreadyDecided(Conflict):
    slug = "already-decided"
    detail = "This has been decided already."
    detail_id = "Ini sudah diputuskan."


@dataclass(frozen=True)
class Approval:
    """What was proposed about which subject, by whom, and who agreed."""

    approval_id: str
    kind: str
    subject_id: str
    content_hash: str
    proposed_by: str
    proposed_at: str
    approved_by: str | None = None
    approved_at: str | None = None
    refused_by: str | None = None
    refused_at: str | None = None
    content: Mapping[str, str | int] = field(kw_only=True)
    """What is proposed, as it is shown: ids, reasons, days, amounts (rupiah). Never personal data."""

    def binds(self, kind: str, subject_id: str, content_hash: str) -> bool:
        """True if two different people agreed on exactly this content. Workers ask before money moves."""
        return (
            (self.kind, self.subject_id, self.content_hash) == (kind, subject_id, content_hash)
            and self.refused_by is None
            and self.approved_by is not None
            and self.approved_by != self.proposed_by
        )


def proposal(
    p: Platform, kind: str, subject_id: str, content_hash: str, by: str, /, **facts: str | int | None
) -> Approval:
    """What an operator proposes now, for ``propose``; ``facts`` are shown as its content, None is left out.

    The same content again is the same proposal, unless that was refused: then it is the next one, which needs another
    agreement.
    """
    approval_id = p.ids.of(kind, subject_id, content_hash, by)
    while (item := p.table.get(APPROVAL, approval_id=approval_id)) is not None and "refused_by" in item:
        approval_id = p.ids.of(approval_id, "proposed again")
    content = {name: value for name, value in facts.items() if value is not None}
    return Approval(approval_id, kind, subject_id, content_hash, by, to_text(p.clock.wall()), content=content)


def propose(approval: Approval) -> tuple[Part, ...]:
    """Parts that store a proposal. Storing it again is a repeat."""
    item = {
        "kind": approval.kind,
        "subject_id": approval.subject_id,
        "content_hash": approval.content_hash,
        "content": dict(approval.content),
        "proposed_by": approval.proposed_by,
        "proposed_at": approval.proposed_at,
    }
    mark = fingerprint([approval.kind, approval.subject_id, approval.content_hash, approval.proposed_by])
    return (
        put_new(APPROVAL, item, error=AlreadyDecided(), fingerprint=mark, approval_id=approval.approval_id),
        put_new(APPROVAL_LIST, item, proposed_at=approval.proposed_at, approval_id=approval.approval_id),
    )


def load_approval(table: Table, approval_id: str) -> Approval:
    """Read one. Raises NotFound."""
    item = table.get(APPROVAL, approval_id=approval_id)
    if item is None:
        raise NotFound
    return from_approval_item(item)


def from_approval_item(item: Item) -> Approval:
    """An Approval from its stored item (APPROVAL or APPROVAL_LIST)."""
    return Approval(
        approval_id=item["pk"].removeprefix("APPROVAL#") if item["sk"] == "APPROVAL" else item["sk"].rsplit("#", 1)[-1],
        kind=item["kind"],
        subject_id=item["subject_id"],
        content_hash=item["content_hash"],
        proposed_by=item["proposed_by"],
        proposed_at=item["proposed_at"],
        approved_by=item.get("approved_by"),
        approved_at=item.get("approved_at"),
        refused_by=item.get("refused_by"),
        refused_at=item.get("refused_at"),
        content=item.get("content", {}),
    )


def decide_approval(
    approval: Approval, *, by: str, signed_in_at: datetime, now: datetime, max_age_seconds: int
) -> Approval:
    """Let ``by`` agree. Raises SameOperator, StaleSignIn, or AlreadyDecided (unless ``by`` decided it before)."""
    if approval.approved_by == by:
        return approval
    if approval.approved_by is not None or approval.refused_by is not None:
        raise AlreadyDecided
    if approval.proposed_by == by:
        raise SameOperator
    if now - signed_in_at > timedelta(seconds=max_age_seconds):
        raise StaleSignIn(seconds=max_age_seconds)
    return replace(approval, approved_by=by, approved_at=to_text(now))


def approved_parts(approval: Approval) -> tuple[Part, ...]:
    """Parts that store the second person's agreement, once."""
    return (
        update(
            APPROVAL,
            set={"approved_by": approval.approved_by, "approved_at": approval.approved_at},
            when=_undecided() & Attr("content_hash").eq(approval.content_hash),
            error=AlreadyDecided(),
            approval_id=approval.approval_id,
        ),
        delete(APPROVAL_LIST, proposed_at=approval.proposed_at, approval_id=approval.approval_id),
    )


def _undecided() -> ConditionBase:
    return Attr("approved_by").not_exists() & Attr("refused_by").not_exists()


def approve(
    p: Platform,
    *,
    operator: Operator,
    approval_id: str,
    announce: Mapping[str, Callable[[Approval], Message]],
    at_once: Mapping[str, Callable[[Platform, Approval], tuple[Part, ...]]] | None = None,
) -> Approval:
    """The second person's agreement; what it sets off is announced by the kind of the approval, or, where it is small
    and must not wait, done ``at_once`` in the same transaction.

    Raises NotFound, SameOperator, StaleSignIn, AlreadyDecided. Approving again what one approved is fine, and announces
    it again: whoever does so may have seen that nothing followed.
    """
    # load
    before = load_approval(p.table, approval_id)
    # decide
    now = p.clock.wall()
    after = decide_approval(
        before,
        by=operator.sub,
        signed_in_at=operator.signed_in_at,
        now=now,
        max_age_seconds=p.settings.approval_max_age_seconds,
    )
    # commit, announce
    agreed: tuple[Part, ...] = ()
    if after != before:
        facts = evidence(after.subject_id, f"{after.kind}_APPROVED", now, by=operator.sub, content=after.content_hash)
        effect = (at_once or {}).get(after.kind)
        agreed = (*approved_parts(after), *(effect(p, after) if effect else ()), facts)
    messages = [announce[after.kind](after)] if after.kind in announce else []
    if not agreed and not messages:
        return after
    try:
        p.table.commit(*agreed, outbox=messages)
    except AlreadyDecided:
        decided = load_approval(p.table, approval_id)
        if decided.approved_by != operator.sub:  # else it was this very request, sent twice
            raise
        return decided
    return after


def refuse(p: Platform, *, operator: Operator, approval_id: str) -> Approval:
    """Turn a proposal down, be it one's own: it is never acted on. Repeating it is safe. Raises NotFound, AlreadyDecided."""
    # load
    before = load_approval(p.table, approval_id)
    # decide
    if before.refused_by == operator.sub:
        return before
    if before.approved_by is not None or before.refused_by is not None:
        raise AlreadyDecided
    now = p.clock.wall()
    after = replace(before, refused_by=operator.sub, refused_at=to_text(now))
    # commit
    try:
        p.table.commit(
            update(
                APPROVAL,
                set={"refused_by": after.refused_by, "refused_at": after.refused_at},
                when=_undecided(),
                error=AlreadyDecided(),
                approval_id=approval_id,
            ),
            delete(APPROVAL_LIST, proposed_at=after.proposed_at, approval_id=approval_id),
            evidence(after.subject_id, f"{after.kind}_REFUSED", now, by=operator.sub, content=after.content_hash),
        )
    except AlreadyDecided:
        decided = load_approval(p.table, approval_id)
        if decided.refused_by != operator.sub:  # else it was this very request, sent twice
            raise
        return decided
    return after


def waiting_approvals(table: Table, *, after: str | None, limit: int) -> tuple[list[Approval], str | None]:
    """Proposals that wait for a second person, oldest first, and where the next page starts (None: no more)."""
    page = table.query(APPROVAL_LIST, limit=limit, after=after)
    return [from_approval_item(item) for item in page.items], page.after
