"""Cases: one for each finding, however often it is told; nobody resolves what they have not seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.cases import model
from prakerja.cases.errors import CaseMoved, CaseNotTaken, CaseResolved
from prakerja.cases.model import Case, CaseState, Verdict
from prakerja.cases.service import note_case, open_case, resolve_case, take_case, watch_cases
from prakerja.cases.store import list_cases, load_case, notes_of, occurrences_of
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.problems import IdempotencyKeyReused, NotFound, PreconditionFailed
from tests.support.world import World

MARY, JOHN = "op-mary", "op-john"


def held(payout: str = "p-1", attempt: int = 1) -> CaseNeeded:
    return finding(FindingKind.PAYOUT_HELD, payout, "person-1", attempt=attempt, reference="P26015ABC")


def taken(world: World, case: Case, by: str = MARY) -> Case:
    return take_case(world.platform, operator=by, case_id=case.case_id, version=case.version)


def resolved(world: World, case: Case, by: str = MARY, why: str = "seen the statement", **more: Any) -> Case:
    return resolve_case(
        world.platform,
        operator=by,
        case_id=case.case_id,
        verdict=more.pop("verdict", Verdict.MENDED),
        why=why,
        version=case.version,
        **more,
    )


def listed(world: World, state: CaseState, kind: FindingKind | None = None) -> list[str]:
    return [case.case_id for case in list_cases(world.table, state, kind, after=None, limit=10)[0]]


# findings -------------------------------------------------------------------------------------------------------------
def test_a_finding_carries_no_personal_text() -> None:
    """What a provider sends may be anything: names, addresses of mailboxes, line feeds, a megabyte."""
    told = finding(FindingKind.CALLBACK_FORGED, "x", text="Budi <budi@contoh.id>\n" + "a" * 10_000, none=None, rupiah=7)
    assert told.facts == {"text": ("Budi__budi_contoh.id__" + "a" * 10_000)[:80], "rupiah": 7}


def test_the_same_finding_is_one_case_also_after_it_was_resolved(world: World) -> None:
    first = open_case(world.platform, held())
    world.clock.move(minutes=5)
    assert open_case(world.platform, held()) == first
    after = resolved(world, taken(world, first))
    items = world.items("programme")
    assert open_case(world.platform, held()) == after
    assert world.items("programme") == items


def test_other_facts_open_a_resolved_case_again(world: World) -> None:
    case = resolved(world, taken(world, open_case(world.platform, held())))
    world.clock.move(hours=30)
    again = open_case(world.platform, held(attempt=2))
    assert (again.case_id, again.state, again.occurrences) == (case.case_id, CaseState.OPEN, 2)
    assert again.resolve_by == world.clock.wall() + timedelta(days=1)
    assert (again.taken_by, again.verdict, again.why, again.resolved_at) == (None, None, None, None)
    assert load_case(world.table, case.case_id) == again
    assert [found.facts["attempt"] for found in occurrences_of(world.table, case.case_id)] == [1, 2]
    assert listed(world, CaseState.OPEN) == [case.case_id]
    assert listed(world, CaseState.RESOLVED) == []


def test_other_facts_about_a_case_in_work_must_be_seen_before_it_is_resolved(world: World) -> None:
    case = taken(world, open_case(world.platform, held()))
    again = open_case(world.platform, held(attempt=2))
    assert (again.state, again.taken_by, again.resolve_by) == (CaseState.IN_WORK, MARY, case.resolve_by)
    with pytest.raises(PreconditionFailed):
        resolved(world, case)
    assert resolved(world, again).state is CaseState.RESOLVED


def test_two_workers_with_one_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw nothing there: the second finds the first one's case, or looks again."""
    monkeypatch.setattr("prakerja.cases.service.handling.load_found", lambda *_: (None, False))
    first = open_case(world.platform, held())
    assert open_case(world.platform, held()) == first
    with pytest.raises(CaseMoved):
        open_case(world.platform, held(attempt=2))
    assert load_case(world.table, first.case_id).occurrences == 1


# people ---------------------------------------------------------------------------------------------------------------
def test_a_case_from_open_to_resolved(world: World) -> None:
    case = open_case(world.platform, held())
    assert (case.state, case.version, listed(world, CaseState.OPEN)) == (CaseState.OPEN, 1, [case.case_id])
    case = taken(world, case)
    assert (case.state, case.taken_by, listed(world, CaseState.OPEN)) == (CaseState.IN_WORK, MARY, [])
    case = note_case(
        world.platform, operator=JOHN, case_id=case.case_id, text="asked BNI", version=case.version, key="n1"
    )
    assert [(note.by, note.text) for note in notes_of(world.table, case.case_id)] == [(JOHN, "asked BNI")]
    case = resolved(world, case)
    assert (case.state, case.resolved_by, case.verdict) == (CaseState.RESOLVED, MARY, Verdict.MENDED)
    assert listed(world, CaseState.RESOLVED, FindingKind.PAYOUT_HELD) == [case.case_id]
    assert listed(world, CaseState.IN_WORK) == []
    told = [item["sk"].split("#")[2] for item in world.items("evidence")]
    assert sorted(told) == ["CASE_FINDING", "CASE_NOTED", "CASE_RESOLVED", "CASE_TAKEN"]


