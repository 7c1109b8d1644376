"""Whoever agrees reads what to: of every kind of approval the list shows who, what, how much, and what shows it."""

from __future__ import annotations

from typing import Any

import pytest

from functions.operator_api import routes_approvals
from functions.operator_api.routes_approvals import MAY_APPROVE
from prakerja.platform.auth import Role
from prakerja.platform.pagination import seal_cursor
from tests.support.scene import Scene

LIST = "/operator/v1/approvals"


def waiting(scene: Scene, *roles: str) -> dict[str, dict[str, Any]]:
    """What another operator is shown, by approval."""
    token, query = scene.apis.operator_token("op-2", roles or tuple(Role)), ""
    found: dict[str, dict[str, Any]] = {}
    while True:
        answer = scene.apis.call("GET", LIST, token=token, query=query)
        assert answer.status == 200, answer.text
        found |= {shown["approval_id"]: shown for shown in answer.body["approvals"]}
        if answer.body["next"] is None:
            return found
        query = f"cursor={answer.body['next']}"


def proposed(scene: Scene) -> dict[str, tuple[dict[str, Any], dict[str, str], dict[str, Any]]]:
    """Kind → what its proposal answers, the parameters of its path and its body: every route that proposes anything."""
    found = {}
    for route, good in scene.good().items():
        if good.status == 202 and "/operator/" in route:
            answer = scene.send(route, good)
            assert answer.status == 202, answer.text
            if "content_hash" in answer.body:
                found[answer.body["kind"]] = (answer.body, dict(good.path), good.body or {})
    return found


def test_every_kind_shows_all_that_was_said_to_whoever_may_agree(scene: Scene) -> None:
    kinds = proposed(scene)
    assert set(kinds) == set(MAY_APPROVE), "each kind has a route that proposes it"
    shown = waiting(scene)
    for kind, (answered, path, body) in kinds.items():
        content = shown[answered["approval_id"]]["content"]
        assert content == answered["content"]
        said = {value for name, value in {**path, **body}.items() if name != "nik" and value is not None}
        assert said <= {*content.values(), answered["subject_id"]}, kind
        assert len(content) > len(body), f"{kind}: more than its proposer wrote"
        assert str(body.get("nik")) not in str(content)


def test_content_is_for_those_who_may_agree_and_for_auditors(scene: Scene) -> None:
    proposed(scene)
    for role in Role:
        for shown in waiting(scene, role).values():
            reads = role in (MAY_APPROVE[shown["kind"]], Role.AUDITOR)
            assert bool(shown["content"]) == reads, (role, shown["kind"])


def test_amounts_are_shown_where_money_moves(scene: Scene) -> None:
    kinds = proposed(scene)
    for kind in ("CASE_CLEARING", "PAYOUT_VERDICT", "PAYOUT_RUN", "PURCHASE_CANCELLATION"):
        assert kinds[kind][0]["content"]["amount"] > 0, kind


def test_what_was_proposed_last_is_reached_however_many_wait(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed(scene)
    everything = waiting(scene)
    assert len(everything) > 6
    monkeypatch.setattr(routes_approvals, "PAGE", 2)
    assert list(waiting(scene).items()) == list(everything.items()), "oldest first, each once"


def test_only_cursors_of_this_list_are_taken(scene: Scene) -> None:
    other = seal_cursor("CURSOR_SECRET for tests", "partners", "PARTNER#x")
    for cursor in ("x", other):
        answer = scene.apis.call("GET", LIST, token=scene.apis.operator_token(), query=f"cursor={cursor}")
        assert (answer.status, answer.slug) == (400, "bad-cursor")
