"""Repairs of CloudWatch: queue metrics, and alarms that look at their own resource."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs

from sandbox.cloud.quiesce import working

from .patch import replace

PUMP_SECONDS = 5.0
KEPT_SECONDS = 3600.0
KEPT_POINTS = 10_000
_BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

log = logging.getLogger("alarms")


def apply() -> None:
    replace(cloudwatch, "_evaluate_alarm", lambda stock: evaluate)


def evaluate(alarm: dict[str, Any]) -> None:
    """An alarm looks at every resource that has a metric of its name, and knows nothing of missing data.

    One busy queue raises the dead-letter alarm of all queues, so alarms could not be tested or shown. AWS compares
    only points with exactly the alarm's dimensions, period by period, treats missing periods as the alarm says, and
    wants `DatapointsToAlarm` of `EvaluationPeriods` to breach. (Alarms on metric mathematics stay as they are.)
    """
    breaches = _BREACHES.get(alarm.get("ComparisonOperator", ""))
    if not alarm.get("MetricName") or breaches is None:
        return
    treatment = alarm.get("TreatMissingData") or "missing"
    seen = [
        breaches(value, float(alarm.get("Threshold", 0))) if value is not None else _MISSING.get(treatment)
        for value in _period_values(alarm)
    ]
    known = [breaching for breaching in seen if breaching is not None]
    if not known:
        state = alarm["StateValue"] if treatment == "ignore" else "INSUFFICIENT_DATA"
    else:
        state = "ALARM" if sum(known) >= int(alarm.get("DatapointsToAlarm") or len(seen)) else "OK"
    _move(alarm, state, f"{sum(known)} of the last {len(seen)} periods breach {alarm.get('Threshold')}")


_MISSING = {"breaching": True, "notBreaching": False}


def _period_values(alarm: dict[str, Any]) -> list[float | None]:
    """The alarm's statistic in each of its periods, newest first; None where there are no points."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
    points = cloudwatch._metrics.get((alarm["Namespace"], alarm["MetricName"], dimensions)) or []
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    period, now = float(alarm.get("Period", 60)), time.time()
    values: list[float | None] = []
    for age in range(int(alarm.get("EvaluationPeriods", 1))):
        end = now - age * period
        inside = [point for point in points if end - period < point["Timestamp"] <= end]
        stats = cloudwatch._calc_stats(inside)
        values.append(cloudwatch._stat_value(stats, statistic, inside) if stats else None)
    return values


def _move(alarm: dict[str, Any], state: str, reason: str) -> None:
    before = alarm["StateValue"]
    if before == state:
        return
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def start_pump() -> None:
    """Measure the queues every 5 s and evaluate all alarms: stock has no SQS metrics, so no DLQ alarm ever leaves
    INSUFFICIENT_DATA. AWS publishes them each minute."""
    threading.Thread(target=_pump, daemon=True, name="queue-metrics").start()


def _pump() -> None:
    while True:
        if working.is_set():
            try:
                measure()
            except Exception:
                log.exception("queue metrics")
        time.sleep(PUMP_SECONDS)


def measure() -> None:
    """Put one point of each queue's metrics into CloudWatch, drop old points, and evaluate every alarm."""
    now = time.time()
    for (account, region, _url), queue in list(sqs._queues._data.items()):
        with request_scope(account, region):
            messages = list(queue["messages"])
            visible = [message for message in messages if message["visible_at"] <= now]
            _record(queue, "ApproximateNumberOfMessagesVisible", len(visible), "Count")
            _record(queue, "ApproximateNumberOfMessagesNotVisible", len(messages) - len(visible), "Count")
            oldest = max((now - message["sent_at"] for message in visible), default=0.0)
            _record(queue, "ApproximateAgeOfOldestMessage", oldest, "Seconds")
    for points in list(cloudwatch._metrics._data.values()):  # stock keeps each point for two weeks
        old = sum(1 for point in points if point["Timestamp"] < now - KEPT_SECONDS)
        del points[: max(old, len(points) - KEPT_POINTS)]
    for account, region in {(account, region) for account, region, _name in list(cloudwatch._alarms._data)}:
        with request_scope(account, region):
            cloudwatch._evaluate_all_alarms()


def _record(queue: dict[str, Any], name: str, value: float, unit: str) -> None:
    cloudwatch.record_metric("AWS/SQS", name, value, unit, {"QueueName": queue["name"]})
