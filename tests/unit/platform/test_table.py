"""One transaction per command: conditions map to problems, repeats are recognised, conflicts are retried."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from prakerja.platform.access_patterns import CARD, MEMBERSHIP, PAYOUT
from prakerja.platform.outbox import Message, later
from prakerja.platform.parts import NOT_DUE, check, delete, due, put, put_new, update
from prakerja.platform.problems import Conflict, NotFound, Unavailable
from prakerja.platform.table import ATTEMPTS
from tests.support.world import World


class Happened(Message):
    topic = "test.happened.v1"
    queue = "notify"
    person_id: str


def test_commit_writes_parts_and_outbox_together(world: World) -> None:
    world.table.commit(
        put_new(MEMBERSHIP, {"state": "ACTIVE", "amount": 3_500_000}, person_id="p1"),
        put_new(CARD, {"person_id": "p1"}, card_number="8000000000000001"),
        outbox=[Happened(person_id="p1"), later(Happened(person_id="p1"), 5000)],
    )
    item = world.table.get(MEMBERSHIP, person_id="p1")
    assert item is not None
    assert item["amount"] == 3_500_000
    assert isinstance(item["amount"], int)
    assert sorted((m.topic, m.body, m.delay_seconds) for m in world.messages()) == [
        ("test.happened.v1", {"person_id": "p1"}, 0),
        ("test.happened.v1", {"person_id": "p1"}, 900),
    ]


def test_a_failed_condition_raises_its_own_problem_and_writes_nothing(world: World) -> None:
    world.plant(CARD, {"person_id": "p1"}, card_number="8000000000000001")
    taken = NotFound()
    with pytest.raises(NotFound) as caught:
        world.table.commit(
            put_new(MEMBERSHIP, {"state": "ACTIVE"}, person_id="p2"),
            put_new(CARD, {"person_id": "p2"}, error=taken, card_number="8000000000000001"),
            outbox=[Happened(person_id="p2")],
        )
    assert caught.value is taken
    assert world.table.get(MEMBERSHIP, person_id="p2") is None
    assert world.messages() == []


def test_the_same_intent_again_is_recognised_and_another_one_refused(world: World) -> None:
    def join(mark: str, when: str) -> Any:
        return world.table.commit(
            put_new(CARD, {"at": when}, fingerprint=mark, card_number="1"),
            update(MEMBERSHIP, set={"state": "X"}, when=Attr("state").eq("ACTIVE"), person_id="p1"),
            outbox=[Happened(person_id="p1")],
        )

    world.plant(MEMBERSHIP, {"state": "ACTIVE"}, person_id="p1")
    assert not join("mine", "first").repeated
    again = join("mine", "second")
    assert again.repeated
    assert again.found["at"] == "first"
    assert len(world.messages()) == 1
    with pytest.raises(Conflict):
        join("another", "third")


def test_update_check_and_delete_obey_their_conditions(world: World) -> None:
    world.plant(MEMBERSHIP, {"state": "ACTIVE", "note": "x"}, person_id="p1")
    world.table.commit(update(MEMBERSHIP, set={"state": "REVOKED"}, remove=["note"], person_id="p1"))
    assert world.table.get(MEMBERSHIP, person_id="p1")["state"] == "REVOKED"  # type: ignore[index]
    with pytest.raises(Conflict):
        world.table.commit(update(MEMBERSHIP, set={"state": "X"}, person_id="nobody"))
    with pytest.raises(NotFound):
        world.table.commit(check(MEMBERSHIP, when=Attr("state").eq("ACTIVE"), error=NotFound(), person_id="p1"))
    world.table.commit(delete(MEMBERSHIP, when=Attr("state").eq("REVOKED"), person_id="p1"))
    assert world.table.get(MEMBERSHIP, person_id="p1") is None


def test_batch_get_keeps_order_and_tolerates_missing_and_repeated_keys(world: World) -> None:
    world.plant(CARD, {"person_id": "p1"}, card_number="1")
    found = world.table.batch_get(
        (CARD, {"card_number": "2"}), (CARD, {"card_number": "1"}), (CARD, {"card_number": "1"})
    )
    assert [item and item["person_id"] for item in found] == [None, "p1", "p1"]


def test_due_items_are_found_when_their_time_has_come_and_not_after(world: World) -> None:
    at = "2026-01-15T03:00:00.000000Z"
    mark = due("PAYOUT", "po-1", at)
    world.table.commit(put(PAYOUT, {"state": "UNKNOWN", **mark}, payout_id="po-1"))
    assert world.table.due(PAYOUT, mark["due_shard"], at) == []
    assert world.table.due(PAYOUT, mark["due_shard"], "2026-01-15T03:00:01.000000Z") == [{"payout_id": "po-1"}]
    world.table.commit(update(PAYOUT, set={"state": "PAID"}, remove=NOT_DUE, payout_id="po-1"))
    assert world.table.due(PAYOUT, mark["due_shard"], "2026-01-15T03:00:01.000000Z") == []


@pytest.mark.parametrize("bad", [1.5, None])
def test_floats_and_nothing_are_refused(world: World, bad: object) -> None:
    with pytest.raises(TypeError):
        world.table.commit(update(CARD, set={"amount": bad}, card_number="1"))


class _Busy:
    """A client whose transactions meet a conflict ``times`` times before they succeed."""

    def __init__(self, times: int, *, mixed: bool = False) -> None:
        self.left, self.calls, self.mixed = times, 0, mixed

    def put_item(self, **_: Any) -> None:
        if self._is_free():
            return
        answer: Any = {"Error": {"Code": "TransactionConflictException", "Message": ""}}
        raise ClientError(answer, "PutItem")

    def transact_write_items(self, **_: Any) -> None:
        if self._is_free():
            return
        reasons = [{"Code": "TransactionConflict"}, *([{"Code": "ConditionalCheckFailed"}] if self.mixed else [])]
        answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
        raise ClientError(answer, "TransactWriteItems")

    def _is_free(self) -> bool:
        self.calls += 1
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("items", [1, 2])
def test_conflicts_are_retried_and_end_as_unavailable(
    world: World, monkeypatch: pytest.MonkeyPatch, items: int
) -> None:
    parts = [put_new(CARD, {}, card_number=str(number)) for number in range(items)]
    busy = _Busy(2)
    monkeypatch.setattr(world.table, "_client", busy)
    world.table.commit(*parts)
    assert busy.calls == 3
    monkeypatch.setattr(world.table, "_client", _Busy(99))
    with pytest.raises(Unavailable):
        world.table.commit(*parts)
    assert ATTEMPTS < 10


def test_a_transaction_that_was_still_in_progress_counts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sent it twice and heard that the first copy is in progress; that copy then succeeds."""
    world.plant(CARD, {"left": 3}, card_number="1")
    write, calls = world.client.transact_write_items, []

    def unheard(**request: Any) -> Any:
        calls.append(request["ClientRequestToken"])
        write(**request)
        if len(calls) == 1:
            raise ClientError(
                {"Error": {"Code": "TransactionInProgressException", "Message": ""}}, "TransactWriteItems"
            )

    monkeypatch.setattr(world.client, "transact_write_items", unheard)
    spend = update(CARD, set={"left": 2}, when=Attr("left").eq(3), card_number="1")
    assert not world.table.commit(spend, put_new(CARD, {}, card_number="2")).repeated
    assert len(calls) == 2
    assert len(set(calls)) == 1


