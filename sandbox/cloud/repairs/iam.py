"""Repairs of access control: with `AUTH=true` a role must be refused and allowed exactly where AWS does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

from .patch import replace

SINGLE_ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
PASSED_ROLES = {  # action: where its body names the role, and the service that gets it
    "scheduler:CreateSchedule": (("Target", "RoleArn"), "scheduler.amazonaws.com"),
    "scheduler:UpdateSchedule": (("Target", "RoleArn"), "scheduler.amazonaws.com"),
    "states:CreateStateMachine": (("roleArn",), "states.amazonaws.com"),
    "states:UpdateStateMachine": (("roleArn",), "states.amazonaws.com"),
    "lambda:CreateFunction": (("Role",), "lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": (("Role",), "lambda.amazonaws.com"),
}
_PASSED_ROLE = "local:passed-role"  # two notes that travel with a request from its body to `enforce`
_LEADING_KEYS = "local:leading-keys"


def apply() -> None:
    replace(iam_actions, "extract_iam_action", queue_batch_actions)
    replace(iam_actions, "extract_resource_arn", schedule_group_arns)
    replace(iam_actions, "request_tag_context", note_passed_role)
    replace(iam_actions, "dynamodb_service_context", note_leading_keys)
    replace(iam_evaluator, "_resolve_condition_key", loopback_is_secure)
    replace(iam_evaluator, "enforce", lambda stock: leading_keys(pass_role(stock)))


def queue_batch_actions(stock: Any) -> Any:
    """SQS batch calls are judged by an action that does not exist.

    Stock asks for `sqs:SendMessageBatch`, which no policy can grant: a role with CDK's `grant_send_messages` is
    refused, and no outbox row ever leaves. AWS judges a batch by the single action.
    """

    def extract_iam_action(*args: Any, **kwargs: Any) -> str | None:
        action: str | None = stock(*args, **kwargs)
        return SINGLE_ACTIONS.get(action or "", action)

    return extract_iam_action


def schedule_group_arns(stock: Any) -> Any:
    """Every schedule is judged as a member of the group `default`.

    A role that may write `schedule/<group>/*` only (the least it needs) is refused. AWS takes the group from the
    request: from the body of a create or update, from the query of a get or delete.
    """

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], *where: str
    ) -> str:
        arn: str = stock(service, method, path, headers, body, query, *where)
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        group = (query.get("groupName") or [None])[0] or _json(body).get("GroupName") or "default"
        return arn.replace(":schedule/default/", f":schedule/{group}/")

    return extract_resource_arn


def loopback_is_secure(stock: Any) -> Any:
    """The condition key `aws:SecureTransport` is "false", as we speak plain HTTP.

    Every queue, topic and bucket of the template denies what does not come by TLS, so all calls are refused. On AWS
    they come by TLS; here they never leave the machine, and the key says what it would say there.
    """

    def resolve_condition_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else stock(key, context)

    return resolve_condition_key


def note_passed_role(stock: Any) -> Any:
    """First half of `pass_role`: `enforce` does not see a request's body, so the role it hands over is noted."""

    def request_tag_context(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = stock(service, action, body, params)
        if action in PASSED_ROLES:
            keys, receiver = PASSED_ROLES[action]
            role: Any = _json(body)
            for key in keys:
                role = role.get(key) if isinstance(role, dict) else None
            if isinstance(role, str):
                context = {**context, _PASSED_ROLE: (role, receiver)}
        return context

    return request_tag_context


def pass_role(stock: Any) -> Any:
    """`iam:PassRole` is never asked for.

    A function without it can make a schedule that runs under any role, and the missing grant is found on AWS only.
    AWS refuses the call unless the caller may pass that role to that service. (The message still names the call
    itself, not `iam:PassRole`.)
    """

    def enforce(
        access_key: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None
    ) -> Any:
        context = dict(service_context or {})
        passed = context.pop(_PASSED_ROLE, None)
        denied = stock(access_key, action, service, region, resource_arn, context)
        if denied or passed is None:
            return denied
        role, receiver = passed
        return stock(access_key, "iam:PassRole", "iam", region, role, {"iam:PassedToService": receiver})

    return enforce


def note_leading_keys(stock: Any) -> Any:
    """First half of `leading_keys`: notes the partition keys that a DynamoDB request names, by table ARN."""

    def dynamodb_service_context(body: bytes) -> dict[str, Any]:
        keys: dict[str, list[str]] = {}
        for table, value in _partition_keys(_json(body)):
            keys.setdefault(table, []).append(value)
        return {**stock(body), _LEADING_KEYS: keys}

    return dynamodb_service_context


def leading_keys(stock: Any) -> Any:
    """The condition key `dynamodb:LeadingKeys` is never filled in.

    A statement with `ForAllValues` on it then holds for any key, so a role meant for one kind of item may write
    them all. AWS compares every partition key of the request (in a transaction: of that table) with the condition.
    """

    def enforce(
        access_key: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None
    ) -> Any:
        context = dict(service_context or {})
        keys = context.pop(_LEADING_KEYS, None)
        if keys:
            mine = keys.get(resource_arn.split("/index/")[0].rsplit("/", 1)[-1])
            if mine:
                context["dynamodb:LeadingKeys"] = mine
        return stock(access_key, action, service, region, resource_arn, context)

    return enforce


def _partition_keys(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(table name, partition key) of every item or collection that a DynamoDB request names."""
    for entry in request.get("TransactItems") or []:
        for operation in entry.values():
            yield from _partition_keys(operation)
    for table, wanted in (request.get("RequestItems") or {}).items():
        writes = [] if isinstance(wanted, dict) else [inner for write in wanted for inner in write.values()]
        for attributes in (
            wanted["Keys"] if isinstance(wanted, dict) else [w.get("Item") or w.get("Key") for w in writes]
        ):
            yield from _partition_keys({"TableName": table, "Key": attributes})
    table = str(request.get("TableName") or "").rsplit("/", 1)[-1]
    schema = dynamodb._tables.get(table)
    if schema is None:
        return
    attributes = request.get("Key") or request.get("Item")
    if attributes:
        yield from ((table, str(v)) for v in attributes.get(schema["pk_name"], {}).values())
    elif request.get("KeyConditionExpression"):
        yield from ((table, str(v)) for v in _queried_key(request, schema).values())


def _queried_key(request: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The typed value that a Query's condition gives the partition key of its table or index."""
    name = schema["pk_name"]
    for index in [*(schema.get("GlobalSecondaryIndexes") or []), *(schema.get("LocalSecondaryIndexes") or [])]:
        if index["IndexName"] == request.get("IndexName"):
            name = next(key["AttributeName"] for key in index["KeySchema"] if key["KeyType"] == "HASH")
    names = request.get("ExpressionAttributeNames") or {}
    for left, right in re.findall(r"([#\w.]+)\s*=\s*(:\w+)", request["KeyConditionExpression"]):
        if names.get(left, left) == name:
            value: dict[str, Any] = (request.get("ExpressionAttributeValues") or {}).get(right, {})
            return value
    return {}


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
