"""Four eyes: another person, freshly signed in, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.platform.approvals import (
    AlreadyDecided,
    Approval,
    SameOperator,
    StaleSignIn,
    approve,
    load_approval,
    proposal,
    propose,
    refuse,
    waiting_approvals,
)
from prakerja.platform.auth import Operator
from prakerja.platform.clock import to_text
from prakerja.platform.outbox import Message
from tests.support.world import World


class Agreed(Message):
    topic = "test.agreed.v1"
    queue = "turn_wave"

    subject_id: str


ANNOUNCE = {"TEST": lambda approval: Agreed(subject_id=approval.subject_id)}


def agree(world: World, sub: str, *, signed_in_minutes_ago: int = 1) -> Approval:
    operator = Operator(sub, frozenset(), world.clock.wall() - timedelta(minutes=signed_in_minutes_ago))
    return approve(world.platform, operator=operator, approval_id="a1", announce=ANNOUNCE)


def waiting(world: World) -> list[Approval]:
    return waiting_approvals(world.table, after=None, limit=100)[0]


@pytest.fixture(autouse=True)
def proposed(world: World) -> None:
    world.table.commit(*propose(Approval("a1", "TEST", "s1", "hash", "op-1", to_text(world.clock.wall()), content={})))


def test_two_people_agree_and_it_is_announced(world: World) -> None:
    assert [approval.approval_id for approval in waiting(world)] == ["a1"]
    agree(world, "op-2")
    assert load_approval(world.table, "a1").binds("TEST", "s1", "hash")
    assert waiting(world) == []
    assert [message.topic for message in world.take()] == ["test.agreed.v1"]


def test_who_may_not_agree(world: World) -> None:
    with pytest.raises(SameOperator):
        agree(world, "op-1")
    with pytest.raises(StaleSignIn):
        agree(world, "op-2", signed_in_minutes_ago=16)
    agree(world, "op-2")
    with pytest.raises(AlreadyDecided):
        agree(world, "op-3")


def test_agreeing_again_announces_again_and_changes_nothing(world: World) -> None:
    first = agree(world, "op-2")
    world.take()
    before = world.items("programme"), world.items("evidence")
    assert agree(world, "op-2") == first
    assert [message.topic for message in world.take()] == ["test.agreed.v1"]
    assert (world.items("programme"), world.items("evidence")) == before


def proposes(world: World, by: str = "op-1", content: str = "hash") -> Approval:
    """As every command that needs a second person does."""
    approval = proposal(world.platform, "TEST", "s2", content, by)
    world.table.commit(*propose(approval))
    return load_approval(world.table, approval.approval_id)


def refuses(world: World, approval: Approval, sub: str = "op-2") -> None:
    operator = Operator(sub, frozenset(), world.clock.wall())
    refuse(world.platform, operator=operator, approval_id=approval.approval_id)


def test_what_was_refused_may_be_proposed_again_by_the_same_operator(world: World) -> None:
    first = proposes(world)
    world.clock.move(minutes=1)
    assert proposes(world) == first, "a repeat"
    assert proposes(world, "op-3") != first
    for _ in range(3):
        refuses(world, proposes(world))
    again = proposes(world)
    assert (again.approval_id != first.approval_id, again.refused_by) == (True, None)
    assert proposes(world) == again, "a repeat of that one"
    agreed = approve(
        world.platform,
        operator=Operator("op-2", frozenset(), world.clock.wall()),
        approval_id=again.approval_id,
        announce=ANNOUNCE,
    )
    assert agreed.binds("TEST", "s2", "hash")
    assert not load_approval(world.table, first.approval_id).binds("TEST", "s2", "hash")
    assert proposes(world).approved_by == "op-2", "what was agreed on is not proposed again"


@pytest.mark.parametrize(("other", "is_repeat"), [("op-2", True), ("op-3", False)])
def test_two_agreements_at_the_same_moment_are_one(world: World, other: str, is_repeat: bool) -> None:
    commit = world.table.commit

    def overtaken(*parts: Any, **how: Any) -> Any:
        world.table.commit = commit  # type: ignore[method-assign]
        agree(world, other)
        return commit(*parts, **how)

    world.table.commit = overtaken  # type: ignore[method-assign]
    if is_repeat:
        assert agree(world, "op-2").approved_by == "op-2"
    else:
        with pytest.raises(AlreadyDecided):
            agree(world, "op-2")
    assert load_approval(world.table, "a1").approved_by == other
    assert len(world.take()) == 1
