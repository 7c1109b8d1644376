"""One-time schedules of waves: never early, and harmless to arrange again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from prakerja.gateways.wave_schedules import EventBridgeSchedules


class _Scheduler:
    """Remembers what it is asked; a name that exists is a conflict."""

    def __init__(self) -> None:
        self.schedules: dict[str, dict[str, Any]] = {}

    def create_schedule(self, **schedule: Any) -> None:
        if schedule["Name"] in self.schedules:
            raise ClientError({"Error": {"Code": "ConflictException", "Message": "exists"}}, "CreateSchedule")
        self.schedules[schedule["Name"]] = schedule

    def update_schedule(self, **schedule: Any) -> None:
        self.schedules[schedule["Name"]] = schedule


@pytest.mark.parametrize(
    ("time", "expression"),
    [
        (datetime(2026, 11, 24, 4, 47, 9, tzinfo=UTC), "at(2026-11-24T11:47:09)"),
        (datetime(2026, 11, 24, 4, 47, 9, 1, tzinfo=UTC), "at(2026-11-24T11:47:10)"),
        (datetime(2026, 11, 24, 16, 59, 59, 999_999, tzinfo=UTC), "at(2026-11-25T00:00:00)"),
    ],
)
def test_a_turn_is_never_early(time: datetime, expression: str) -> None:
    scheduler = _Scheduler()
    _arranged(scheduler, time)
    assert scheduler.schedules["w-open"]["ScheduleExpression"] == expression
    assert scheduler.schedules["w-open"]["ScheduleExpressionTimezone"] == "Asia/Jakarta"


def test_arranging_again_moves_what_is_there() -> None:
    scheduler = _Scheduler()
    _arranged(scheduler, datetime(2026, 11, 24, tzinfo=UTC))
    _arranged(scheduler, datetime(2026, 11, 25, tzinfo=UTC))
    assert scheduler.schedules["w-open"]["ScheduleExpression"] == "at(2026-11-25T07:00:00)"
    assert json.loads(scheduler.schedules["w-open"]["Target"]["Input"]) == {"turn": "open", "wave_id": "w"}


def _arranged(scheduler: Any, time: datetime) -> None:
    schedules = EventBridgeSchedules(scheduler, group="waves", role_arn="role", function_arn="function")
    schedules.arrange("w", {"open": time})