def test_what_was_done_is_not_done_twice(world: World) -> None:
    """A repeat names the version it saw, which is old by then; its answer is that of the first time."""
    opened = open_case(world.platform, held())
    for _ in range(2):
        case = taken(world, opened)
    for _ in range(2):
        after = note_case(
            world.platform, operator=MARY, case_id=case.case_id, text="asked", version=case.version, key="n1"
        )
    for _ in range(2):
        done = resolved(world, after)
    assert done.version == 4
    with pytest.raises(IdempotencyKeyReused):
        note_case(world.platform, operator=MARY, case_id=case.case_id, text="other", version=4, key="n1")


def test_a_request_that_arrives_twice_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_case(world.platform, held())
    case = taken(world, opened)
    stale = iter([opened])
    monkeypatch.setattr("prakerja.cases.service.handling.load_case", lambda *a: next(stale, None) or load_case(*a))
    assert taken(world, opened) == case
    stale = iter([opened])
    with pytest.raises(PreconditionFailed):
        taken(world, opened, by=JOHN)


def test_only_who_has_taken_a_case_resolves_it(world: World) -> None:
    case = open_case(world.platform, held())
    with pytest.raises(CaseNotTaken):
        resolved(world, case)
    case = taken(world, case)
    with pytest.raises(CaseNotTaken):
        resolved(world, case, by=JOHN)
    over = taken(world, case, by=JOHN)
    with pytest.raises(CaseNotTaken):
        resolved(world, over)
    done = resolved(world, over, by=JOHN)
    with pytest.raises(CaseResolved):
        resolved(world, done, by=JOHN, why="another reason")
    with pytest.raises(CaseResolved):
        taken(world, done)


@pytest.mark.parametrize("version", [0, 2])
def test_whoever_has_seen_another_version_is_refused(world: World, version: int) -> None:
    case = open_case(world.platform, held())
    p, whose = world.platform, {"operator": MARY, "case_id": case.case_id, "version": version}
    with pytest.raises(PreconditionFailed):
        take_case(p, **whose)  # type: ignore[arg-type]
    with pytest.raises(PreconditionFailed):
        note_case(p, **whose, text="seen", key="n")  # type: ignore[arg-type]
    assert load_case(world.table, case.case_id) == case


def test_a_case_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        take_case(world.platform, operator=MARY, case_id="nowhere", version=1)


# lists and time -------------------------------------------------------------------------------------------------------
def test_what_is_to_be_resolved_first_comes_first_page_by_page(world: World) -> None:
    late = open_case(world.platform, finding(FindingKind.DESTINATION_UNPROVEN, "d-1"))
    world.clock.move(hours=1)
    soon = [open_case(world.platform, held(f"p-{number}")) for number in range(3)]
    wanted, found, after = [*(case.case_id for case in soon), late.case_id], [], None
    while True:
        page, after = list_cases(world.table, CaseState.OPEN, None, after=after, limit=2)
        found += [case.case_id for case in page]
        if after is None:
            break
    assert found[-1] == late.case_id
    assert sorted(found) == sorted(wanted)
    assert listed(world, CaseState.OPEN, FindingKind.DESTINATION_UNPROVEN) == [late.case_id]


def test_every_kind_has_its_time() -> None:
    assert set(model.TIME_TO_RESOLVE) == set(FindingKind)


def test_overdue_cases_are_measured_until_they_are_resolved(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def seconds() -> int:
        capsys.readouterr()
        for shard in range(DUE_SHARDS):
            assert watch_cases(world.platform, f"CASE#{shard:02d}") == []
        lines = [line for line in capsys.readouterr().out.splitlines() if "CaseOverdueSeconds" in line]
        assert len(lines) == DUE_SHARDS
        import json

        return max(int(json.loads(line)["CaseOverdueSeconds"][0]) for line in lines)

    case = open_case(world.platform, held())
    world.clock.move(hours=24)
    assert seconds() == 0
    world.clock.move(minutes=10)
    assert seconds() == 600
    resolved(world, taken(world, case))
    assert seconds() == 0
