"""Every folder under functions/ is one entry, one Lambda, one role, one alarm at least, and a place for its failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.entry import EVERY_FUNCTION, Cron, Entry, Http, Queue, queue_names
from infra.functions import FUNCTIONS
from prakerja.platform.settings import Settings
from tests.infra.templates import Templates

ROOT = Path(__file__).parents[2]
NAMES = [entry.name for entry in FUNCTIONS]

entries = pytest.mark.parametrize("entry", FUNCTIONS, ids=NAMES)


def test_folders_and_entries_are_the_same() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert folders == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_nothing_else_is_deployed(local: Templates) -> None:
    assert {function.name for function in local.of("Lambda::Function")} == set(NAMES)


@entries
def test_function_is_as_declared(local: Templates, entry: Entry) -> None:
    function = local.one("Lambda::Function", entry.name).properties
    assert function["Handler"] == f"functions.{entry.name}.handler.handler"
    assert (function["MemorySize"], function["Timeout"]) == (entry.memory, entry.timeout)
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert len(function["Layers"]) == 2
    assert function["TracingConfig"] == {"Mode": "Active"}


@entries
def test_every_role_is_its_functions_own(local: Templates, entry: Entry) -> None:
    role = local.role_of(local.one("Lambda::Function", entry.name))
    assert role.name == entry.name
    assert "ManagedPolicyArns" not in role.properties
    users = [f.name for f in local.of("Lambda::Function") if local.role_of(f) == role]
    assert users == [entry.name]


@entries
def test_environment_is_what_settings_read(local: Templates, entry: Entry) -> None:
    variables = local.one("Lambda::Function", entry.name).properties["Environment"]["Variables"]
    known = {name.upper() for name in Settings.model_fields} | {"LOG_LEVEL", "DEAD_LETTER_QUEUE_URLS", *EVERY_FUNCTION}
    assert set(variables) <= known
    assert {"STAGE", "TABLE_PEOPLE", "TABLE_PROGRAMME", "TABLE_EVIDENCE"} <= set(variables)
    assert variables["POWERTOOLS_SERVICE_NAME"] == entry.name


@entries
def test_what_nobody_waits_for_fails_into_a_dead_letter_queue(local: Templates, entry: Entry) -> None:
    waited_for = all(isinstance(trigger, Http) for trigger in entry.triggers) or entry.name == "draw_wave"
    assert entry.dead_letters is not waited_for
    target = local.one("Lambda::Function", entry.name).properties.get("DeadLetterConfig", {})
    if waited_for:
        assert not target
    else:
        assert local.text(target["TargetArn"]) == f"Queue {entry.name}-dead-letters Arn"
        assert f"Queue {entry.name}-dead-letters Arn" in local.allowed(entry.name)["sqs:SendMessage"]


@pytest.mark.parametrize(
    ("entry", "queue"),
    [(entry, queue) for entry in FUNCTIONS for queue in entry.queues],
    ids=queue_names(FUNCTIONS),
)
def test_queue_outlasts_its_function_and_gives_up_after_five(
    local: Templates, production: Templates, entry: Entry, queue: Queue
) -> None:
    properties = local.one("SQS::Queue", queue.name).properties
    assert properties["VisibilityTimeout"] == entry.timeout
    in_aws = production.one("SQS::Queue", queue.name).properties
    assert in_aws["VisibilityTimeout"] == 6 * entry.timeout
    assert properties["RedrivePolicy"]["maxReceiveCount"] == 5
    dead = local.text(properties["RedrivePolicy"]["deadLetterTargetArn"])
    assert dead == f"Queue {entry.name}-dead-letters Arn"


def test_every_queue_is_consumed_or_holds_the_dead(local: Templates) -> None:
    names = {queue.name for queue in local.of("SQS::Queue")}
    assert names == set(queue_names(FUNCTIONS)) | {f"{e.name}-dead-letters" for e in FUNCTIONS if e.dead_letters}


def test_every_provider_has_a_send_queue_of_its_own() -> None:
    from infra.config import PROVIDERS

    sends = {name for name in queue_names(FUNCTIONS) if name.startswith("send_payout")}
    assert sends == {f"send_payout_{provider.lower()}" for provider in PROVIDERS}


def test_codes_are_brought_one_to_a_call() -> None:
    """A batch of codes would wait for the slowest answer of their provider."""
    codes = [queue for entry in FUNCTIONS for queue in entry.queues if queue.name.startswith("notify_codes")]
    assert [(queue.batch, queue.concurrency >= 20) for queue in codes] == [(1, True)] * 2


def test_crons_have_different_names() -> None:
    crons = [trigger.name for entry in FUNCTIONS for trigger in entry.triggers if isinstance(trigger, Cron)]
    assert len(crons) == len(set(crons))
