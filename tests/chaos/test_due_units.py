"""What standing in the due index costs a membership, in units that the engine tells: one at the decree, nothing at a purchase."""

from __future__ import annotations

import pytest

from prakerja.membership import seed_schemes
from prakerja.membership.store import close_purchase_part, open_purchase_part
from tests.support.chaos_counts import counted
from tests.support.cloud import Cloud
from tests.support.members import at, buy, decree, member, set_time
from tests.support.world import World

pytestmark = pytest.mark.cloud

DECREED = at(2026, 3, 2, 10)
IN_TIME, LATE = at(2026, 3, 3), at(2026, 3, 20)


def test_a_membership_pays_for_its_place_once(cloud: Cloud) -> None:
    world = World(cloud.client("dynamodb"), cloud.client("kms"), prefix="due-units-")
    set_time(world, DECREED)
    seed_schemes(world.platform)
    with counted(world.client) as given:
        who = decree(world, 1, DECREED)
    assert (given.items, given.write_units) == ([4], 2 * 4 + 1), (
        "membership, card, balance, transfer; a place in the index"
    )
    bought = open_purchase_part(member(world, who), "c1", account_required=False, buys_as=("toko", "u-1"))
    with counted(world.client) as sold:
        world.table.commit(bought)
    assert sold.write_units == 1
    for voided_at, units in ((IN_TIME, 1), (LATE, 1 + 2)):
        if voided_at is LATE:
            buy(world, who)
            world.table.commit(
                open_purchase_part(member(world, who), "c1", account_required=False, buys_as=("toko", "u-1"))
            )
        with counted(world.client) as voided:
            world.table.commit(close_purchase_part(member(world, who), "c1", undo_first=(voided_at, 3)))
        assert voided.write_units == units, "only a deadline that moves moves its place"
