"""A function fed by the new items of a table: one mapping, bounded retries, and what cannot be handled set aside."""

from __future__ import annotations

from typing import Any

import jsii
from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.names import path_arn_of
from infra.entry import NewItems
from infra.grants import Allowed


@jsii.implements(lambda_.IEventSourceDlq)
class SetAside:
    """Where records go that were given up. The function may send to its own queue already; the CDK's own class would let
    it ask for the queue's attributes, too."""

    def __init__(self, dead_letters: sqs.IQueue) -> None:
        self.dead_letters = dead_letters

    def bind(self, *_: Any, **__: Any) -> lambda_.DlqDestinationConfig:
        """Name the queue to the mapping."""
        return lambda_.DlqDestinationConfig(destination=self.dead_letters.queue_arn)


def new_items(
    scope: Construct,
    trigger: NewItems,
    *,
    table: dynamodb.ITableV2,
    table_name: str,
    function: lambda_.IFunction,
    dead_letters: sqs.IQueue,
) -> tuple[Allowed, ...]:
    """The mapping; returns what the function's role needs to read the stream.

    A poisoned record is isolated by bisecting and given up after 5 tries; the row stays in the table, so the sweep
    still finds it.
    """
    stream = table.table_stream_arn
    if stream is None:
        raise ValueError(f"table {trigger.table} has no stream")
    lambda_.EventSourceMapping(
        scope,
        "mapping_stream",
        target=function,
        event_source_arn=stream,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=trigger.batch,
        parallelization_factor=4,
        bisect_batch_on_error=True,
        retry_attempts=5,
        max_record_age=Duration.hours(1),
        report_batch_item_failures=True,
        on_failure=SetAside(dead_letters),
        filters=[
            lambda_.FilterCriteria.filter(
                {
                    "eventName": lambda_.FilterRule.is_equal("INSERT"),
                    "dynamodb": {"Keys": {"pk": {"S": lambda_.FilterRule.begins_with(trigger.prefix)}}},
                }
            )
        ],
    )
    reads = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    return (
        Allowed(reads, (stream,)),
        Allowed(("dynamodb:ListStreams",), (path_arn_of(scope, "dynamodb", "table", f"{table_name}/stream/*"),)),
    )
