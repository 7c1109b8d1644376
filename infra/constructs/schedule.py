"""Schedules: crons of our own, and the group and role for the one-time schedules that code makes for waves."""

from __future__ import annotations

import json

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.function import statement
from infra.constructs.names import path_arn_of
from infra.entry import Cron
from infra.grants import Allowed

TIME_ZONE = "Asia/Jakarta"


def schedule_role(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    group: str,
    function_arn: str,
    dead_letters: sqs.IQueue | None = None,
) -> iam.Role:
    """The role under which the schedules of one group call one function, and put what fails into ``dead_letters``."""
    principal = iam.ServicePrincipal(
        "scheduler.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": Stack.of(scope).account},
            "ArnLike": {"aws:SourceArn": schedules_of(scope, group)},
        },
    )
    role = iam.Role(scope, construct_id, role_name=name, assumed_by=principal)
    role.add_to_policy(statement(Allowed(("lambda:InvokeFunction",), (function_arn,))))
    if dead_letters:
        role.add_to_policy(statement(Allowed(("sqs:SendMessage",), (dead_letters.queue_arn,))))
    return role


def schedules_of(scope: Construct, group: str) -> str:
    """The ARN pattern of all schedules of a group."""
    return path_arn_of(scope, "scheduler", "schedule", f"{group}/*")


def cron(
    scope: Construct,
    trigger: Cron,
    *,
    name: str,
    group: scheduler.CfnScheduleGroup,
    function_arn: str,
    role: iam.IRole,
    dead_letters: sqs.IQueue,
) -> scheduler.CfnSchedule:
    """A regular call. Missing one is harmless (the next does its work), so retries stop after a minute."""
    target = scheduler.CfnSchedule.TargetProperty(
        arn=function_arn,
        role_arn=role.role_arn,
        input=json.dumps(trigger.payload),
        retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
            maximum_event_age_in_seconds=60, maximum_retry_attempts=2
        ),
        dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
    )
    schedule = scheduler.CfnSchedule(
        scope,
        f"cron_{trigger.name}",
        name=name,
        group_name=group.name,
        schedule_expression=trigger.expression,
        schedule_expression_timezone=TIME_ZONE,
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=target,
    )
    schedule.add_resource_dependency(group)
    return schedule
