"""Small Lambda handlers that show what the local cloud does; what they see goes to the table `seen`."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from typing import Any

import boto3

SEEN = boto3.client("dynamodb")


def note(mark: str, **facts: Any) -> None:
    """Write down that something happened; the tests count these."""
    item = {"pk": {"S": mark}, "sk": {"S": f"{time.time():.6f}-{os.getpid()}"}, "facts": {"S": json.dumps(facts)}}
    SEEN.put_item(TableName=os.environ["SEEN"], Item=item)


def noted(mark: str) -> int:
    answer = SEEN.query(
        TableName=os.environ["SEEN"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": mark}},
        ConsistentRead=True,
    )
    return len(answer["Items"])


def on_request(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    path = event["rawPath"]
    if path.endswith("/fails"):
        raise RuntimeError("text that must not get out")
    if path.endswith("/large"):
        return {"statusCode": 200, "body": "x" * (6 * 1024 * 1024 + 1)}
    if path.endswith("/slow"):
        time.sleep(2)
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def on_invoke(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    if "print" in event:
        print(event["print"])
    if "fail" in event:
        raise LookupError(event["fail"])
    if event.get("sleep"):
        time.sleep(event["sleep"])
    import shared  # type: ignore[import-not-found]  # from the layer

    return {
        "pid": os.getpid(),
        "environment": dict(os.environ),
        "prefix": sys.prefix,
        "pydantic": importlib.util.find_spec("pydantic") is not None,
        "layer": shared.__file__,
    }


def on_schedule(event: dict[str, Any], _context: Any) -> None:
    note(event["mark"], at=time.time(), event=event)
    if event.get("fails_first") and noted(event["mark"]) == 1:
        raise RuntimeError("the first try fails")


def on_queue(event: dict[str, Any], _context: Any) -> None:
    for record in event["Records"]:
        body = json.loads(record["body"])
        time.sleep(body.get("sleep", 0))
        note(body["mark"])


def on_task(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    return event


def on_stream_partially(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Names the first record that asks to fail, after handling those before it."""
    for record in event["Records"]:
        item = record["dynamodb"]["NewImage"]
        mark = item["pk"]["S"]
        note(mark)
        do = item["do"]["S"]
        if do == "sleep":
            time.sleep(3)
        if do == "fail" or (do == "fail once" and noted(mark) == 1):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def on_stream_wholly(event: dict[str, Any], _context: Any) -> None:
    """Fails for the whole batch when one record is bad."""
    items = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    for item in items:
        if item["do"]["S"] == "fail":
            note(f"tried {item['pk']['S']}", batch=len(items))
    if any(item["do"]["S"] == "fail" for item in items):
        raise RuntimeError("one of them is bad")
    for item in items:
        note(item["pk"]["S"])
