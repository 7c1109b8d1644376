"""The same promises of ``Table`` on all engines: moto, on which most tests run, the dict that simulations use, and the
emulated cloud."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from boto3.dynamodb.conditions import Attr
from moto import mock_aws

from prakerja.platform.access_patterns import CARD, INCENTIVE, MEMBERSHIP, OUTBOX, PAYOUT, PERSON_STATE, ROSTER_ENTRY
from prakerja.platform.evidence import evidence
from prakerja.platform.outbox import Message
from prakerja.platform.parts import NOT_DUE, check, delete, due, put, put_new, update
from prakerja.platform.problems import Conflict, NotAllowed, NotFound, TooMany
from prakerja.platform.table import Table
from tests.support.cloud import Cloud
from tests.support.memory_aws import memory_clients
from tests.support.moto_truth import truthful
from tests.support.world import World, new_world

AT = "2026-01-15T03:00:00.000000Z"
LATER = "2026-01-15T03:00:00.000001Z"


class Happened(Message):
    topic = "test.happened.v1"
    queue = "notify"
    number: int


@pytest.fixture(scope="module")
def moto() -> Iterator[World]:
    with mock_aws(), truthful():
        yield new_world()


@pytest.fixture(scope="module")
def emulated(cloud: Cloud) -> World:
    return World(cloud.client("dynamodb"), cloud.client("kms"), prefix="stores-")


@pytest.fixture(scope="module")
def memory() -> World:
    _, dynamodb, kms = memory_clients()
    return World(dynamodb, kms)


@pytest.fixture(params=["moto", "memory", pytest.param("emulated", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> World:
    """A world that a module's tests share: each uses keys of its own (``me``)."""
    world: World = request.getfixturevalue(request.param)
    world.take()
    return world


@pytest.fixture
def table(engine: World) -> Table:
    return engine.table


