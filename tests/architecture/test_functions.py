"""One folder is one function: declared, with samples of what AWS hands to it, and fed by queues that exist."""

from __future__ import annotations

import json
import re

import pytest

from docs.discover import apis, consumer, messages, queues_of
from infra.entry import Http, Queue, queue_names
from infra.functions import FUNCTIONS
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.outbox import Message
from prakerja.registration import NoticeKind
from tests.architecture.source import PACKAGE, ROOT

FOLDERS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir() and path.name != "__pycache__")
SAMPLES = ROOT / "events/samples"
ENTRIES = {entry.name: entry for entry in FUNCTIONS}

every_function = pytest.mark.parametrize("function", sorted({*FOLDERS, *ENTRIES}))
every_message = pytest.mark.parametrize("message", messages(), ids=lambda message: str(message.topic))


@every_function
def test_function_has_a_folder_a_handler_and_an_entry(function: str) -> None:
    assert (ROOT / "functions" / function / "handler.py").exists()
    assert function in ENTRIES


@every_function
def test_function_has_sample_events(function: str) -> None:
    samples = sorted((SAMPLES / function).glob("*.json"))
    assert samples, f"events/samples/{function}/ holds no sample"
    for sample in samples:
        assert isinstance(json.loads(sample.read_text("utf-8")), dict), sample.name


@every_function
def test_samples_are_of_the_triggers_that_it_has(function: str) -> None:
    """A queue's function has a sample with Records, an API's one with a route."""
    events = [json.loads(path.read_text("utf-8")) for path in (SAMPLES / function).glob("*.json")]
    triggers = ENTRIES[function].triggers
    if any(isinstance(trigger, Queue) for trigger in triggers):
        assert any(record["eventSource"] == "aws:sqs" for event in events for record in event.get("Records", []))
    if any(isinstance(trigger, Http) for trigger in triggers):
        assert any("routeKey" in event for event in events)


def test_every_folder_of_samples_belongs_to_a_function() -> None:
    assert {path.name for path in SAMPLES.iterdir()} <= set(ENTRIES)


@every_message
def test_message_goes_to_queues_that_are_consumed(message: type[Message]) -> None:
    queues = queues_of(message)
    assert queues
    assert set(queues) <= set(queue_names(FUNCTIONS))
    assert all(consumer(queue) in FOLDERS for queue in queues)


def test_every_queue_has_a_message() -> None:
    assert {queue for message in messages() for queue in queues_of(message)} == set(queue_names(FUNCTIONS))


def test_no_code_that_somebody_waits_for_shares_a_queue() -> None:
    """Codes expire within minutes: a flood of notices, or of anything else, must not be ahead of them."""
    classes: dict[str, set[bool]] = {}
    for message in messages():
        for queue in queues_of(message):
            classes.setdefault(queue, set()).add(message.topic.partition(".v")[0].endswith("code_requested"))
    assert [queue for queue, kinds in classes.items() if len(kinds) > 1] == []
    assert [queue for queue, kinds in classes.items() if True in kinds] == ["notify_codes_phone", "notify_codes_email"]


@every_message
def test_message_is_versioned_and_carries_ids_only(message: type[Message]) -> None:
    """Personal data and state stay on items: a queue keeps what it is given for days, and its readers are many."""
    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.v[1-9]\d*", message.topic)
    context = message.__module__.split(".")[1]
    assert context == message.topic.partition(".")[0] or message is CaseNeeded  # all contexts tell it to the highest
    allowed = re.compile(
        r"(\w+_)?(id|number|(course|schedule|redeem)_code)|kind|facts|reference|resend|shard|day|provider|attempt|sequence"
    )
    assert [name for name in message.model_fields if not allowed.fullmatch(name)] == []


def test_topics_are_different() -> None:
    topics = [message.topic for message in messages()]
    assert len(topics) == len(set(topics)) > 5


def test_apis_are_found() -> None:
    assert {"sign_in", "participant_api", "operator_api"} <= set(apis())


def test_every_kind_of_notice_is_sent_by_somebody() -> None:
    texts = PACKAGE / "registration/notices.py"
    code = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path != texts)
    assert {kind for kind in NoticeKind if not re.search(rf"\bNoticeKind\.{kind.name}\b", code)} == set()
