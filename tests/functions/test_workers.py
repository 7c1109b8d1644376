"""Every background function, run as deployed on its sample events: nothing crashes, and one poison message harms no other."""

from __future__ import annotations

import copy
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.outside import Beacon, MemoryArchive, Runs, Schedules
from tests.support.statements import MemoryFiles
from tests.support.wired import sample, wire
from tests.support.world import World

SAMPLES = Path("events/samples")
WORKERS = [
    "verify_identity", "schedule_incentive", "prepare_payouts", "send_payout", "inquire_payout",
    "relay_outbox", "sweep_outbox", "sweep_due", "close_day", "reconcile_payouts", "open_case",
    "end_membership",
]  # fmt: skip
CASES = [(name, path.stem) for name in WORKERS for path in sorted((SAMPLES / name).glob("*.json"))]


class Queues:
    """An SQS that takes everything."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:
        self.sent += [entry["MessageBody"] for entry in Entries]
        return {}


@pytest.fixture
def queues(world: World, monkeypatch: pytest.MonkeyPatch) -> Queues:
    wire(world, monkeypatch, QUEUE_URLS=json.dumps({"verify_identity": "url"}))
    made = Queues()
    for name in ("relay_outbox", "sweep_outbox"):
        monkeypatch.setattr(importlib.import_module(f"functions.{name}.handler"), "sqs", lambda: made)
    monkeypatch.setattr(importlib.import_module("functions.reconcile_payouts.handler"), "statement_files", MemoryFiles)
    for name in ("prepare_payouts", "send_payout", "inquire_payout", "reconcile_payouts"):
        monkeypatch.setattr(importlib.import_module(f"functions.{name}.handler"), "providers", dict)
    return made


def run(name: str, event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = importlib.import_module(f"functions.{name}.handler").handler(event, None)
    return answer


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_sample_about_nothing_we_know_is_ended_quietly(queues: Queues, name: str, case: str) -> None:
    """Whom or what it names is not there (any more): no retry would change that, and nothing crashes."""
    answer = run(name, sample(name, case))
    assert answer.get("batchItemFailures", []) == []


def test_the_relay_sends_what_the_stream_shows(queues: Queues) -> None:
    event = sample("relay_outbox", "inserted")
    run("relay_outbox", event)
    assert queues.sent == [event["Records"][0]["dynamodb"]["NewImage"]["body"]["S"]]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"person_id": 7}', "\x00"])
def test_a_poison_message_fails_alone(queues: Queues, body: str) -> None:
    event = sample("verify_identity", "check_requested")
    poison = copy.deepcopy(event["Records"][0])
    poison |= {"messageId": "poison", "body": body}
    event["Records"].append(poison)
    assert run("verify_identity", event) == {"batchItemFailures": [{"itemIdentifier": "poison"}]}


def test_the_draw_asks_the_pinned_beacon(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.draw_wave import handler as draw

    key = Beacon().chain().public_key.hex()
    given = world.settings.model_copy(update={"beacon_url": "https://beacon.example", "beacon_public_key": key})
    monkeypatch.setattr(draw, "settings", lambda: given)
    monkeypatch.setattr(draw, "HttpRandomnessBeacon", lambda url, *, public_key: (url, public_key))
    assert draw.beacon.__wrapped__() == ("https://beacon.example", key)  # type: ignore[comparison-overlap]


def test_turn_wave_and_draw_wave_on_their_samples(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.draw_wave import handler as draw
    from functions.turn_wave import handler as turn
    from prakerja.platform.problems import NotFound

    wire(world, monkeypatch)
    monkeypatch.setattr(turn, "runs", Runs)
    monkeypatch.setattr(turn, "schedules", Schedules)
    monkeypatch.setattr(draw, "archive", MemoryArchive)
    monkeypatch.setattr(draw, "beacon", Beacon)
    for case in ("scheduled", "due", "decree_approved"):
        assert turn.handler(sample("turn_wave", case), None) == {"batchItemFailures": []}
    assert turn.handler(sample("turn_wave", "roots"), None) == {"open_waves": 0}
    with pytest.raises(NotFound):
        turn.handler(sample("turn_wave", "open"), None)
    for case in ("plan_screening", "finish_screening", "decree_slice"):
        with pytest.raises(NotFound):
            draw.handler(sample("draw_wave", case), None)
