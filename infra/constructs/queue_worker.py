"""A queue and the function that consumes it: visibility, redrive, concurrency and partial answers in one place."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.entry import Queue

MAX_RECEIVES = 5
"""A message that was received so often and not finished goes to the dead-letter queue. Waiting does not count: a
worker that waits ends the message and lets a due time wake the work again."""


def dead_letter_queue(scope: Construct, function_name: str) -> sqs.Queue:
    """Where the failures of one function wait 14 days (SQS's longest) for an operator."""
    return sqs.Queue(
        scope,
        "dead_letters",
        queue_name=f"{function_name}-dead-letters",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )


def queue_worker(
    scope: Construct,
    trigger: Queue,
    *,
    queue_name: str,
    function: lambda_.IFunction,
    visibility: int,
    dead_letters: sqs.IQueue,
) -> sqs.Queue:
    """The queue, its redrive and its mapping. ``visibility``: how long a message is hidden, seconds. The role is the
    caller's work."""
    queue = sqs.Queue(
        scope,
        f"queue_{trigger.name}",
        queue_name=queue_name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        visibility_timeout=Duration.seconds(visibility),
        retention_period=Duration.days(14),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=MAX_RECEIVES),
    )
    lambda_.EventSourceMapping(
        scope,
        f"mapping_{trigger.name}",
        target=function,
        event_source_arn=queue.queue_arn,
        batch_size=trigger.batch,
        max_concurrency=trigger.concurrency,  # not reserved concurrency: that would throttle into the redrive count
        report_batch_item_failures=True,
    )
    return queue
