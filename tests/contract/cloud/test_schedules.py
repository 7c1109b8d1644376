"""Schedules fire in their time zone, whatever other schedules do."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Stack, until

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(seconds: float) -> str:
    """The expression for a moment from now, as a clock in Jakarta shows it."""
    moment = datetime.now(JAKARTA) + timedelta(seconds=seconds)  # noqa: TID251 - the real cloud's clock
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


def schedule(stack: Stack, mark: str, expression: str, **changes: Any) -> dict[str, Any]:
    return {
        "Name": mark,
        "GroupName": "test-waves",
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": "Asia/Jakarta",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": stack.outputs["ScheduledFunctionArn"],
            "RoleArn": stack.outputs["SchedulerRoleArn"],
            "Input": json.dumps({"mark": mark, "when": "<aws.scheduler.scheduled-time>"}),
        },
        **changes,
    }


def test_a_moment_in_jakarta_fires_beside_one_that_fails(stack: Stack, mark: str) -> None:
    scheduler = stack.cloud.client("scheduler")
    nobody = {"Arn": "arn:aws:nothing", "RoleArn": stack.outputs["SchedulerRoleArn"]}
    scheduler.create_schedule(**schedule(stack, f"a{mark}", at(1), Target=nobody))
    scheduler.create_schedule(**schedule(stack, mark, at(1), ActionAfterCompletion="DELETE"))

    facts = until(lambda: stack.seen(mark), 6)
    assert facts[0]["event"]["when"].startswith(time.strftime("%Y-%m-%dT", time.gmtime()))
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(Name=mark, GroupName="test-waves")


def test_an_update_arms_a_completed_schedule_again(stack: Stack, mark: str) -> None:
    scheduler = stack.cloud.client("scheduler")
    scheduler.create_schedule(**schedule(stack, mark, at(-1)))
    until(lambda: stack.seen(mark), 5)

    scheduler.update_schedule(**schedule(stack, mark, at(1)))
    assert until(lambda: len(stack.seen(mark)) == 2, 5)


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("at(tomorrow)", "UTC"),
        ("at(2026-02-30T00:00:00)", "UTC"),
        ("at(2026-02-03)", "UTC"),
        ("every minute", "UTC"),
        ("rate(1 minute)", "Asia/Batavia"),
    ],
)
def test_what_is_no_schedule_is_refused(stack: Stack, mark: str, expression: str, zone: str) -> None:
    scheduler = stack.cloud.client("scheduler")

    with pytest.raises(ClientError, match="ValidationException"):
        scheduler.create_schedule(**schedule(stack, mark, expression, ScheduleExpressionTimezone=zone))


def test_a_scheduled_function_that_fails_is_tried_again(stack: Stack, mark: str) -> None:
    target = {
        "Arn": stack.outputs["ScheduledFunctionArn"],
        "RoleArn": stack.outputs["SchedulerRoleArn"],
        "Input": json.dumps({"mark": mark, "fails_first": True}),
    }
    stack.cloud.client("scheduler").create_schedule(**schedule(stack, mark, at(-1), Target=target))

    assert until(lambda: len(stack.seen(mark)) == 2, 8)
