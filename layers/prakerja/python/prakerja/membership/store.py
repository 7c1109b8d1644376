"""Items of membership: SCHEME versions, the MEMBERSHIP of a person, the CARD that finds its holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase
from pydantic import TypeAdapter

from prakerja.membership.errors import AlreadyMember, CardNumberTaken, MembershipChanged, SchemeUnknown
from prakerja.membership.model import (
    Membership,
    MembershipState,
    Revocation,
    RevocationReason,
    Scheme,
    purchase_deadline,
)
from prakerja.platform.access_patterns import CARD, MEMBERSHIP, REVOCATION, SCHEME
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import NOT_DUE, Item, Part, due, put_new, update
from prakerja.platform.problems import Problem, Unavailable
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

REVOKED_DUE_KIND = "REVOKED"

# schemes ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def packaged_schemes() -> tuple[Scheme, ...]:
    """The scheme documents that come with this code, validated. Raises pydantic.ValidationError for a bad one."""
    read = TypeAdapter(Scheme).validate_json
    folder = resources.files("prakerja.membership") / "schemes"
    return tuple(read(file.read_text()) for file in sorted(folder.iterdir(), key=lambda file: file.name))


def latest_scheme(name: str, on: date) -> Scheme:
    """The newest version in force on a day (WIB). Raises SchemeUnknown."""
    found = [scheme for scheme in packaged_schemes() if scheme.name == name and scheme.is_in_force(on)]
    if not found:
        raise SchemeUnknown(name=name)
    return max(found, key=lambda scheme: scheme.version)


@lru_cache(maxsize=64)
def load_scheme(table: Table, name: str, version: int) -> Scheme:
    """A stored version. It never changes, so a process reads it once. Raises SchemeUnknown."""
    item = table.get(SCHEME, consistent=False, name=name, version=version)
    if item is None:
        raise SchemeUnknown(name=name)
    return record_of(Scheme, item)


def scheme_part(scheme: Scheme) -> Part:
    """Store a version for good. Storing the same again is a repeat; other rules under its number are refused."""
    item = item_of(scheme)
    return put_new(SCHEME, item, fingerprint=fingerprint(item), name=scheme.name, version=scheme.version)


# memberships ------------------------------------------------------------------------------------------------------


def membership_from_item(item: Mapping[str, Any]) -> Membership:
    """A membership from its stored item."""
    return record_of(Membership, item)


def load_membership(table: Table, person_id: str) -> Membership | None:
    """A person's membership, or None."""
    item = table.get(MEMBERSHIP, person_id=person_id)
    return membership_from_item(item) if item else None


def holder_of_card(item: Item | None) -> str | None:
    """The person whose CARD item this is (None: there is no such card)."""
    return item["person_id"] if item else None


def find_by_card(table: Table, card_number: str) -> str | None:
    """The person who holds this card number, or None. For numbers that were checked to be 16 digits."""
    return holder_of_card(table.get(CARD, card_number=card_number))


def grant_membership_parts(
    person_id: str, card_number: str, wave_id: str, scheme: Scheme, decreed_at: datetime
) -> tuple[Part, Part]:
    """Make a person a member, once in a lifetime, and guard the card number.

    A repeat for the same wave is recognised whatever number was drawn for it. Errors: AlreadyMember, CardNumberTaken.
    """
    membership = Membership(
        person_id=person_id,
        card_number=card_number,
        state=MembershipState.ACTIVE_UNPURCHASED,
        wave_id=wave_id,
        scheme_name=scheme.name,
        scheme_version=scheme.version,
        decreed_at=decreed_at,
        purchase_deadline_at=purchase_deadline(decreed_at, scheme.first_purchase_days),
    )
    mark = fingerprint(["membership", person_id, wave_id])
    return (
        put_new(MEMBERSHIP, item_of(membership), error=AlreadyMember(), fingerprint=mark, person_id=person_id),
        put_new(CARD, {"person_id": person_id}, error=CardNumberTaken(), card_number=card_number),
    )


def change_membership(
    person_id: str,
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - DynamoDB's own word
    remove: Sequence[str] = (),
    when: ConditionBase | None = None,
    error: Problem | None = None,
) -> Part:
    """Change fields of a membership that must exist (and ``when`` a further condition holds)."""
    return update(
        MEMBERSHIP, set=set, remove=remove, when=when, error=error or MembershipChanged(), person_id=person_id
    )


def link_account_part(membership: Membership) -> Part:
    """An account is linked from now on. Error, if a course was completed in this very moment: Unavailable."""
    same = Attr("completed_count").eq(membership.completed_count)
    return change_membership(
        membership.person_id, set={"account_linked": True}, when=same, error=Unavailable(retry_after=1)
    )


def open_purchase_part(membership: Membership, purchase_id: str, *, account_required: bool) -> Part:
    """The membership has an open course from now on, if nothing it was judged by has changed."""
    unchanged = Attr("state").eq(membership.state) & Attr("open_purchase_id").not_exists()
    if account_required:
        unchanged &= Attr("account_linked").eq(True)
    bought = {"state": MembershipState.ACTIVE, "open_purchase_id": purchase_id}
    return change_membership(membership.person_id, set=bought, when=unchanged)


def close_purchase_part(
    membership: Membership, purchase_id: str, *, completed: bool = False, undo_first: bool = False
) -> Part:
    """The open course is over: completed (and counted), or cancelled.

    ``undo_first``: the cancelled course was the first ever, so its deadline counts again.
    """
    after: dict[str, Any] = {}
    if completed:
        after["completed_count"] = membership.completed_count + 1
    if undo_first:
        after["state"] = MembershipState.ACTIVE_UNPURCHASED
    unchanged = Attr("open_purchase_id").eq(purchase_id) & Attr("completed_count").eq(membership.completed_count)
    return change_membership(membership.person_id, set=after, remove=["open_purchase_id"], when=unchanged)


# revoking ---------------------------------------------------------------------------------------------------------


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
    """The membership is over. It stays due until all that follows is done."""
    ended = {"state": MembershipState.REVOKED, "revoked_for": reason, "revoked_at": to_text(at)}
    wake = due(REVOKED_DUE_KIND, membership.person_id, to_text(wake_at))
    return change_membership(membership.person_id, set={**ended, **wake}, when=Attr("state").eq(str(membership.state)))


def look_again_part(person_id: str, wake_at: datetime | None) -> Part:
    """When a sweep looks again at a revoked membership; None: nothing follows any more."""
    wake = due(REVOKED_DUE_KIND, person_id, to_text(wake_at)) if wake_at else None
    return change_membership(
        person_id, set=wake, remove=() if wake else NOT_DUE, when=Attr("state").eq(str(MembershipState.REVOKED))
    )


def due_revocations_of(table: Table, shard: str, before: datetime) -> list[str]:
    """The people of a due shard whose revocation is not finished."""
    return [key["person_id"] for key in table.due(MEMBERSHIP, shard, to_text(before))]
