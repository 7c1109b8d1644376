"""Memberships without people, for sweeps over many: decreed when a test wants, swept as the queues would have it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from prakerja.balance import grant_parts
from prakerja.incentives.messages import SeasonToClose
from prakerja.incentives.service import begin_closing, close_season
from prakerja.membership import (
    Membership,
    MembershipState,
    change_membership,
    grant_membership_parts,
    latest_scheme,
    load_membership,
    seed_schemes,
)
from prakerja.membership.messages import DeadlinesToSweep, MembershipRevoked
from prakerja.membership.service import begin_reminding, begin_revoking, sweep_deadlines
from prakerja.payouts.service import end_payments
from prakerja.platform.clock import WIB, wib_date
from prakerja.training.service.ending import end_learning
from tests.support.world import World

NOTICE = "registration.notice_requested.v1"


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment in Jakarta."""
    return datetime(year, month, day, hour, minute, second, tzinfo=WIB)


def set_time(world: World, moment: datetime) -> None:
    """Both clocks show it."""
    world.clock.now = moment
    world.clock.ahead -= world.clock.ahead


def decree(world: World, number: int, decreed_at: datetime | None = None) -> str:
    """Make the ``number``-th person a member; answers their id. The scheme is the one in force on that day."""
    seed_schemes(world.platform)
    decreed_at = decreed_at or world.clock.programme()
    day = wib_date(decreed_at)
    scheme = latest_scheme("NORMAL_2023" if day >= date(2023, 1, 1) else "SEMI_BANSOS_2020", day)
    person_id = f"00000000-0000-4000-8000-{number:012d}"
    world.table.commit(
        *grant_membership_parts(person_id, f"8{number:015d}", "wave-1", scheme, decreed_at),
        *grant_parts(person_id, scheme.training_balance, "wave-1", decreed_at),
    )
    return person_id


def member(world: World, person_id: str) -> Membership:
    """A membership that exists."""
    found = load_membership(world.table, person_id)
    assert found is not None
    return found


def buy(world: World, person_id: str) -> None:
    """As far as the membership shows it, a course was bought and cancelled again by nobody."""
    world.table.commit(change_membership(person_id, set={"state": MembershipState.ACTIVE}))


def revoke_night(world: World) -> int:
    """The cron after midnight, and all that its messages lead to; answers how many messages there were."""
    begin_revoking(world.platform)
    return _deliver(world)


def remind_morning(world: World) -> list[tuple[str, str]]:
    """The cron in the morning; answers whom it reminds, and what the reminder is about."""
    begin_reminding(world.platform)
    _deliver(world)
    return sorted((one.body["person_id"], one.body["reference"]) for one in world.take(NOTICE))


def close_night(world: World) -> int:
    """The cron that closes seasons, and all that its messages lead to."""
    begin_closing(world.platform)
    return _deliver(world)


def _deliver(world: World) -> int:
    delivered = 0
    while messages := [*world.take(DeadlinesToSweep.topic), *world.take(SeasonToClose.topic)]:
        for message in messages:
            key: dict[str, Any] = {**message.body, "day": date.fromisoformat(message.body["day"])}
            (sweep_deadlines if message.topic == DeadlinesToSweep.topic else close_season)(world.platform, **key)
            delivered += 1
    return delivered


def follow(world: World) -> list[str]:
    """What the queue of ended memberships does with what is in it."""
    who = [message.body["person_id"] for message in world.take(MembershipRevoked.topic)]
    for person_id in who:
        end_learning(world.platform, person_id=person_id)
        end_payments(world.platform, person_id=person_id)
    return who
