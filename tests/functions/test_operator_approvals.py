"""The second person's agreement, over HTTP."""

from __future__ import annotations

import pytest
from aws_lambda_powertools.event_handler import Request

from functions.operator_api.handler import handler
from prakerja.platform.approvals import Approval, propose
from prakerja.platform.auth import Operator, Role
from prakerja.platform.clock import to_text
from prakerja.wiring import operator
from tests.support.wired import answer_of, request, wire
from tests.support.world import World


def test_an_approval_of_a_kind_that_is_agreed_to_elsewhere_is_not_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire(world, monkeypatch)

    def signed_in(request: Request) -> Operator:
        return Operator("op-2", frozenset(Role), world.clock.wall())

    monkeypatch.setitem(handler.dependency_overrides, operator, signed_in)
    world.table.commit(*propose(Approval("a1", "CASE", "s1", "hash", "op-1", to_text(world.clock.wall()), content={})))
    assert answer_of(handler(request("PUT", "/operator/v1/approvals/a1/approval"), None))[0] == 404
