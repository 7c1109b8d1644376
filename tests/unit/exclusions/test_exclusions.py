"""Lists of exclusions: each row on its own, every key of a NIK, off again only with four eyes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from typing import Any

import pytest

from prakerja.exclusions import Entry, Exclusion, Reason, Source, exclusion_from_item, exclusion_key, latest_list, told
from prakerja.exclusions.api import NewRow, RowResult
from prakerja.exclusions.errors import NotExcluded
from prakerja.exclusions.service import add_list, find_exclusion, lift, lift_approved, propose_lift
from prakerja.exclusions.store import lists
from prakerja.identity.store import nik_guards
from prakerja.platform.access_patterns import EXCLUSION, IDEMPOTENCY
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.idempotency import command_id
from prakerja.platform.parts import update
from prakerja.platform.problems import Conflict, IdempotencyKeyReused, NotAllowed
from prakerja.platform.vault import Guards
from tests.support.chaos_counts import counted
from tests.support.people import Someone, plant_person, someone
from tests.support.world import World

ENTRY = Entry(Source.BKN, Reason.ASN, date(2026, 1, 10), date(2026, 1, 20), "list-1")
TODAY = date(2026, 1, 15)


def row(nik: str, **changes: Any) -> NewRow:
    return NewRow(**{"nik": nik, "reason": "ASN", "valid_from": "2026-01-01", "valid_until": None, **changes})


def add(world: World, *rows: NewRow, key: str = "k") -> list[RowResult]:
    return add_list(world.platform, operator="op-1", source=Source.BKN, rows=rows, key=key)[1]


def agree(world: World, approval: Approval) -> None:
    agreed = replace(approval, approved_by="op-2", approved_at=to_text(world.clock.wall()))
    world.table.commit(*approved_parts(agreed))


@pytest.fixture
def who(world: World) -> Someone:
    """Somebody whose NIK the registry has confirmed."""
    person = plant_person(world, someone(1))
    world.table.commit(*nik_guards(world.platform, person.person_id, person.nik, Conflict()))
    return person


@pytest.mark.parametrize(("day", "bars"), [(9, False), (10, True), (20, True), (21, False)])
def test_an_entry_counts_from_its_first_to_its_last_day(day: int, bars: bool) -> None:
    assert bool(Exclusion(("d",), (ENTRY,)).barring(date(2026, 1, day), aid_excludes=False)) == bars


@pytest.mark.parametrize("reason", [Reason.SOCIAL_AID, Reason.WAGE_SUBSIDY, Reason.MICRO_BUSINESS_AID])
def test_aid_excludes_only_where_the_scheme_says_so(reason: Reason) -> None:
    exclusion = Exclusion(("d",), (replace(ENTRY, reason=reason),))
    assert exclusion.barring(TODAY, aid_excludes=False) is None
    assert exclusion.barring(TODAY, aid_excludes=True) == exclusion.entries[0]


def test_an_agency_s_later_word_takes_the_place_of_its_earlier_one() -> None:
    once = Exclusion(("d",)).having(ENTRY)
    assert once.having(replace(ENTRY, list_id="list-2")) == once
    longer = once.having(replace(ENTRY, list_id="list-2", valid_until=None))
    assert [entry.valid_until for entry in longer.entries] == [None]
    assert len(longer.having(replace(ENTRY, source=Source.PMO)).entries) == 2


@pytest.mark.parametrize(("source", "reason"), list(product(Source, Reason)))
def test_everybody_is_told_why_and_where_to_have_it_mended(source: Source, reason: Reason) -> None:
    indonesian, english = told(replace(ENTRY, source=source, reason=reason).why)
    assert source in indonesian
    assert source in english
    assert "Hubungi" in indonesian
    assert "Ask" in english


def test_each_row_is_judged_on_its_own(world: World, who: Someone) -> None:
    nik = someone(2).nik
    assert latest_list(world.table) is None
    results = add(
        world,
        row(who.nik),
        row("123"),
        row(nik, reason="TALL"),
        row(nik, valid_from="01-01-2026"),
        row(nik, valid_from="2026-02-01", valid_until="2026-01-01"),
        row(nik, valid_from="20260101"),
        row(nik),
    )
    assert results == ["ADDED", "BAD_NIK", "BAD_REASON", "BAD_DAYS", "BAD_DAYS", "BAD_DAYS", "ADDED"]
    assert [m.body["person_id"] for m in world.take("exclusions.changed.v1")] == [who.person_id]
    (entry,) = find_exclusion(world.platform, who.nik).entries
    assert entry.list_id == latest_list(world.table)


def test_a_list_sent_twice_is_one_and_a_key_is_not_used_for_another(world: World, who: Someone) -> None:
    assert add(world, row(who.nik)) == [RowResult.ADDED]
    (first,) = lists(world.table)
    world.clock.move(seconds=5)
    assert add(world, row(who.nik)) == [RowResult.ADDED]
    assert lists(world.table) == [first]
    assert find_exclusion(world.platform, who.nik).version == 1
    assert add(world, row(who.nik), key="another") == [RowResult.UNCHANGED]
    with pytest.raises(IdempotencyKeyReused):
        add(world, row(someone(2).nik))


def test_many_rows_and_one_nik_twice(world: World) -> None:
    rows = [row(someone(number).nik) for number in range(1, 46)]
    with counted(world.client) as cost:
        results = add(world, *rows, rows[0])
    assert set(results) == {RowResult.ADDED}
    assert cost.writes == 1 + 3, "a thousand rows, the most that a request takes, are 51 transactions: a second or two"
    assert all(find_exclusion(world.platform, one.nik).version == 1 for one in rows)


def test_no_nik_is_stored_in_clear(world: World, who: Someone) -> None:
    add(world, row(who.nik))
    assert who.nik not in repr(world.items("programme")) + repr(world.items("evidence"))


def test_a_list_of_one_cannot_be_guessed_from_what_is_stored(world: World, who: Someone) -> None:
    """Whoever reads its row and tries every NIK lacks the key: the same list under another key looks otherwise."""
    marks = []
    for operator, guards in (("op-1", world.guards), ("op-2", Guards({"h1": "another secret"}))):
        p = replace(world.platform, guards=guards)
        add_list(p, operator=operator, source=Source.BKN, rows=[row(who.nik)], key="k")
        stored = world.table.get(IDEMPOTENCY, command_id=command_id("operator", operator, "add_exclusions", "k"))
        assert stored is not None
        marks.append(stored["fingerprint"])
    assert marks[0] != marks[1]


def test_a_list_is_known_again_while_a_key_rotates(world: World, who: Someone) -> None:
    assert add(world, row(who.nik)) == [RowResult.ADDED]
    (first,) = lists(world.table)
    rotating = replace(world.platform, guards=Guards({**world.guards.keys, "k-new": "another secret"}))
    send = partial(add_list, operator="op-1", source=Source.BKN, key="k")
    assert send(rotating, rows=[row(who.nik)]) == (first, [RowResult.ADDED])
    with pytest.raises(IdempotencyKeyReused):
        send(rotating, rows=[row(someone(2).nik)])


def test_an_old_key_s_digest_is_found_and_renewed(world: World, who: Someone) -> None:
    add(world, row(who.nik))
    p = replace(world.platform, guards=Guards({**world.guards.keys, "k-new": "another secret"}))
    assert len(find_exclusion(p, who.nik).entries) == 1
    add_list(p, operator="op-1", source=Source.PMO, rows=[row(who.nik, reason="FRAUD")], key="k2")
    digests = p.guarded().digests("NIK", who.nik)
    found = [exclusion_from_item(item) for item in world.table.batch_get(*map(exclusion_key, digests))]
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0] is not None
    assert len(found[0].entries) == 2


def test_two_operators_take_somebody_off(world: World, who: Someone) -> None:
    p = world.platform
    add(world, row(who.nik))
    what: dict[str, Any] = {
        "nik": who.nik,
        "source": Source.BKN,
        "reason": Reason.ASN,
        "evidence_reference": "letter 1",
    }
    approval = propose_lift(p, operator="op-1", **what)
    assert propose_lift(p, operator="op-1", **what) == approval
    message = lift_approved(approval)
    with pytest.raises(NotAllowed):
        lift(p, exclusion_id=message.exclusion_id, approval_id=message.approval_id)
    agree(world, approval)
    world.take()
    for _ in range(2):
        after = lift(p, exclusion_id=message.exclusion_id, approval_id=message.approval_id)
        assert after is not None
        assert after.entries == ()
    assert [m.body["person_id"] for m in world.take("exclusions.changed.v1")] == [who.person_id]
    with pytest.raises(NotExcluded):
        propose_lift(p, operator="op-1", **what)


def test_a_lift_does_not_reach_a_later_list(world: World, who: Someone) -> None:
    p = world.platform
    add(world, row(who.nik))
    approval = propose_lift(
        p, operator="op-1", nik=who.nik, source=Source.BKN, reason=Reason.ASN, evidence_reference="letter 1"
    )
    agree(world, approval)
    add(world, row(who.nik, valid_until="2026-12-31"), key="k2")
    lift(p, exclusion_id=approval.subject_id, approval_id=approval.approval_id)
    assert len(find_exclusion(p, who.nik).entries) == 1


def test_a_row_that_moves_meanwhile_is_added_to_what_is_there(world: World, who: Someone) -> None:
    add(world, row(who.nik, reason="STUDENT"))
    batch_get, digest = world.table.batch_get, world.guards.digest("NIK", who.nik)

    def overtaken(*wanted: Any, **how: Any) -> Any:
        found = batch_get(*wanted, **how)
        world.table.batch_get = batch_get  # type: ignore[method-assign]
        world.table.commit(update(EXCLUSION, set={"version": 7}, digest=digest))
        return found

    world.table.batch_get = overtaken  # type: ignore[method-assign]
    assert add(world, row(who.nik), key="k2") == [RowResult.ADDED]
    assert find_exclusion(world.platform, who.nik).version == 8
