"""The MEMBERSHIP of a person, and the CARD that finds its holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.membership.deadlines import deadline_after_void, first_deadline, member_kind
from prakerja.membership.errors import AlreadyMember, CardNumberTaken, MembershipChanged
from prakerja.membership.model import Membership, MembershipState, Scheme
from prakerja.membership.store.rules import season_of
from prakerja.platform.access_patterns import CARD, MEMBERSHIP
from prakerja.platform.clock import to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, due, put_new, update
from prakerja.platform.problems import Problem, Unavailable
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


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
        purchase_deadline_at=first_deadline(decreed_at, scheme, season_of(decreed_at)),
    )
    stored = {**item_of(membership), **_standing(membership, membership.purchase_deadline_at)}
    mark = fingerprint(["membership", person_id, wave_id])
    return (
        put_new(MEMBERSHIP, stored, error=AlreadyMember(), fingerprint=mark, person_id=person_id),
        put_new(CARD, {"person_id": person_id}, error=CardNumberTaken(), card_number=card_number),
    )


def _standing(membership: Membership, deadline: datetime) -> Item:
    """Where a membership stands in the due index from its decree to its end, whatever it buys meanwhile.

    A sweep finds whose deadline a day was, and the end of a season finds all of its members. Buying changes nothing here.
    """
    return due(member_kind(membership.decreed_at), membership.person_id, to_text(deadline))


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


def link_account_part(membership: Membership, at: datetime) -> Part:
    """An account is linked from ``at`` (programme time) on. Error, if a course was completed in this very moment: Unavailable."""
    same = Attr("completed_count").eq(membership.completed_count)
    linked = {"account_linked": True, "account_linked_at": to_text(at)}
    return change_membership(membership.person_id, set=linked, when=same, error=Unavailable(retry_after=1))


def open_purchase_part(
    membership: Membership, purchase_id: str, *, account_required: bool, buys_as: tuple[str, str]
) -> Part:
    """The membership has an open course from now on, if nothing it was judged by has changed.

    ``buys_as``: platform and account there; from the first purchase on, the card is tied to it.
    """
    unchanged = Attr("state").eq(membership.state) & Attr("open_purchase_id").not_exists() & _same_accounts(membership)
    if account_required:
        unchanged &= Attr("account_linked").eq(True)
    bought: dict[str, Any] = {"state": MembershipState.ACTIVE, "open_purchase_id": purchase_id}
    platform, account = buys_as
    if membership.account_at(platform) is None:
        bought["platform_accounts"] = {**(membership.platform_accounts or {}), platform: account}
    return change_membership(membership.person_id, set=bought, when=unchanged)


def close_purchase_part(
    membership: Membership, purchase_id: str, *, completed: bool = False, undo_first: tuple[datetime, int] | None = None
) -> Part:
    """The open course is over: completed (and counted), or cancelled. Error: MembershipChanged, also if it was revoked.

    ``undo_first``: the cancelled course was the first ever, so its deadline counts again: when it was cancelled, and the
    scheme's ``days_after_void``. Not for a membership that is over.
    """
    after: dict[str, Any] = {}
    if completed:
        after["completed_count"] = membership.completed_count + 1
    if undo_first:
        deadline = deadline_after_void(membership.purchase_deadline_at, *undo_first)
        after |= {"state": MembershipState.ACTIVE_UNPURCHASED, **moved_deadline(membership, deadline)}
    same = Attr("state").eq(membership.state) & Attr("completed_count").eq(membership.completed_count)
    unchanged = same & Attr("open_purchase_id").eq(purchase_id)
    return change_membership(membership.person_id, set=after, remove=["open_purchase_id"], when=unchanged)


def moved_deadline(membership: Membership, deadline: datetime) -> Item:
    """What changes when the deadline does; nothing, if it does not."""
    if deadline == membership.purchase_deadline_at:
        return {}
    return {"purchase_deadline_at": to_text(deadline), **_standing(membership, deadline)}


def untie_account_part(membership: Membership, platform: str) -> Part:
    """The card is not tied to any account at this platform any more."""
    others = {client: account for client, account in (membership.platform_accounts or {}).items() if client != platform}
    return change_membership(membership.person_id, set={"platform_accounts": others}, when=_same_accounts(membership))


def _same_accounts(membership: Membership) -> ConditionBase:
    tied = Attr("platform_accounts")
    accounts = membership.platform_accounts
    return tied.not_exists() if accounts is None else tied.eq(dict(accounts))
