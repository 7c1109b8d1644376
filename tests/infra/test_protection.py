"""Data is encrypted, backed up, kept or forgotten as decided, and never open to the world."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.platform.access_patterns import DUE_INDEX, TABLES
from tests.infra.templates import Templates


@pytest.mark.parametrize("spec", TABLES.values(), ids=list(TABLES))
def test_table_is_as_its_declaration_says(local: Templates, spec: Any) -> None:
    table = local.one("DynamoDB::GlobalTable", spec.name).properties
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert ("StreamSpecification" in table) is spec.stream
    if spec.stream:
        assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    indexes = table.get("GlobalSecondaryIndexes", [])
    assert [index["IndexName"] for index in indexes] == ([DUE_INDEX] if spec.due_index else [])
    for index in indexes:
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert [key["AttributeName"] for key in index["KeySchema"]] == ["due_shard", "due_at"]
    assert ("TimeToLiveSpecification" in table) is spec.expires


def test_there_is_no_table_but_the_declared(local: Templates) -> None:
    assert {table.name for table in local.of("DynamoDB::GlobalTable")} == set(TABLES)
    assert local.of("DynamoDB::Table") == []


def test_tables_are_encrypted_backed_up_and_people_have_a_key_of_ours(production: Templates) -> None:
    for table in production.of("DynamoDB::GlobalTable"):
        (replica,) = table.properties["Replicas"]
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert replica["DeletionProtectionEnabled"] is True
        assert table.whole["DeletionPolicy"] == "Retain"
        assert table.properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        own = replica.get("SSESpecification", {}).get("KMSMasterKeyId")
        assert (own is not None) is (table.name == "people")


def test_production_keeps_its_keys_secrets_draws_and_operators(production: Templates) -> None:
    for kind in ("KMS::Key", "SecretsManager::Secret", "S3::Bucket", "Cognito::UserPool"):
        kept = {r.whole["DeletionPolicy"] for r in production.of(kind) if r.stack == "state"}
        assert kept == {"Retain"}, kind


def test_keys_rotate(local: Templates) -> None:
    assert len(local.of("KMS::Key")) == 4
    assert all(key.properties["EnableKeyRotation"] is True for key in local.of("KMS::Key"))


def test_queues_and_topic_are_encrypted_and_refuse_plain_http(local: Templates) -> None:
    guarded = {local.text(q, p.stack) for p in local.of("SQS::QueuePolicy") for q in p.properties["Queues"]}
    for queue in local.of("SQS::Queue"):
        assert queue.properties["SqsManagedSseEnabled"] is True
        assert f"Queue {queue.name}" in guarded
    for policy in local.of("SQS::QueuePolicy") + local.of("SNS::TopicPolicy") + local.of("S3::BucketPolicy"):
        denied = [s for s in policy.properties["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    (topic,) = local.of("SNS::Topic")
    assert topic.properties["KmsMasterKeyId"]


def test_buckets_are_private_and_encrypted(local: Templates) -> None:
    for bucket in local.of("S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket.properties["BucketEncryption"]


def test_published_draws_keep_every_version_and_are_locked_in_production(production: Templates) -> None:
    (draws,) = (b for b in production.of("S3::Bucket") if b.name.startswith("draws"))
    assert draws.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert draws.properties["ObjectLockEnabled"] is True
    retention = draws.properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": 3650}


def test_every_log_forgets_and_every_function_has_one(local: Templates) -> None:
    for group in local.of("Logs::LogGroup"):
        assert group.properties["RetentionInDays"] == 7
    for function in local.of("Lambda::Function"):
        assert local.text(function.properties["LoggingConfig"]["LogGroup"]) == f"LogGroup /aws/lambda/{function.name}"


def test_access_logs_hold_no_path_query_or_address(local: Templates) -> None:
    for stage in local.of("ApiGatewayV2::Stage"):
        written = stage.properties["AccessLogSettings"]["Format"]
        assert "$context.routeKey" in written
        for personal in ("$context.path", "queryString", "sourceIp", "userAgent", "authorizer"):
            assert personal not in written


def test_the_draws_log_holds_no_data(local: Templates) -> None:
    (machine,) = local.of("StepFunctions::StateMachine")
    assert machine.properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_operators_are_invited_and_have_a_second_factor_in_aws(local: Templates, production: Templates) -> None:
    for templates, factor in ((local, "OPTIONAL"), (production, "ON")):
        (pool,) = templates.of("Cognito::UserPool")
        assert pool.properties["MfaConfiguration"] == factor
        assert pool.properties["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
        assert pool.properties["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    groups = {group.properties["GroupName"] for group in local.of("Cognito::UserPoolGroup")}
    assert groups == {"wave_manager", "payout_officer", "partner_manager", "auditor"}


def test_passwords_are_exchanged_for_tokens_on_a_laptop_only(local: Templates, production: Templates) -> None:
    (here,) = local.of("Cognito::UserPoolClient")
    (there,) = production.of("Cognito::UserPoolClient")
    assert "ALLOW_USER_PASSWORD_AUTH" in here.properties["ExplicitAuthFlows"]
    assert here.properties["AccessTokenValidity"] == 24 * 60
    assert set(there.properties["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert there.properties["AccessTokenValidity"] == 60


def test_no_secret_is_in_a_template(local: Templates) -> None:
    for secret in local.of("SecretsManager::Secret"):
        assert "SecretString" not in secret.properties
        assert secret.properties["GenerateSecretString"]["PasswordLength"] == 64
