"""A table, made from its declaration in ``prakerja.platform.access_patterns``."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import Config
from prakerja.platform.access_patterns import DUE_INDEX, TableSpec

_TEXT = dynamodb.AttributeType.STRING


def table(scope: Construct, spec: TableSpec, config: Config, key: kms.IKey | None = None) -> dynamodb.TableV2:
    """The table with the indexes and the stream that its specification asks for, backed up to the second for 35 days.

    ``key``: a key of our own; without it AWS's key for DynamoDB encrypts the table.
    """
    return dynamodb.TableV2(
        scope,
        spec.name,
        table_name=config.name(spec.name),
        partition_key=dynamodb.Attribute(name="pk", type=_TEXT),
        sort_key=dynamodb.Attribute(name="sk", type=_TEXT),
        billing=dynamodb.Billing.on_demand(),
        encryption=(
            dynamodb.TableEncryptionV2.customer_managed_key(key)
            if key
            else dynamodb.TableEncryptionV2.aws_managed_key()
        ),
        dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE if spec.stream else None,
        time_to_live_attribute="expires_at" if spec.expires else None,
        global_secondary_indexes=[_due_index()] if spec.due_index else None,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=config.keep_data,
        removal_policy=RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY,
    )


def _due_index() -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=DUE_INDEX,
        partition_key=dynamodb.Attribute(name="due_shard", type=_TEXT),
        sort_key=dynamodb.Attribute(name="due_at", type=_TEXT),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )
