"""Roles grant exactly what is used: recorded calls against synthesised policies, function by function, both ways.

What a function calls is recorded while everything is played (``tests.support.scenarios_grants``); what AWS does in the
role of a function without a call of its code is in ``BY_AWS``. Report: build/reports/grants.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Set
from pathlib import Path

import pytest

from infra.entry import Entry, NewItems
from infra.functions import FUNCTIONS
from infra.grants import StatementBucket
from tests.infra.templates import Templates
from tests.support.recorder import OPENS, Recorder, Use
from tests.support.scenarios_grants import play_everything

pytestmark = pytest.mark.timeout(300)  # the first test plays everything: seconds alone, minutes on a busy machine

REPORT = Path("build/reports/grants.json")

PLAIN = (
    (r"GlobalTable (\w+) Arn", r"table \1"),
    (r"GlobalTable (\w+) StreamArn", r"stream \1"),
    (r"arn:aws:dynamodb:.*:table/prakerja-local-(\w+)/stream/\*", r"streams of \1"),
    (r"Queue (\S+) Arn", r"queue \1"),
    (r"Key (data|people|statement)key\w+ Arn", r"key \1"),
    (r"Secret (\w+)", r"secret \1"),
    (r"arn:aws:s3:::prakerja-local-(\w+)-\d+", r"bucket \1"),
    (r"StateMachine (\w+)", r"machine \1"),
    (r"arn:aws:states:.*:execution:prakerja-local-(\w+):\*", r"executions \1"),
    (r"arn:aws:scheduler:.*:schedule/prakerja-local-(\w+)/\*", r"schedules \1"),
    (r"Role (\S+) Arn", r"role \1"),
    (r"LogGroup /aws/lambda/(\w+) Arn", r"log \1"),
)
"""Resources as the templates name them → in plain words."""


def plain(resource: str) -> str:
    """A resource of a policy in the words of the recorder."""
    for pattern, words in PLAIN:
        resource = re.sub(f"^{pattern}", words, resource)
    return resource


def _each(resource: str, service: str, *actions: str) -> set[Use]:
    return {(f"{service}:{action}", resource) for action in actions}


def _log_and_trace(entry: Entry, _: Set[Use]) -> set[Use]:
    log = _each(f"log {entry.name}", "logs", "CreateLogStream", "PutLogEvents")
    return log | _each("*", "xray", "PutTraceSegments", "PutTelemetryRecords")


def _empties_queues(entry: Entry, _: Set[Use]) -> set[Use]:
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return {use for queue in entry.queues for use in _each(f"queue {queue.name}", "sqs", *actions)}


def _follows_a_stream(entry: Entry, _: Set[Use]) -> set[Use]:
    followed = [trigger.table for trigger in entry.triggers if isinstance(trigger, NewItems)]
    reads = ("DescribeStream", "GetRecords", "GetShardIterator")
    return {
        use
        for table in followed
        for use in _each(f"stream {table}", "dynamodb", *reads)
        | _each(f"streams of {table}", "dynamodb", "ListStreams")
    }


def _sets_failures_aside(entry: Entry, _: Set[Use]) -> set[Use]:
    return _each(f"queue {entry.name}-dead-letters", "sqs", "SendMessage") if entry.dead_letters else set()


def _opens_the_people_table(_: Entry, used: Set[Use]) -> set[Use]:
    actions = {action for action, resource in used if resource.startswith("table people")}
    reads = _each("key people", "kms", "Decrypt", "DescribeKey") if actions else set()
    if actions <= {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}:
        return reads
    return reads | _each("key people", "kms", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")


def _signs_addresses(entry: Entry, _: Set[Use]) -> set[Use]:
    if StatementBucket("operators") not in entry.grants:
        return set()
    return {("s3:GetObject", "bucket statements/reports/*"), ("s3:PutObject", "bucket statements/settlements/*")}


def _opens_the_statement_bucket(entry: Entry, used: Set[Use]) -> set[Use]:
    touched = used | _signs_addresses(entry, used)
    actions = {action for action, resource in touched if resource.startswith("bucket statements")}
    reads = _each("key statement", "kms", "Decrypt") if actions else set()
    return reads | (_each("key statement", "kms", "GenerateDataKey") if "s3:PutObject" in actions else set())


BY_AWS: dict[str, Callable[[Entry, Set[Use]], set[Use]]] = {
    "Lambda writes the log and the traces": _log_and_trace,
    "an event source mapping empties the queue": _empties_queues,
    "an event source mapping follows the stream": _follows_a_stream,
    "Lambda and the mapping put into the dead-letter queue what fails": _sets_failures_aside,
    "DynamoDB uses the table's key in its caller's name": _opens_the_people_table,
    "operators' files come and go by addresses that the function signed": _signs_addresses,
    "S3 uses the bucket's key in its caller's name": _opens_the_statement_bucket,
}
"""What needs a grant without a call of our code, and why. A rule that no longer adds anything fails a test."""


OPENED: dict[str, set[str]] = {
    "sign_in": {"address", "email"},
    "participant_api": {"birth_date", "full_name", "nik", "phone"},
    "site": {"nik"},
    "partner_api": {"full_name"},
    "verify_identity": {"birth_date", "family_card_number", "full_name", "mother_name", "nik"},
    "notify": {"address", "email", "phone"},
    "send_payout": {"account_number", "full_name", "payout_body"},
    "inquire_payout": {"account_number", "payout_body"},
}
"""The sealed fields of people that each function opens. No other function opens any."""


@pytest.fixture(scope="module")
def granted(local: Templates) -> dict[str, set[Use]]:
    return {
        entry.name: {
            (action, plain(resource))
            for action, resources in local.allowed(entry.name).items()
            for resource in resources
        }
        for entry in FUNCTIONS
    }


@pytest.fixture(scope="module")
def recorded(local: Templates) -> dict[str, set[Use]]:
    """What the code of each function did, each in the environment that the template gives it."""
    recorder = Recorder({e.name: frozenset(local.environment(e.name)) for e in FUNCTIONS})
    play_everything(recorder)
    return {entry.name: set(recorder.used[entry.name]) for entry in FUNCTIONS}


@pytest.fixture(scope="module")
def called(recorded: dict[str, set[Use]]) -> dict[str, set[Use]]:
    """What it called of AWS."""
    return {name: {use for use in uses if use[0] != OPENS} for name, uses in recorded.items()}


@pytest.fixture(scope="module")
def used(called: dict[str, set[Use]], granted: dict[str, set[Use]]) -> dict[str, set[Use]]:
    """What is called, and what AWS does for it."""
    found = {
        entry.name: called[entry.name].union(*(rule(entry, called[entry.name]) for rule in BY_AWS.values()))
        for entry in FUNCTIONS
    }
    rows = {
        name: {
            "called": _rows(called[name]),
            "by AWS": _rows(uses - called[name]),
            "granted, not used": _rows(granted[name] - uses),
            "used, not granted": _rows(uses - granted[name]),
        }
        for name, uses in found.items()
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1))
    return found


@pytest.mark.parametrize("name", [entry.name for entry in FUNCTIONS])
def test_what_is_granted_is_used(granted: dict[str, set[Use]], used: dict[str, set[Use]], name: str) -> None:
    assert not _rows(granted[name] - used[name])


@pytest.mark.parametrize("name", [entry.name for entry in FUNCTIONS])
def test_what_is_used_is_granted(granted: dict[str, set[Use]], used: dict[str, set[Use]], name: str) -> None:
    assert not _rows(used[name] - granted[name])


@pytest.mark.parametrize("reason", BY_AWS)
def test_aws_does_something_for_every_reason(called: dict[str, set[Use]], reason: str) -> None:
    assert any(BY_AWS[reason](entry, called[entry.name]) - called[entry.name] for entry in FUNCTIONS)


def test_each_function_opens_the_personal_data_that_it_needs_and_no_more(recorded: dict[str, set[Use]]) -> None:
    opened = {name: {field for action, field in uses if action == OPENS} for name, uses in recorded.items()}
    assert {name: fields for name, fields in opened.items() if fields} == OPENED


def _rows(uses: Iterable[Use]) -> dict[str, list[str]]:
    """Action → resources, in order."""
    rows: dict[str, list[str]] = {}
    for action, resource in sorted(uses):
        rows.setdefault(action, []).append(resource)
    return rows
