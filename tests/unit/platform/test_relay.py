"""The relay sends before it deletes, and what a queue refused stays."""

from __future__ import annotations

from typing import Any

from prakerja.platform.access_patterns import OUTBOX
from prakerja.platform.outbox import Message, later
from prakerja.platform.relay import STALE, Row, relay, sweep
from tests.support.world import World


class Rang(Message):
    topic = "test.rang.v1"
    queue = "notify"
    number: int

    def queues(self) -> tuple[str, ...]:
        return ("notify", "turn_wave") if self.number == 0 else ("notify",)


class Queues:
    """Records what is sent; refuses bodies that contain ``poison``."""

    def __init__(self, poison: str = "never") -> None:
        self.sent: list[tuple[str, str, int]] = []
        self.poison = poison

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:
        assert 1 <= len(Entries) <= 10
        refused = [entry for entry in Entries if self.poison in entry["MessageBody"]]
        self.sent += [(QueueUrl, e["MessageBody"], e["DelaySeconds"]) for e in Entries if e not in refused]
        return {"Failed": [{"Id": entry["Id"]} for entry in refused]}


URLS = {"notify": "url-notify", "turn_wave": "url-turn"}


def rows(world: World) -> list[Row]:
    return [Row.of(item) for item in world.items("programme") if item["pk"].startswith("OUTBOX#")]


def bodies(world: World) -> list[str]:
    return [message.body for row in rows(world) for message in row.messages]


def test_every_row_is_sent_and_then_gone(world: World) -> None:
    world.table.commit(outbox=[later(Rang(number=n), n) for n in range(23)])
    queues = Queues()
    assert relay(world.table, queues, URLS, rows(world)) == set()  # type: ignore[arg-type]
    assert sorted(delay for url, _, delay in queues.sent if url == "url-notify") == list(range(23))
    assert [body for url, body, _ in queues.sent if url == "url-turn"] == ['{"number":0}']
    assert rows(world) == []


def test_a_refused_row_stays_and_its_neighbours_go(world: World) -> None:
    for number in range(1, 4):
        world.table.commit(outbox=[Rang(number=number)])
    left = relay(world.table, Queues(poison='{"number":2}'), URLS, rows(world))  # type: ignore[arg-type]
    assert bodies(world) == ['{"number":2}']
    assert left == {rows(world)[0].sk}


def test_what_one_commit_sends_to_one_place_is_one_row_and_stays_whole(world: World) -> None:
    world.table.commit(outbox=[Rang(number=n) for n in range(40)])
    assert sorted((len(row.messages), row.queues) for row in rows(world)) == [
        (1, ("notify", "turn_wave")),
        (39, ("notify",)),
    ]
    relay(world.table, Queues(poison='{"number":25}'), URLS, rows(world))  # type: ignore[arg-type]
    assert bodies(world) == [f'{{"number":{n}}}' for n in range(1, 40)]


def test_a_row_of_the_first_form_is_still_sent(world: World) -> None:
    """Frozen: what lies in the outbox while a release is put in place."""
    row = {"topic": "test.rang.v1", "queues": ["notify"], "body": '{"number":7}', "delay_seconds": 3}
    at = "2026-01-15T03:00:00.000000Z"
    world.plant(OUTBOX, {**row, "correlation_id": "c"}, shard="03", at=at, row_id="r")
    queues = Queues()
    assert relay(world.table, queues, URLS, rows(world)) == set()  # type: ignore[arg-type]
    assert queues.sent == [("url-notify", '{"number":7}', 3)]
    assert rows(world) == []


def test_the_sweep_takes_only_what_is_stale(world: World) -> None:
    world.table.commit(outbox=[Rang(number=1)])
    world.clock.move(seconds=STALE.total_seconds() + 1)
    world.table.commit(outbox=[Rang(number=2)])
    queues = Queues()
    assert sweep(world.table, queues, URLS, world.clock.wall()) == 1  # type: ignore[arg-type]
    assert [body for _, body, _ in queues.sent] == ['{"number":1}']
    assert bodies(world) == ['{"number":2}']


def test_a_row_for_a_queue_that_is_gone_holds_up_no_other(world: World) -> None:
    world.table.commit(outbox=[Rang(number=n) for n in range(40)])
    queues, known = Queues(), {"notify": "url-notify"}
    world.clock.move(minutes=6)
    assert sweep(world.table, queues, known, world.clock.wall()) == 1  # type: ignore[arg-type]
    assert bodies(world) == ['{"number":0}']