@pytest.fixture
def me(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return str(request.node.name).replace("[", "-").replace("]", "")


def test_all_kinds_of_values_come_back_as_they_were(table: Table, me: str) -> None:
    item = {
        "text": "Ani", "empty": "", "number": 3_500_000, "below": -1, "large": 10**37, "yes": True, "no": False,
        "bytes": b"\x00\xff", "list": [1, "two", [3]], "map": {"a": 1, "b": {"c": "d"}}, "none": None,
    }  # fmt: skip
    table.commit(put_new(MEMBERSHIP, item, person_id=me))
    found = table.get(MEMBERSHIP, person_id=me)
    assert found is not None
    assert {name: found.get(name) for name in item} == item
    assert "none" not in found
    assert {type(found["yes"]), type(found["number"]), type(found["bytes"])} == {bool, int, bytes}


def test_a_transaction_is_all_or_nothing_over_all_tables(table: Table, engine: World, me: str) -> None:
    parts = (
        put_new(PERSON_STATE, {"n": 1}, person_id=me),
        put_new(MEMBERSHIP, {"n": 1}, person_id=me),
        evidence(me, "TEST", engine.clock.wall()),
    )
    with pytest.raises(NotAllowed):
        table.commit(
            *parts,
            check(CARD, when=Attr("pk").exists(), error=NotAllowed(), card_number=me),
            outbox=[Happened(number=1)],
        )
    assert table.batch_get((PERSON_STATE, {"person_id": me}), (MEMBERSHIP, {"person_id": me})) == [None, None]
    assert [item for item in engine.items("evidence") if me in item["pk"]] == []
    assert engine.messages() == []
    table.commit(*parts, outbox=[Happened(number=1)])
    assert None not in table.batch_get((PERSON_STATE, {"person_id": me}), (MEMBERSHIP, {"person_id": me}))
    assert len([item for item in engine.items("evidence") if me in item["pk"]]) == 1
    assert [message.body for message in engine.messages()] == [{"number": 1}]


def test_each_failed_condition_means_the_problem_of_its_part(table: Table, me: str) -> None:
    table.commit(put_new(CARD, {"n": 1}, card_number=me), put_new(MEMBERSHIP, {"n": 1}, person_id=me))
    taken = put_new(CARD, {}, error=TooMany(), card_number=me)
    wrong = update(MEMBERSHIP, set={"n": 3}, when=Attr("n").eq(2), error=NotAllowed(), person_id=me)
    gone = delete(CARD, when=Attr("n").eq(2), error=NotFound(), card_number=me)
    fine = put_new(PERSON_STATE, {}, person_id=me)
    for parts, problem in (((fine, taken), TooMany), ((fine, wrong), NotAllowed), ((gone,), NotFound)):
        with pytest.raises(problem):
            table.commit(*parts)
    with pytest.raises(NotAllowed):  # the first in the order given
        table.commit(wrong, taken)
    assert table.get(PERSON_STATE, person_id=me) is None


def test_an_update_needs_its_item_and_touches_only_what_it_names(table: Table, me: str) -> None:
    with pytest.raises(Conflict):
        table.commit(update(MEMBERSHIP, set={"n": 1}, person_id=me))
    table.commit(put_new(MEMBERSHIP, {"n": 1, "state": "A", "note": "x"}, person_id=me))
    table.commit(update(MEMBERSHIP, set={"n": 2}, remove=["note"], when=Attr("state").eq("A"), person_id=me))
    found = table.get(MEMBERSHIP, person_id=me)
    assert found is not None
    assert (found["n"], found["state"], "note" in found) == (2, "A", False)


def test_a_repeat_is_known_by_its_fingerprint_also_when_other_parts_fail_now(
    table: Table, engine: World, me: str
) -> None:
    def move(mark: str) -> tuple[bool, object]:
        outcome = table.commit(
            update(MEMBERSHIP, set={"state": "B"}, when=Attr("state").eq("A"), error=NotAllowed(), person_id=me),
            put_new(CARD, {"by": mark}, fingerprint=mark, error=TooMany(), card_number=me),
            outbox=[Happened(number=2)],
        )
        return outcome.repeated, outcome.found and outcome.found["by"]

    table.commit(put_new(MEMBERSHIP, {"state": "A"}, person_id=me))
    assert move("mine") == (False, None)
    assert move("mine") == (True, "mine")
    with pytest.raises(TooMany):
        move("another's")
    assert len(engine.messages()) == 1


def test_batch_get_keeps_the_order_over_tables_and_gaps(table: Table, me: str) -> None:
    table.commit(put_new(CARD, {"n": 1}, card_number=me), put_new(PERSON_STATE, {"n": 2}, person_id=me))
    wanted = [
        (PERSON_STATE, {"person_id": me}),
        (CARD, {"card_number": f"{me}-none"}),
        (CARD, {"card_number": me}),
        (PERSON_STATE, {"person_id": me}),
    ]
    assert [item and item["n"] for item in table.batch_get(*wanted)] == [2, None, 1, 2]
    assert [item and item["n"] for item in table.batch_get(*wanted, consistent=False)] == [2, None, 1, 2]


def test_pages_show_everything_once_in_both_directions(table: Table, me: str) -> None:
    names = [f"{number:03d}" for number in range(23)]
    table.commit(*(put_new(ROSTER_ENTRY, {"n": n}, wave_id=me, shard="00", application_id=n) for n in names))
    table.commit(put_new(ROSTER_ENTRY, {"n": "other"}, wave_id=me, shard="01", application_id="000"))
    for descending in (False, True):
        seen, after = [], None
        while True:
            page = table.query(ROSTER_ENTRY, wave_id=me, shard="00", limit=5, after=after, descending=descending)
            assert len(page.items) <= 5
            seen += [item["n"] for item in page.items]
            if (after := page.after) is None:
                break
        assert seen == sorted(names, reverse=descending)
    assert [item["n"] for item in table.query_all(ROSTER_ENTRY, wave_id=me, shard="00")] == names


def test_a_listing_ends_where_its_prefix_ends(table: Table, me: str) -> None:
    for kind, number in (("FIRST", 1), ("FIRST", 2), ("SECOND", 9)):
        table.commit(put_new(INCENTIVE, {"n": number}, person_id=me, kind=kind, number=number))
    found = table.query(INCENTIVE, person_id=me, kind="FIRST").items
    assert [item["n"] for item in found] == [1, 2]
    assert len(table.query(INCENTIVE, person_id=me).items) == 3


def test_what_is_due_is_found_from_its_time_on_oldest_first(table: Table, me: str) -> None:
    shard = due("PAYOUT", me, AT)["due_shard"]
    for number, at in ((1, LATER), (2, AT), (3, "2027-01-01T00:00:00.000000Z")):
        table.commit(put(PAYOUT, {"due_shard": shard, "due_at": at}, payout_id=f"{me}-{number}"))
    mine = [
        key["payout_id"] for key in table.due(PAYOUT, shard, "2026-01-16T00:00:00.000000Z") if me in key["payout_id"]
    ]
    assert mine == [f"{me}-2", f"{me}-1"]
    assert table.due(PAYOUT, shard, AT) == []
    assert table.due(PAYOUT, shard, LATER, limit=1) == [{"payout_id": f"{me}-2"}]
    for number in (1, 2, 3):
        table.commit(update(PAYOUT, set={"state": "PAID"}, remove=NOT_DUE, payout_id=f"{me}-{number}"))
    assert table.due(PAYOUT, shard, "2028-01-01T00:00:00.000000Z") == []


def test_what_stands_in_the_index_is_paged_also_where_times_are_equal(table: Table, me: str) -> None:
    shard = due("PAYOUT", me, AT)["due_shard"] + "-paged"
    times = [AT] * 7 + [LATER] * 4
    for number, at in enumerate(times):
        table.commit(put(PAYOUT, {"due_shard": shard, "due_at": at}, payout_id=f"{me}-{number:02d}"))

    def paged(begin: str, end: str) -> list[str]:
        seen, after = [], None
        while True:
            keys, after = table.due_page(PAYOUT, shard, begin, end, after=after, limit=3)
            assert len(keys) <= 3
            seen += [key["payout_id"] for key in keys]
            if after is None:
                return sorted(seen)

    everybody = [f"{me}-{number:02d}" for number in range(len(times))]
    assert paged(AT, AT) == everybody[:7]
    assert paged(" ", "~") == everybody
    assert paged(LATER, LATER) == everybody[7:]
    for payout_id in everybody:
        table.commit(update(PAYOUT, set={"state": "PAID"}, remove=NOT_DUE, payout_id=payout_id))
    assert paged(" ", "~") == []


def test_rows_are_forgotten_twice_without_harm(table: Table, engine: World) -> None:
    for number in range(25):
        table.commit(outbox=[Happened(number=number)])
    rows = [item for item in engine.items("programme") if item["pk"].startswith("OUTBOX#")]
    keys = [{"pk": row["pk"], "sk": row["sk"]} for row in rows]
    for _ in range(2):
        table.forget(OUTBOX, keys)
        assert engine.messages() == []


def test_a_hundred_items_fit_into_one_transaction_and_no_more(table: Table, me: str) -> None:
    parts = [put_new(ROSTER_ENTRY, {}, wave_id=me, shard="00", application_id=f"{n:03d}") for n in range(101)]
    with pytest.raises(ValueError, match="101"):
        table.commit(*parts)
    table.commit(*parts[:100])
    assert len(list(table.query_all(ROSTER_ENTRY, wave_id=me, shard="00"))) == 100


def test_of_many_at_once_exactly_one_creates_and_none_overwrites(table: Table, me: str) -> None:
    def create(number: int) -> bool:
        try:
            table.commit(
                put_new(CARD, {"by": number}, fingerprint=str(number), card_number=me),
                update(MEMBERSHIP, set={"n": number}, when=Attr("n").eq(-1), person_id=me),
            )
        except Conflict:
            return False
        return True

    table.commit(put_new(MEMBERSHIP, {"n": -1}, person_id=me))
    with ThreadPoolExecutor(8) as pool:
        won = [number for number, winner in enumerate(pool.map(create, range(24))) if winner]
    card, membership = table.batch_get((CARD, {"card_number": me}), (MEMBERSHIP, {"person_id": me}))
    assert card is not None
    assert membership is not None
    assert won == [card["by"]] == [membership["n"]]
