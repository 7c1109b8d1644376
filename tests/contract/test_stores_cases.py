"""Cases and destinations on both engines: what the stores promise holds on moto and on the emulated cloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws

from prakerja.cases.errors import CaseMoved
from prakerja.cases.model import CaseState, Verdict
from prakerja.cases.service import note_case, open_case, resolve_case, take_case
from prakerja.cases.store import list_cases, load_case, notes_of, occurrences_of, overdue_cases
from prakerja.payouts.destination import COOLING, cancelled, linked, payable
from prakerja.payouts.errors import AccountMoved
from prakerja.payouts.model import Waits
from prakerja.payouts.store import (
    change_account,
    due_accounts_of,
    hold,
    let_go,
    load_account,
    load_holders,
    unlink_account,
)
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.problems import IdempotencyKeyReused
from tests.support.cloud import Cloud
from tests.support.moto_truth import truthful
from tests.support.people import Someone, plant_account, plant_member, someone
from tests.support.world import World, new_world


@pytest.fixture(scope="module")
def moto() -> Iterator[World]:
    with mock_aws(), truthful():
        yield new_world()


@pytest.fixture(scope="module")
def emulated(cloud: Cloud) -> World:
    return World(cloud.client("dynamodb"), cloud.client("kms"), prefix="cases-")


@pytest.fixture(params=["moto", pytest.param("emulated", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue(request.param)
    world.take()
    return world


@pytest.fixture
def who(engine: World, request: pytest.FixtureRequest) -> Someone:
    """A member whom no other test uses."""
    number = 100 + sum(request.node.name.encode()) % 8000
    return plant_member(engine, someone(number), card_number=f"7{number:015d}")


def test_a_case_and_its_lists(engine: World) -> None:
    p, table = engine.platform, engine.table
    first, second = (open_case(p, finding(FindingKind.CLAIM_OVERDUE, f"claim-{n}", day=n)) for n in (1, 2))
    assert open_case(p, finding(FindingKind.CLAIM_OVERDUE, "claim-1", day=1)) == first

    def listed(state: CaseState, limit: int = 10, after: str | None = None) -> tuple[list[str], str | None]:
        cases, further = list_cases(table, state, FindingKind.CLAIM_OVERDUE, after=after, limit=limit)
        return [case.case_id for case in cases], further

    page, after = listed(CaseState.OPEN, limit=1)
    rest, _ = listed(CaseState.OPEN, after=after)
    assert sorted(page + rest) == sorted([first.case_id, second.case_id])
    taken = take_case(p, operator="op-1", case_id=first.case_id, version=1)
    noted = note_case(p, operator="op-1", case_id=first.case_id, text="asked", version=2, key="n")
    assert note_case(p, operator="op-1", case_id=first.case_id, text="asked", version=2, key="n") == noted
    with pytest.raises(IdempotencyKeyReused):
        note_case(p, operator="op-1", case_id=first.case_id, text="else", version=3, key="n")
    resolved = resolve_case(p, operator="op-1", case_id=first.case_id, verdict=Verdict.MENDED, why="paid", version=3)
    assert load_case(table, first.case_id) == resolved
    assert (taken.version, resolved.version) == (2, 4)
    assert listed(CaseState.OPEN)[0] == [second.case_id]
    assert listed(CaseState.IN_WORK)[0] == []
    assert listed(CaseState.RESOLVED)[0] == [first.case_id]
    assert [note.text for note in notes_of(table, first.case_id)] == ["asked"]
    again = open_case(p, finding(FindingKind.CLAIM_OVERDUE, "claim-1", day=9))
    assert (again.state, [one.facts["day"] for one in occurrences_of(table, first.case_id)]) == (
        CaseState.OPEN,
        [1, 9],
    )


def test_what_is_overdue_is_found_until_it_is_resolved(engine: World) -> None:
    p = engine.platform
    case = open_case(p, finding(FindingKind.CALLBACK_FORGED, "overdue"))

    def overdue(later: timedelta) -> list[str]:
        now = engine.clock.wall() + later
        found = [overdue_cases(engine.table, f"CASE#{shard:02d}", now, 50) for shard in range(DUE_SHARDS)]
        return [one.case_id for cases in found for one in cases]

    assert case.case_id not in overdue(timedelta(hours=23))
    assert case.case_id in overdue(timedelta(hours=25))
    take_case(p, operator="op-1", case_id=case.case_id, version=1)
    resolve_case(p, operator="op-1", case_id=case.case_id, verdict=Verdict.ACCEPTED, why="ours", version=2)
    assert case.case_id not in overdue(timedelta(hours=25))


def test_two_changes_of_one_case_are_one(engine: World, monkeypatch: pytest.MonkeyPatch) -> None:
    p = engine.platform
    case = open_case(p, finding(FindingKind.STATEMENT_MISSING, "race"))
    taken = take_case(p, operator="op-1", case_id=case.case_id, version=1)
    monkeypatch.setattr("prakerja.cases.service.handling.load_noted", lambda *_: (case, False))
    with pytest.raises(CaseMoved):
        note_case(p, operator="op-2", case_id=case.case_id, text="late", version=1, key="k")
    assert load_case(engine.table, case.case_id) == taken
    assert notes_of(engine.table, case.case_id) == []


def test_an_account_changes_under_its_version(engine: World, who: Someone) -> None:
    table, now = engine.table, engine.clock.wall()
    plant_account(engine, who)
    first = load_account(table, who.person_id)
    assert first is not None
    assert first.former is None
    changed = linked(first, first, confirmation_id="c", now=now)
    table.commit(change_account(first, changed))
    assert load_account(table, who.person_id) == changed
    assert payable(changed, now) is Waits.COOLING
    with pytest.raises(AccountMoved):
        table.commit(change_account(first, changed))
    due = [due_accounts_of(table, f"ACCOUNT#{shard:02d}", now + 2 * COOLING) for shard in range(DUE_SHARDS)]
    assert who.person_id in [one for found in due for one in found]
    back = cancelled(changed, now)
    table.commit(change_account(changed, back))
    assert load_account(table, who.person_id) == back
    due = [due_accounts_of(table, f"ACCOUNT#{shard:02d}", now + 2 * COOLING) for shard in range(DUE_SHARDS)]
    assert who.person_id not in [one for found in due for one in found]
    table.commit(*unlink_account(back, now))
    assert load_account(table, who.person_id) is None
    with pytest.raises(AccountMoved):
        table.commit(change_account(back, back))


def test_holders_of_a_destination(engine: World, request: pytest.FixtureRequest) -> None:
    table, digest = engine.table, f"h1.{request.node.name.replace('[', '-').replace(']', '')}"

    def holders() -> tuple[str, ...]:
        return load_holders(table, [digest])[digest]

    table.commit(*hold({digest: ()}, "a"))
    table.commit(*hold({digest: ("a",)}, "b"))
    assert holders() == ("a", "b")
    assert hold({digest: ("a", "b")}, "a") == ()
    with pytest.raises(AccountMoved):  # somebody came in between
        table.commit(*hold({digest: ("a",)}, "c"))
    table.commit(*let_go({digest: ("a", "b")}, "a"))
    table.commit(*let_go({digest: ("b",)}, "b"))
    assert holders() == ()
    with pytest.raises(AccountMoved):
        table.commit(*let_go({digest: ("b",)}, "b"))
