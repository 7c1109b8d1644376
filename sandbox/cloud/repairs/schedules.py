"""Repairs of EventBridge Scheduler: waves open, close and are drawn by it, so it must not miss one."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, lambda_svc, scheduler

from sandbox.cloud.quiesce import working

from .patch import replace

TICK_SECONDS = 1.0
AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")
_SINCE = "_fired_or_set_at"  # on the schedule's record: saved with it, and gone when an update replaces it

log = logging.getLogger("schedules")


def apply() -> None:
    scheduler._SCHEDULE_TICK_INTERVAL = TICK_SECONDS
    replace(scheduler, "_tick_schedules", lambda stock: tick)
    replace(scheduler, "_create_schedule", refuse_bad_expression)
    replace(scheduler, "_update_schedule", refuse_bad_expression)
    replace(eventbridge, "_dispatch_to_lambda", lambda stock: invoke_asynchronously)


def refuse_bad_expression(stock: Any) -> Any:
    """Any text is taken as a schedule expression, such as `at(tomorrow)`.

    The schedule then never fires, and nobody is told. AWS answers 400 `ValidationException` to the create or update.
    """

    def write(name: str, body: dict[str, Any]) -> Any:
        try:
            next_time(body.get("ScheduleExpression", ""), body.get("ScheduleExpressionTimezone"), 0.0)
        except ValueError as problem:
            return scheduler._error(400, "ValidationException", str(problem))
        return stock(name, body)

    return write


def next_time(expression: str, timezone: str | None, since: float) -> float | None:
    """The first time (epoch seconds) after `since` that an expression names; an `at()` names one, whenever it is.

    None when there is no further time. Raises ValueError for an expression or time zone that AWS refuses.
    """
    try:
        zone = ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError(f"Invalid ScheduleExpressionTimezone {timezone}.") from problem
    if once := AT.fullmatch(expression):
        try:
            return datetime.fromisoformat(once[1]).replace(tzinfo=zone).timestamp()
        except ValueError as problem:
            raise ValueError(f"Invalid Schedule Expression {expression}.") from problem
    interval: int | None = eventbridge._parse_rate_seconds(expression)
    if interval:
        return since + interval
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    following: datetime | None = eventbridge._cron_next_fire(fields, datetime.fromtimestamp(since, zone))
    return following.timestamp() if following else None


def tick() -> None:
    """One schedule that fails stops all that come after it; a one-time schedule fires in UTC, and once for ever.

    Stock reads `at()` and `cron()` as UTC, forgets at every restart which one-time schedules have fired, and never
    fires one again whose time an update has moved. A wave would open seven hours late, be drawn again after a
    restart, or never be drawn. AWS reads the time zone, fires each time once or more, and takes an update as new.
    """
    now = time.time()
    for (account, region, key), schedule in list(scheduler._schedules._data.items()):
        if not working.is_set():
            return
        try:
            with request_scope(account, region):
                if _ended(schedule, now):
                    scheduler._schedules._data.pop((account, region, key), None)
                elif _due(schedule, now):
                    _fire(schedule, now)
                    if AT.fullmatch(schedule["ScheduleExpression"]) and _deleted_after_completion(schedule):
                        scheduler._schedules._data.pop((account, region, key), None)
        except Exception:
            log.exception("schedule %s", key)


def _deleted_after_completion(schedule: dict[str, Any]) -> bool:
    return bool(schedule.get("ActionAfterCompletion") == "DELETE")


def _ended(schedule: dict[str, Any], now: float) -> bool:
    end = scheduler._to_epoch(schedule.get("EndDate"))
    return end is not None and now > end and _deleted_after_completion(schedule)


def _due(schedule: dict[str, Any], now: float) -> bool:
    start, end = (scheduler._to_epoch(schedule.get(name)) for name in ("StartDate", "EndDate"))
    if schedule.get("State") != "ENABLED" or (start and now < start) or (end and now > end):
        return False
    expression = schedule["ScheduleExpression"]
    fired = schedule.get(_SINCE)
    if fired is not None and AT.fullmatch(expression):
        return False
    due = next_time(expression, schedule.get("ScheduleExpressionTimezone"), fired or schedule["LastModificationDate"])
    return due is not None and due <= now


def _fire(schedule: dict[str, Any], now: float) -> None:
    schedule[_SINCE] = now
    target = dict(schedule["Target"])
    if target.get("Input"):
        for name, value in {
            "schedule-arn": schedule["Arn"],
            "scheduled-time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "execution-id": new_uuid(),
            "attempt-number": "1",
        }.items():
            target["Input"] = target["Input"].replace(f"<aws.scheduler.{name}>", value)
    event = {
        "EventId": new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": now,
        "Resources": [schedule["Arn"]],
    }
    eventbridge._invoke_target(target, event, schedule)


def invoke_asynchronously(arn: str, payload: str) -> None:
    """A schedule's Lambda that fails is not tried again, nor does its event reach a dead-letter queue.

    A worker that dies at the moment a wave opens would lose the turn. AWS invokes asynchronously: two more tries,
    then the function's dead-letter queue or failure destination.
    """
    function, config, name = lambda_svc._get_func_record_for_ref(arn)
    if function is None or config is None:
        log.warning("scheduled function %s does not exist", name)
        return
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), json.loads(payload))
