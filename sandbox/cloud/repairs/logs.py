"""Repairs of function logs: bounded memory, files to follow, metrics from log lines."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

from .patch import replace

KEPT_STREAMS = 200

log = logging.getLogger("logs")
_folder: Path | None = None
_write_lock = threading.Lock()


def apply() -> None:
    replace(lambda_svc, "_emit_lambda_logs", measure_every_call)
    replace(lambda_svc, "_emit_lambda_logs", keep_logs)


def write_to(folder: Path) -> None:
    """Also append what each function logs to `<folder>/<function>.log`, whole, with the time of the invocation."""
    global _folder
    folder.mkdir(parents=True, exist_ok=True)
    _folder = folder


def keep_logs(stock: Any) -> Any:
    """Each invocation opens a log stream that is kept for ever, and metrics in log lines are not read.

    Memory grows by some kB a call, and an alarm on one of our own metrics can never fire. On AWS a stream belongs to
    a worker, not to a call, and CloudWatch reads every line in embedded metric format (EMF). Here a group keeps its
    newest streams; whoever wants all lines reads the files.
    """

    def emit(func: dict[str, Any], request_id: str, text: str, *args: Any, **kwargs: Any) -> None:
        stock(func, request_id, text, *args, **kwargs)
        config = func.get("config") or func
        group = cloudwatch_logs._log_groups.get(
            (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        )
        streams = group["streams"] if group else {}
        for name in list(streams)[:-KEPT_STREAMS]:
            streams.pop(name, None)
        lines = text.split("\n") if text else []
        _append(config["FunctionName"], lines)
        for line in lines:
            if '"_aws"' in line:
                read_embedded_metrics(line)

    return emit


def measure_every_call(stock: Any) -> Any:
    """Only direct invocations have metrics, not calls by an API, a queue, a stream or a schedule.

    An alarm on a function's errors then never fires. AWS measures every call. All calls write a log, so they are
    measured there.
    """
    record = lambda_svc._emit_lambda_metrics

    def only_throttles(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:  # such a call writes no log
            record(name, duration_ms, error, throttle)

    lambda_svc._emit_lambda_metrics = only_throttles

    def emit(func: dict[str, Any], request_id: str, text: str, error: bool, duration_ms: int, **kwargs: Any) -> None:
        stock(func, request_id, text, error, duration_ms, **kwargs)
        record((func.get("config") or func)["FunctionName"], float(duration_ms), error, throttle=False)

    return emit


def read_embedded_metrics(line: str) -> None:
    """Put the metrics of one EMF line into CloudWatch; a line that is none is left alone."""
    try:
        document = json.loads(line)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive.get("Dimensions") or [[]]:
                dimensions = {name: str(document[name]) for name in names}
                for metric in directive["Metrics"]:
                    values = document[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        cloudwatch.record_metric(
                            directive["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions
                        )
    except (ValueError, KeyError, TypeError):
        log.debug("not an embedded metric: %s", line[:200])


def _append(function: str, lines: list[str]) -> None:
    if _folder is None or not lines:
        return
    now = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]  # noqa: TID251 - the launcher's own clock
    with _write_lock, (_folder / f"{function}.log").open("a") as file:
        file.writelines(f"{now} {line}\n" for line in lines)
