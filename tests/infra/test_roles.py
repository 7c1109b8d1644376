"""Least privilege, on the template: what the local cloud cannot refuse is refused here."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from infra.functions import FUNCTIONS
from tests.infra.templates import Templates

NAMES = [entry.name for entry in FUNCTIONS]

WILDCARDS = {
    "X-Ray has no resources": ("*", {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}),
    "schedules of waves, made at run time": (
        "arn:aws:scheduler:*:schedule/prakerja-local-waves/[*]",
        {"scheduler:CreateSchedule", "scheduler:UpdateSchedule"},
    ),
    "executions of the draw": ("arn:aws:states:*:execution:prakerja-local-draw_wave:[*]", {"states:DescribeExecution"}),
    "objects of published draws": ("arn:aws:s3:::prakerja-local-draws-*/[*]", {"s3:GetObject", "s3:PutObject"}),
    "settlement files, named by their content": (
        "arn:aws:s3:::prakerja-local-statements-*/settlements/[*]",
        {"s3:GetObject", "s3:PutObject"},
    ),
    "reports of reconciliation, named by their content": (
        "arn:aws:s3:::prakerja-local-statements-*/reports/[*]",
        {"s3:GetObject", "s3:PutObject"},
    ),
    "the stream's name holds a time": (
        "arn:aws:dynamodb:*:table/prakerja-local-programme/stream/[*]",
        {"dynamodb:ListStreams"},
    ),
}
"""Every resource with a star that a function may have, and for what."""

HOLDERS = {
    "GUARD_SECRET": {"sign_in", "participant_api", "operator_api", "partner_api", "verify_identity"},
    "CODE_SECRET": {"sign_in", "notify"},
    "TOKEN_SECRET": {"sign_in"},
    "RECEIPT_SECRET": {"participant_api"},
    "CURSOR_SECRET": {"participant_api", "operator_api"},
    "PARTNER_SECRET": {"partner_api", "operator_api"},
    "PAYMENT_CODE_SECRET": {"partner_api", "notify"},
    "SNAP_SECRET": {"participant_api", "prepare_payouts", "send_payout", "inquire_payout", "reconcile_payouts"},
    "REGISTRY_SECRET": {"verify_identity"},
    "FACE_SECRET": {"participant_api", "site"},
    "FORM_SECRET": {"sign_in", "site"},
    "SSO_SECRET": {"partner_api"},
}
"""Who may read which secret. A code's key: only who checks codes and who sends them; the token key: one function."""


@pytest.mark.parametrize("name", NAMES)
def test_no_action_is_a_pattern(local: Templates, name: str) -> None:
    assert not [action for action in local.allowed(name) if "*" in action]


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_named_but_for_the_listed(local: Templates, name: str) -> None:
    for statement in local.statements(local.role_of(local.one("Lambda::Function", name))):
        assert statement.effect == "Allow"
        for resource in (text for text in statement.resources if "*" in text):
            assert any(
                fnmatch(resource, shape) and statement.actions <= actions for shape, actions in WILDCARDS.values()
            ), f"{sorted(statement.actions)} on {resource}"


def test_every_listed_wildcard_is_used(local: Templates) -> None:
    used = {
        resource
        for name in NAMES
        for resources in local.allowed(name).values()
        for resource in resources
        if "*" in resource
    }
    for shape, _ in WILDCARDS.values():
        assert [resource for resource in used if fnmatch(resource, shape)], shape


def test_each_secret_is_read_by_its_holders_only(local: Templates) -> None:
    for secret, holders in HOLDERS.items():
        arn = f"Secret {secret.lower()}"
        readers = {n for n in NAMES if any(arn in r for r in local.allowed(n).get("secretsmanager:GetSecretValue", ()))}
        told = {n for n in NAMES if secret in local.one("Lambda::Function", n).properties["Environment"]["Variables"]}
        assert readers == told == holders, secret


def test_who_unwraps_data_keys_may_read_them(local: Templates) -> None:
    """They lie in the table of people and are read one by one."""
    unwrapping = {name for name in NAMES if "kms:Decrypt" in local.allowed(name) and _has_vault(local, name)}
    assert len(unwrapping) > 5
    reading = {n for n in NAMES if any("people" in arn for arn in local.allowed(n).get("dynamodb:GetItem", ()))}
    assert unwrapping <= reading


def _has_vault(local: Templates, name: str) -> bool:
    return "DATA_KEY_ID" in local.one("Lambda::Function", name).properties["Environment"]["Variables"]


def test_evidence_is_only_ever_added_to(local: Templates) -> None:
    for name in NAMES:
        touching = {action for action, on in local.allowed(name).items() if any("evidence" in arn for arn in on)}
        reading = {"dynamodb:Query"} if name == "operator_api" else set()  # auditors; nothing is decided on it
        assert touching <= {"dynamodb:PutItem"} | reading, name


def test_no_function_scans_or_manages_tables(local: Templates) -> None:
    items = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}
    items |= {"BatchWriteItem"}
    streams = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    for name in NAMES:
        verbs = {a.removeprefix("dynamodb:") for a in local.allowed(name) if a.startswith("dynamodb:")}
        assert verbs <= (items | streams if name == "relay_outbox" else items)


def test_only_what_carries_messages_may_send_them(local: Templates) -> None:
    senders = {
        name
        for name in NAMES
        if any("dead-letters" not in queue for queue in local.allowed(name).get("sqs:SendMessage", ()))
    }
    assert senders == {"relay_outbox", "sweep_outbox", "operator_api"}


@pytest.mark.parametrize("name", NAMES)
def test_who_reaches_people_may_use_the_tables_key_through_dynamodb_only(local: Templates, name: str) -> None:
    statements = list(local.statements(local.role_of(local.one("Lambda::Function", name))))
    people = {
        action
        for statement in statements
        for action in statement.actions
        if any(resource.startswith("GlobalTable people") for resource in statement.resources)
    }
    keyed = [s for s in statements if any(resource.startswith("Key peoplekey") for resource in s.resources)]
    granted = {action for statement in keyed for action in statement.actions}
    writes = people & {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert ("kms:Decrypt" in granted) is bool(people)
    assert ("kms:Encrypt" in granted) is bool(writes)
    for statement in keyed:
        assert statement.condition == {"StringEquals": {"kms:ViaService": "dynamodb.ap-southeast-3.amazonaws.com"}}


def test_data_keys_are_made_where_people_are_first_met_only(local: Templates) -> None:
    on_data_key = {
        (name, action)
        for name in NAMES
        for action, resources in local.allowed(name).items()
        if any(resource.startswith("Key datakey") for resource in resources)
    }
    assert {name for name, action in on_data_key if action == "kms:GenerateDataKey"} == {"sign_in"}
    assert {action for _, action in on_data_key} == {"kms:GenerateDataKey", "kms:Decrypt"}


def test_roles_are_passed_only_for_wave_schedules(local: Templates) -> None:
    passing = [
        (name, statement)
        for name in NAMES
        for statement in local.statements(local.role_of(local.one("Lambda::Function", name)))
        if "iam:PassRole" in statement.actions
    ]
    ((name, statement),) = passing
    assert name == "turn_wave"
    assert statement.resources == {"Role wave-schedules Arn"}
    assert statement.condition == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_lambda_roles_are_for_lambda(local: Templates) -> None:
    for name in NAMES:
        (statement,) = local.one("IAM::Role", name).properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("name", NAMES)
def test_a_function_writes_its_own_log_only(local: Templates, name: str) -> None:
    assert local.allowed(name)["logs:PutLogEvents"] == {f"LogGroup /aws/lambda/{name} Arn"}
