"""After the journey: Budi has bought nothing and is revoked, Citra is given more time, Dewi's season is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import functions.close_season.handler as close_season
import functions.sweep_deadlines.handler as sweep_deadlines
from prakerja.incentives.messages import SeasonToClose
from prakerja.membership import HardshipReason, change_membership
from prakerja.membership.deadlines import Extension
from prakerja.membership.messages import DeadlinesToSweep, ExtensionApproved, MembershipRevoked
from prakerja.membership.service import propose_extension
from prakerja.platform.clock import wib_date
from tests.support.members import at, decree
from tests.support.people import plant_person, someone
from tests.support.scenarios import Play, Step, aside, delivery
from tests.support.scenarios_stage import Stage
from tests.support.scenarios_waves import agree

BUDI, CITRA, DEWI = 71, 72, 73
DAYS = 15
"""For the first purchase, the day of the decree included."""
SWEEP, CLOSE = DeadlinesToSweep.topic, SeasonToClose.topic


def _member(number: int, days_ago: int) -> Play:
    """Somebody who was decreed some days ago and has bought nothing."""

    def plant(stage: Stage) -> None:
        plant_person(stage.world, someone(number))
        decree(stage.world, number, stage.clock.programme() - timedelta(days=days_ago))

    return plant


def _of_2022(stage: Stage) -> None:
    plant_person(stage.world, someone(DEWI))
    decree(stage.world, DEWI, at(2022, 9, 1, 10))


def _learning(stage: Stage) -> None:
    open_course = {"state": "ACTIVE", "open_purchase_id": "c1"}
    stage.world.table.commit(change_membership(someone(DEWI).person_id, set=open_course))


def _revoke(stage: Stage) -> Any:
    return sweep_deadlines.handler({"sweep": "revoke"}, None)


def _remind(stage: Stage) -> Any:
    return sweep_deadlines.handler({"sweep": "remind"}, None)


def _close(stage: Stage) -> Any:
    return close_season.handler({"close": "seasons"}, None)


def _begun(begin: Play, *before: Play) -> Play:
    def play(stage: Stage) -> None:
        for step in before:
            step(stage)
        begin(stage)

    return play


def _citra(stage: Stage) -> str:
    return someone(CITRA).person_id


def _propose(stage: Stage) -> Any:
    last_day = wib_date(stage.clock.programme()) + timedelta(days=DAYS + 5)
    extension = Extension(_citra(stage), HardshipReason.ILLNESS, "hospital letter 12", last_day, stage.clock.wall())
    approval = propose_extension(stage.p, operator="op-mary", extension=extension)
    stage.memo.approval_id = approval.approval_id
    return approval.content_hash


def _agreed(stage: Stage) -> None:
    _propose(stage)
    agree(stage)


MEMBERS = (
    Step("begin reminders", _remind, _member(CITRA, 7), may_announce=frozenset({SWEEP}), aside=True),
    aside(delivery("remind members", SWEEP, before=_begun(_remind, _member(CITRA, 7)))),
    Step("propose extension", _propose, _member(CITRA, 0), aside=True),
    aside(delivery("extend deadline", ExtensionApproved.topic, before=_begun(_agreed, _member(CITRA, 0)), of=_citra)),
    Step("begin revocations", _revoke, _member(BUDI, DAYS), may_announce=frozenset({SWEEP}), shared=True),
    delivery("revoke who bought nothing", SWEEP, shared=True),
    aside(delivery("end membership: nothing bought", MembershipRevoked.topic)),
    Step("begin season close", _close, _of_2022, may_announce=frozenset({CLOSE}), shared=True),
    aside(delivery("close season: open course", CLOSE, before=_learning)),
    delivery("close season", CLOSE, shared=True),
)
"""What crons begin at night and in the morning, and what operators may move."""
