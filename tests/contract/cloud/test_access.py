"""A role is refused and allowed exactly where AWS does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Stack

PREFIX = "arn:aws:scheduler:ap-southeast-3:000000000000:schedule"


def denied(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as problem:
        if "AccessDenied" not in problem.response["Error"]["Code"]:
            raise
        return True
    return False


def test_the_right_to_send_covers_batches(stack: Stack) -> None:
    sqs = stack.as_role("sqs", {"Action": "sqs:SendMessage", "Resource": stack.outputs["FailedArn"]})
    entries = [{"Id": "1", "MessageBody": "from a batch"}]

    assert sqs.send_message_batch(QueueUrl=stack.outputs["Failed"], Entries=entries)["Successful"]
    assert denied(sqs.send_message_batch, QueueUrl=stack.outputs["Jobs"], Entries=entries)


def schedule(stack: Stack, name: str, group: str = "test-waves") -> dict[str, Any]:
    return {
        "Name": name,
        "GroupName": group,
        "ScheduleExpression": "at(2099-01-01T00:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": stack.outputs["ScheduledFunctionArn"], "RoleArn": stack.outputs["SchedulerRoleArn"]},
    }


def test_schedules_are_judged_by_their_group(stack: Stack, mark: str) -> None:
    scheduler = stack.as_role(
        "scheduler",
        {"Action": "scheduler:*", "Resource": f"{PREFIX}/test-waves/*"},
        {"Action": "iam:PassRole", "Resource": stack.outputs["SchedulerRoleArn"]},
    )

    scheduler.create_schedule(**schedule(stack, mark))
    scheduler.delete_schedule(Name=mark, GroupName="test-waves")
    assert denied(scheduler.create_schedule, **schedule(stack, mark, group="default"))


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (None, False),
        ({"Resource": "arn:aws:iam::000000000000:role/another"}, False),
        ({"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}, False),
        ({"Condition": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}}, True),
    ],
)
def test_a_schedule_needs_the_right_to_pass_its_role(
    stack: Stack, mark: str, statement: dict[str, Any] | None, allowed: bool
) -> None:
    pass_role = {"Action": "iam:PassRole", "Resource": stack.outputs["SchedulerRoleArn"], **(statement or {})}
    scheduler = stack.as_role(
        "scheduler", {"Action": "scheduler:*", "Resource": "*"}, *([pass_role] if statement is not None else [])
    )

    assert denied(scheduler.create_schedule, **schedule(stack, mark)) is not allowed


def test_a_queue_that_demands_tls_answers_on_the_loopback(stack: Stack, mark: str) -> None:
    arn = f"arn:aws:sqs:ap-southeast-3:000000000000:{mark}"
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    queue = stack.cloud.client("sqs").create_queue(QueueName=mark, Attributes={"Policy": policy})["QueueUrl"]
    sqs = stack.as_role("sqs", {"Action": "sqs:SendMessage", "Resource": arn})

    assert not denied(sqs.send_message, QueueUrl=queue, MessageBody="over the loopback")


@pytest.fixture
def outbox_only(stack: Stack) -> Any:
    """A client that may touch items with the partition key OUTBOX#1 only."""
    return stack.as_role(
        "dynamodb",
        {
            "Action": ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchWriteItem"],
            "Resource": f"arn:aws:dynamodb:ap-southeast-3:000000000000:table/{stack.outputs['Seen']}",
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OUTBOX#*"]}},
        },
    )


@pytest.mark.parametrize(("key", "allowed"), [("OUTBOX#1", True), ("PERSON#1", False)])
def test_leading_keys_hold_in_every_kind_of_request(stack: Stack, outbox_only: Any, key: str, allowed: bool) -> None:
    table = stack.outputs["Seen"]
    item = {"pk": {"S": key}, "sk": {"S": "x"}}
    put = {"TableName": table, "Item": item}
    other = {"TableName": table, "Item": {"pk": {"S": "OUTBOX#2"}, "sk": {"S": "x"}}}

    refused = [
        denied(outbox_only.put_item, **put),
        denied(outbox_only.get_item, TableName=table, Key=item),
        denied(
            outbox_only.query,
            TableName=table,
            KeyConditionExpression="#p = :p and sk > :s",
            ExpressionAttributeNames={"#p": "pk"},
            ExpressionAttributeValues={":p": {"S": key}, ":s": {"S": "a"}},
        ),
        denied(outbox_only.transact_write_items, TransactItems=[{"Put": other}, {"Put": put}]),
        denied(outbox_only.batch_write_item, RequestItems={table: [{"PutRequest": {"Item": item}}]}),
    ]

    assert refused == [not allowed] * 5


def test_the_ref_of_a_secret_can_be_granted(stack: Stack) -> None:
    secret = stack.outputs["Secret"]
    allowed = stack.as_role("secretsmanager", {"Action": "secretsmanager:GetSecretValue", "Resource": secret})
    other = stack.as_role("secretsmanager", {"Action": "secretsmanager:GetSecretValue", "Resource": f"{secret}x"})

    assert secret.startswith("arn:aws:secretsmanager:")
    assert allowed.get_secret_value(SecretId=secret)["SecretString"] == "told to the right role only"
    assert denied(other.get_secret_value, SecretId=secret)


def test_functions_run_under_their_role_and_with_nothing_of_the_laptop(stack: Stack) -> None:
    seen = stack.invoke("on_invoke")

    assert seen["environment"]["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not [name for name in seen["environment"] if name.startswith(("PYTEST", "VIRTUAL_ENV", "LIFELINE"))]
