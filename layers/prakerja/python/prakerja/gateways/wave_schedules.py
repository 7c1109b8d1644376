"""One-time EventBridge schedules: fulfils `prakerja.waves.ports.TurnSchedules`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from prakerja.platform.clock import wib

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

ALMOST_A_SECOND = timedelta(microseconds=999_999)
"""Schedules know whole seconds only; a turn that came too early would find nothing to do."""
RETRIES = 10
RETRIED_SECONDS = 3600


class EventBridgeSchedules:
    """Schedules named ``<wave>-<turn>`` in one group; they vanish when they have fired."""

    def __init__(self, client: EventBridgeSchedulerClient, *, group: str, role_arn: str, function_arn: str) -> None:
        self._client = client
        self._group = group
        self._role_arn = role_arn
        self._function_arn = function_arn

    def arrange(self, wave_id: str, times: Mapping[str, datetime]) -> None:
        """See the port. Repeating it moves what is there."""
        for turn, time in times.items():
            schedule: dict[str, Any] = {
                "Name": f"{wave_id}-{turn}",
                "GroupName": self._group,
                "ScheduleExpression": f"at({wib(time + ALMOST_A_SECOND):%Y-%m-%dT%H:%M:%S})",
                "ScheduleExpressionTimezone": "Asia/Jakarta",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "ActionAfterCompletion": "DELETE",
                "Target": {
                    "Arn": self._function_arn,
                    "RoleArn": self._role_arn,
                    "Input": json.dumps({"turn": turn, "wave_id": wave_id}),
                    "RetryPolicy": {"MaximumRetryAttempts": RETRIES, "MaximumEventAgeInSeconds": RETRIED_SECONDS},
                },
            }
            try:
                self._client.create_schedule(**schedule)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConflictException":
                    raise
                self._client.update_schedule(**schedule)
