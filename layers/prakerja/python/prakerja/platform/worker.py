"""The frame of every SQS worker: partial batch responses, and the reaction of a problem decides what happens next.

A message only wakes; the item tells what to do. So a message that comes twice, late or out of order finds nothing to do.
Waiting for an outside system is not a failure: a command stores when the next attempt is due and returns, so only crashes,
busy tables and conflicts bring a message back and count towards the dead-letter queue. A problem that says RETRY_LATER
leaves the message in the queue, hidden for its ``retry_after`` seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prakerja.platform.observability import begin, count, log
from prakerja.platform.problems import Conflict, Problem, Reaction

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_HIDE_SECONDS = 900
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def sqs_worker(handle: Callable[[str, str], None], sqs: Callable[[], SQSClient]) -> Handler:
    """Make a Lambda handler out of ``handle(topic, body)``, where ``body`` is the message as JSON text.

    Crashes and unforeseen exceptions fail only their own message (it comes back after the visibility timeout and, after
    five times, rests in the dead-letter queue). ``sqs`` gives a client for hiding a message longer.
    """

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        failed = [record["messageId"] for record in event["Records"] if not _work(handle, sqs, record)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return handler


def _work(handle: Callable[[str, str], None], sqs: Callable[[], SQSClient], record: dict[str, Any]) -> bool:
    attributes = record.get("messageAttributes", {})
    begin(_text(attributes, "correlation_id") or record["messageId"])
    topic = _text(attributes, "topic")
    try:
        json.loads(record["body"])
        try:
            handle(topic, record["body"])
        except Problem as problem:
            return _react(problem, sqs, record, topic)
    except Exception:
        log.exception("message failed", topic=topic, message_id=record["messageId"])
        count("MessageFailed")
        return False
    return True


def _react(problem: Problem, sqs: Callable[[], SQSClient], record: dict[str, Any], topic: str) -> bool:
    if problem.reaction is Reaction.DUPLICATE:
        return True
    if problem.reaction is Reaction.RETRY_LATER or _was_overtaken(problem):
        if problem.retry_after is not None and problem.retry_after <= MAX_HIDE_SECONDS:
            sqs().change_message_visibility(
                QueueUrl=queue_url(record["eventSourceARN"], sqs()),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=problem.retry_after,
            )
        log.info("message waits", topic=topic, problem=problem.slug, retry_after=problem.retry_after)
        return False
    log.error("message given up", topic=topic, problem=problem.slug)
    count("MessageGivenUp")  # no other dimension than the service: an alarm must be able to name them all
    return True


def _was_overtaken(problem: Problem) -> bool:
    """Something changed under the command's hands: the next try decides on what is there then."""
    return isinstance(problem, Conflict) and problem.reaction is Reaction.FIX_REQUEST


def queue_url(arn: str, sqs: SQSClient) -> str:
    """The URL of the queue with this ARN (arn:aws:sqs:region:account:name), without asking AWS."""
    _, _, _, _, account, name = arn.split(":")
    return f"{sqs.meta.endpoint_url}/{account}/{name}"


def _text(attributes: dict[str, Any], name: str) -> str:
    return str(attributes.get(name, {}).get("stringValue", ""))
