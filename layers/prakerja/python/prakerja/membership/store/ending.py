"""How a membership ends or is given more time: proposals of operators, the end itself, and who stands in the due index."""

from __future__ import annotations

from datetime import datetime

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.membership.deadlines import Extension
from prakerja.membership.model import Membership, MembershipState, Revocation, RevocationReason
from prakerja.membership.store.members import change_membership, moved_deadline
from prakerja.platform.access_patterns import EXTENSION, MEMBERSHIP, REVOCATION
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

REVOKED_DUE_KIND = "REVOKED"


def new_revocation(revocation: Revocation, approval_id: str) -> Part:
    """Keep what an operator proposes. Proposing the same again is a repeat."""
    return put_new(
        REVOCATION,
        item_of(revocation),
        fingerprint=revocation.content_hash,
        person_id=revocation.person_id,
        approval_id=approval_id,
    )


def revocation_from_item(item: Item | None) -> Revocation | None:
    """A proposal from its stored item."""
    return record_of(Revocation, item) if item else None


def revoke_part(membership: Membership, reason: RevocationReason, at: datetime, wake_at: datetime) -> Part:
    """The membership is over, if it stands as it was read. It stays due until all that follows is done."""
    ended = {"state": MembershipState.REVOKED, "revoked_for": reason, "revoked_at": to_text(at)}
    wake = due(REVOKED_DUE_KIND, membership.person_id, to_text(wake_at))
    return change_membership(membership.person_id, set={**ended, **wake}, when=_as_read(membership))


def _as_read(membership: Membership) -> ConditionBase:
    """Neither bought, nor ended, nor given more time meanwhile."""
    deadline = Attr("purchase_deadline_at").eq(to_text(membership.purchase_deadline_at))
    return Attr("state").eq(str(membership.state)) & deadline


def look_again_part(person_id: str, wake_at: datetime | None) -> Part:
    """When a sweep looks again at a revoked membership; None: nothing follows any more."""
    wake = due(REVOKED_DUE_KIND, person_id, to_text(wake_at)) if wake_at else None
    return change_membership(
        person_id, set=wake, remove=() if wake else NOT_DUE, when=Attr("state").eq(str(MembershipState.REVOKED))
    )


def due_revocations_of(table: Table, shard: str, before: datetime) -> list[str]:
    """The people of a due shard whose revocation is not finished."""
    return [key["person_id"] for key in table.due(MEMBERSHIP, shard, to_text(before))]


# deadlines and seasons --------------------------------------------------------------------------------------------


def standing_of(
    table: Table, year: int, shard: str, deadline: datetime | None, *, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """People of one shard of a season whose membership has not ended: those with this ``deadline``, or all (None)."""
    begin, end = (to_text(deadline), to_text(deadline)) if deadline else (" ", "~")
    keys, last = table.due_page(MEMBERSHIP, f"MEMBER_{year}#{shard}", begin, end, after=after, limit=limit)
    return [key["person_id"] for key in keys], last


def next_deadline(table: Table, year: int, shard: str, first: datetime, last: datetime) -> datetime | None:
    """The first deadline from ``first`` to ``last`` that any membership of one shard of a season has."""
    at = table.next_due(MEMBERSHIP, f"MEMBER_{year}#{shard}", to_text(first), to_text(last))
    return from_text(at) if at else None


def new_extension(extension: Extension, approval_id: str) -> Part:
    """Keep what an operator proposes. Proposing the same again is a repeat."""
    return put_new(
        EXTENSION,
        item_of(extension),
        fingerprint=extension.content_hash,
        person_id=extension.person_id,
        approval_id=approval_id,
    )


def extension_from_item(item: Item | None) -> Extension | None:
    """A proposal from its stored item."""
    return record_of(Extension, item) if item else None


def extend_part(membership: Membership, extension: Extension) -> Part:
    """The deadline is later from now on, if the membership stands as it was read."""
    changes = {"extended_for": extension.reason, **moved_deadline(membership, extension.deadline)}
    return change_membership(membership.person_id, set=changes, when=_as_read(membership))


def close_part(membership: Membership, state: MembershipState, at: datetime, season_version: int) -> Part:
    """The membership ends with its season, if no course was bought, finished or cancelled meanwhile."""
    ended = {"state": state, "closed_at": to_text(at), "season_version": season_version}
    same = _as_read(membership) & Attr("completed_count").eq(membership.completed_count)
    unchanged = same & Attr("open_purchase_id").not_exists()
    return change_membership(membership.person_id, set=ended, remove=NOT_DUE, when=unchanged)