# one item, without a transaction --------------------------------------------------------------------------------------
def _spend(world: World, left: int) -> Any:
    """A change that nobody may make twice: the second time its condition fails."""
    return world.table.commit(update(CARD, set={"left": left - 1}, when=Attr("left").eq(left), card_number="1"))


def _lose_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first write is done, and its answer is lost; the SDK sends it again."""
    calls: list[str] = []

    def twice(write: Any) -> Any:
        def send(**request: Any) -> Any:
            calls.append(request["TableName"])
            if len(calls) == 1:
                write(**request)
            return write(**request)

        return send

    for name in ("put_item", "update_item"):
        monkeypatch.setattr(world.client, name, twice(getattr(world.client, name)))
    return calls


def test_a_single_write_knows_itself_after_a_lost_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.plant(CARD, {"left": 3}, card_number="1")
    calls = _lose_answers(world, monkeypatch)
    assert not _spend(world, 3).repeated
    assert len(calls) == 1
    assert world.table.get(CARD, card_number="1")["left"] == 2  # type: ignore[index]
    calls.clear()
    assert not world.table.commit(put_new(CARD, {}, card_number="2")).repeated
    calls.clear()
    world.table.commit(update(CARD, remove=["left"], when=Attr("left").exists(), card_number="1"))
    assert "left" not in world.table.get(CARD, card_number="1")  # type: ignore[operator]


def test_a_single_write_of_another_is_never_taken_for_ones_own(world: World) -> None:
    world.plant(CARD, {"left": 3}, card_number="1")
    _spend(world, 3)
    with pytest.raises(Conflict):
        _spend(world, 3)


def test_a_single_item_of_the_same_intent_is_recognised(world: World) -> None:
    def take(mark: str) -> Any:
        return world.table.commit(put_new(CARD, {"by": mark}, fingerprint=mark, card_number="1"))

    assert not take("mine").repeated
    assert take("mine").repeated
    assert take("mine").found["by"] == "mine"
    with pytest.raises(Conflict):
        take("another")


def test_other_errors_of_a_single_write_are_not_hidden(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.table._names, "programme", "no-such-table")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        world.table.commit(put_new(CARD, {}, card_number="1"))


def test_a_failed_condition_is_decided_even_beside_a_conflict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = _Busy(1, mixed=True)
    monkeypatch.setattr(world.table, "_client", busy)
    with pytest.raises(NotFound):
        world.table.commit(put_new(CARD, {}, card_number="1"), put_new(CARD, {}, card_number="2", error=NotFound()))
    assert busy.calls == 1
