"""The items of incentives. Answers parts; writes nothing."""

from __future__ import annotations

from datetime import date, datetime

from boto3.dynamodb.conditions import Attr

from prakerja.incentives.errors import ClaimMoved
from prakerja.incentives.model import Claim, Incentive, IncentiveState
from prakerja.platform.access_patterns import CLAIM, INCENTIVE, Pattern
from prakerja.platform.clock import WIB, end_of_wib_day, to_text
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import NOT_DUE, Item, Part, check, due, put_new, update
from prakerja.platform.problems import Conflict
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

DUE_KIND, WITHHELD_DUE_KIND, CLAIM_DUE_KIND = "INCENTIVE", "WITHHELD", "CLAIM"


class IncentiveMoved(Conflict):
    """The incentive is no longer where the command found it."""

    slug = "incentive-moved"


def incentive_from_item(item: Item) -> Incentive:
    """An incentive from its stored item."""
    return record_of(Incentive, item)


def incentive_key(person_id: str, kind: str, number: int) -> tuple[Pattern, dict[str, str | int]]:
    """For a batch read."""
    return INCENTIVE, {"person_id": person_id, "kind": kind, "number": number}


def incentives_of(table: Table, person_id: str) -> list[Incentive]:
    """All incentives of a person."""
    return [incentive_from_item(item) for item in table.query(INCENTIVE, person_id=person_id).items]


def earned(incentive: Incentive) -> Part:
    """Create it, due on its day; earning it again is a repeat."""
    begins = datetime(incentive.scheduled_on.year, incentive.scheduled_on.month, incentive.scheduled_on.day, tzinfo=WIB)
    owner = f"{incentive.person_id}:{incentive.kind}:{incentive.number}"
    return put_new(
        INCENTIVE,
        {**item_of(incentive), **due(DUE_KIND, owner, to_text(begins))},
        fingerprint=fingerprint(owner),
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
    )


def lost(incentive: Incentive) -> Part:
    """Write down one that was not earned in time, so that nobody can earn it any more. Error: IncentiveMoved."""
    return put_new(
        INCENTIVE,
        item_of(incentive),
        error=IncentiveMoved(),
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
    )


def moved(before: Incentive, after: Incentive, look_at: datetime | None = None) -> Part:
    """Move it on; it is not due any more (a run, a payment or the member has it), unless it is withheld until a day:
    then it is to be looked at again at ``look_at``."""
    changes = item_of(after, "state", "payout_id", "reason")
    if look_at is not None:
        changes |= due(WITHHELD_DUE_KIND, f"{after.person_id}:{after.kind}:{after.number}", to_text(look_at))
    return update(
        INCENTIVE,
        set=changes,
        remove=[*(NOT_DUE if look_at is None else ()), *(() if after.reason else ("reason",))],
        when=Attr("state").eq(str(before.state)),
        error=IncentiveMoved(),
        person_id=after.person_id,
        kind=after.kind,
        number=after.number,
    )


def due_withheld_of(table: Table, shard: str, before: datetime) -> list[str]:
    """Whose incentives of a due shard were withheld until then."""
    return list(dict.fromkeys(key["person_id"] for key in table.due(INCENTIVE, shard, to_text(before))))


def stands(incentive: Incentive) -> Part:
    """Writes nothing; a transaction with it counts only while the incentive is where it was found."""
    return check(
        INCENTIVE,
        when=Attr("state").eq(str(incentive.state)),
        error=IncentiveMoved(),
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
    )


def reschedule(incentive: Incentive, on: date) -> Part:
    """Have one that is not on its way paid after all, by a run of that WIB day or later.

    Its payout failed, and its owner has done something; it was withheld, and may be paid now; its run was withdrawn.
    """
    begins = datetime(on.year, on.month, on.day, tzinfo=WIB)
    owner = f"{incentive.person_id}:{incentive.kind}:{incentive.number}"
    again = {"state": IncentiveState.SCHEDULED.value, "scheduled_on": on.isoformat()}
    return update(
        INCENTIVE,
        set={**again, **due(DUE_KIND, owner, to_text(begins))},
        remove=["reason"],
        when=Attr("state").eq(str(incentive.state)),
        error=IncentiveMoved(),
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
    )


def postponed(incentive: Incentive, until: datetime) -> Part:
    """Leave it scheduled, and out of every run before ``until``: its destination may not be paid yet."""
    owner = f"{incentive.person_id}:{incentive.kind}:{incentive.number}"
    return update(
        INCENTIVE,
        set=due(DUE_KIND, owner, to_text(until)),
        when=Attr("state").eq(IncentiveState.SCHEDULED.value),
        error=IncentiveMoved(),
        person_id=incentive.person_id,
        kind=incentive.kind,
        number=incentive.number,
    )


def settled(person_id: str, kind: str, number: int, payout_id: str, state: IncentiveState, reason: str | None) -> Part:
    """What came of the payout of an incentive: PAID, or PAYOUT_FAILED with its reason."""
    changes = {"state": str(state)} | ({"reason": reason} if reason else {})
    return update(
        INCENTIVE,
        set=changes,
        when=Attr("payout_id").eq(payout_id),
        error=IncentiveMoved(),
        person_id=person_id,
        kind=kind,
        number=number,
    )


# claims ---------------------------------------------------------------------------------------------------------------
def claim_key(person_id: str, kind: str, number: int) -> tuple[Pattern, dict[str, str | int]]:
    """For a batch read."""
    return CLAIM, {"person_id": person_id, "kind": kind, "number": number}


def claim_from_item(item: Item | None) -> Claim | None:
    """A claim from its stored item."""
    return record_of(Claim, item) if item else None


def claims_of(table: Table, person_id: str) -> list[Claim]:
    """All claims against a person."""
    return [record_of(Claim, item) for item in table.query(CLAIM, person_id=person_id).items]


def new_claim(claim: Claim) -> Part:
    """Claim an incentive back, due when its time is over; claiming it again is a repeat."""
    owner = f"{claim.person_id}:{claim.kind}:{claim.number}"
    return put_new(
        CLAIM,
        {**item_of(claim), **due(CLAIM_DUE_KIND, owner, to_text(end_of_wib_day(claim.due_on)))},
        fingerprint=fingerprint([owner, claim.payout_id]),
        person_id=claim.person_id,
        kind=claim.kind,
        number=claim.number,
    )


def unclaimed(person_id: str, kind: str, number: int) -> Part:
    """Writes nothing; a transaction with it counts only while nothing is claimed back. Error: ClaimMoved."""
    return check(CLAIM, when=Attr("pk").not_exists(), error=ClaimMoved(), person_id=person_id, kind=kind, number=number)


def change_claim(before: Claim, after: Claim) -> Part:
    """Write what changed, if the claim is as it was read. Nothing is due once it is repaid, or known to be late."""
    over = after.left == 0 or after.overdue
    return update(
        CLAIM,
        set=item_of(after, "repaid", "returned", "overdue", "version"),
        remove=NOT_DUE if over else (),
        when=Attr("version").eq(before.version),
        error=ClaimMoved(),
        person_id=after.person_id,
        kind=after.kind,
        number=after.number,
    )


def due_claims_of(table: Table, shard: str, before: datetime) -> list[dict[str, str]]:
    """The keys of claims of a due shard whose time is over."""
    return table.due(CLAIM, shard, to_text(before))
