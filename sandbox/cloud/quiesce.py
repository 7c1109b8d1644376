"""Stopping at a consistent cut: nothing new starts, what runs ends, then everything is saved.

Stock saves service by service while Lambdas run, and keeps polling after SIGTERM as long as a state machine runs:
rows of the outbox were lost that way, and messages handled twice. A stop here is what a quiet moment is on AWS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, lambda_svc, scheduler, stepfunctions

working = threading.Event()
"""Set while the cloud may start work by itself: after the saved state is loaded, until it is told to stop."""


def gate() -> None:
    """Make everything that starts work by itself look at `working` first; called once the repairs are in place."""
    for module, name in (
        (lambda_svc, "_poll_sqs"),
        (lambda_svc, "_poll_dynamodb_streams"),
        (scheduler, "_tick_schedules"),
        (eventbridge, "_tick_scheduled_rules"),
    ):
        setattr(module, name, _idle_unless_working(getattr(module, name)))
    stepfunctions._call_lambda = _held_unless_working(stepfunctions._call_lambda)


def wait_until_quiet(busy: Callable[[], int], seconds: float = 15.0) -> bool:
    """Stop starting work and wait for what runs; False when something still ran after `seconds`."""
    working.clear()
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < 3:  # a poller that looked at `working` just before may start one more batch
        if time.monotonic() > deadline:
            return False
        running = busy() + lambda_svc.executions_in_flight()[0] + sum(lambda_svc._esm_inflight.values())
        quiet = 0 if running else quiet + 1
        time.sleep(0.05)
    return True


def _idle_unless_working(stock: Any) -> Any:
    def poll() -> bool:
        return bool(stock()) if working.is_set() else False

    return poll


def _held_unless_working(stock: Any) -> Any:
    """A state machine does not end with the request that started it: its next task waits for the process to end."""

    def call(*args: Any) -> Any:
        working.wait()
        return stock(*args)

    return call
