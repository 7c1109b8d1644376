"""Repair of stream mappings: the outbox relay must lose no record, and must not hold up the queues."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import dynamodb, lambda_svc

from sandbox.cloud.quiesce import working

from .patch import replace
from .stream_state import forget_delivered

IDLE_SECONDS = 1.0  # a new record wakes the poller at once; this is for what wakes nobody
BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0)  # between tries of one batch; AWS's own are not published

log = logging.getLogger("streams")
_reading = threading.Lock()  # records move while a stream is trimmed
_wake: dict[str, threading.Event] = {}  # one per running poller, by mapping id


def apply() -> None:
    replace(lambda_svc, "_poll_dynamodb_streams", lambda stock: poll)


def poll() -> bool:
    """Stream mappings lose records, repeat poison for ever and stop the queues.

    Stock counts a partial batch response as success, so the records it names are gone; it knows neither bisecting
    nor a limit of tries, so one bad record blocks its stream; and one slow handler stops every SQS mapping, because
    one thread polls them all. AWS reads each shard by itself, goes on from the first record that failed, splits,
    gives up after the limit and tells the failure destination. Here every mapping has a thread that does so.
    """
    for (account, region, identity), mapping in list(lambda_svc._esms._data.items()):
        source = mapping.get("EventSourceArn", "")
        if ":dynamodb:" not in source or "/stream/" not in source:
            continue
        if identity not in _wake:
            _wake[identity] = threading.Event()
            threading.Thread(
                target=_run, args=(account, region, identity), daemon=True, name=f"stream-{identity}"
            ).start()
        _wake[identity].set()
    return False  # the caller need not hurry back: the threads see to themselves


@dataclass
class _Batch:
    """Records `start` to `end` (exclusive), positions in the stream, and how often they have failed together."""

    start: int
    end: int
    failures: int = 0


def _run(account: str, region: str, identity: str) -> None:
    """Deliver one mapping's stream until the mapping is deleted."""
    with request_scope(account, region):
        while (mapping := lambda_svc._esms.get(identity)) is not None:
            try:
                delivered = working.is_set() and mapping.get("Enabled", True) and _Delivery(mapping).next_batch()
            except Exception:
                log.exception("stream mapping %s", identity)
                delivered = False
            if not delivered:
                _wake[identity].wait(IDLE_SECONDS)
                _wake[identity].clear()
    _wake.pop(identity, None)


class _Delivery:
    """One batch of a mapping's stream, with everything that becomes of it when it fails."""

    def __init__(self, mapping: dict[str, Any]) -> None:
        self.mapping = mapping
        self.identity = mapping["UUID"]
        self.table = lambda_svc._dynamodb_stream_table_from_arn_spec(parse_arn(mapping["EventSourceArn"]))[0]
        self.function, _config = lambda_svc._get_func_record_for_qualifier(
            mapping["FunctionName"], mapping.get("Qualifier")
        )

    def next_batch(self) -> bool:
        """Deliver what comes next; False when there is nothing."""
        table = dynamodb._tables.get(self.table)
        if self.function is None or not table or table.get("LatestStreamArn") != self.mapping["EventSourceArn"]:
            return False
        with _reading:
            horizon, end = dynamodb.stream_start_position(self.table), dynamodb.stream_end_position(self.table)
        start = lambda_svc._dynamodb_stream_positions.get(self.identity)
        if start is None:
            start = horizon if self.mapping.get("StartingPosition") == "TRIM_HORIZON" else end
            self._checkpoint(start)
        start = max(start, horizon)
        if start >= end:
            return False
        waiting = deque([_Batch(start, min(end, start + int(self.mapping.get("BatchSize") or 100)))])
        while waiting and working.is_set() and self.identity in lambda_svc._esms:
            self._try(waiting)
        return True

    def _try(self, waiting: deque[_Batch]) -> None:
        """Deliver the first of the waiting batches; leave there what still has to be delivered."""
        batch = waiting[0]
        numbered = [(p, r) for p, r in enumerate(self._records(batch), batch.start) if self._wanted(r)]
        records = [record for _position, record in numbered]
        result = lambda_svc._execute_function(self.function, {"Records": records}) if records else {}
        failed = self._first_failure(numbered, result)
        if failed is None:
            self._done(waiting)
            return
        failed_at, record = failed
        self.mapping["LastProcessingResult"] = "FAILED"
        log.info("%s: a batch of %d failed at %d: %s", self.mapping["FunctionName"], len(records), failed_at, result)
        self._checkpoint(failed_at)
        rest = _Batch(failed_at, batch.end, 0 if failed_at > batch.start else batch.failures + 1)
        if self._too_old(record):
            self._give_up(waiting, rest, result, "MaxRecordAgeExceeded")
            return
        limit = self.mapping.get("MaximumRetryAttempts")
        if self.mapping.get("BisectBatchOnFunctionError") and rest.end - rest.start > 1:
            waiting[0] = rest
            if rest.failures:  # no record of it got through: split; AWS does not count a split as a try
                middle = (rest.start + rest.end) // 2
                waiting[0] = _Batch(rest.start, middle)
                waiting.insert(1, _Batch(middle, rest.end))
        elif limit is not None and 0 <= int(limit) < rest.failures:
            self._give_up(waiting, rest, result, "RetryAttemptsExhausted")
            return
        else:
            waiting[0] = rest
        time.sleep(BACKOFF_SECONDS[min(waiting[0].failures, len(BACKOFF_SECONDS) - 1)])

    def _records(self, batch: _Batch) -> list[dict[str, Any]]:
        with _reading:
            records: list[dict[str, Any]] = dynamodb.stream_records_since(
                self.table, batch.start, batch.end - batch.start
            )
        return records

    def _wanted(self, record: dict[str, Any]) -> bool:
        return bool(lambda_svc._apply_filter_criteria([record], self.mapping))

    def _first_failure(
        self, numbered: list[tuple[int, dict[str, Any]]], result: dict[str, Any]
    ) -> tuple[int, dict[str, Any]] | None:
        """Position and record from which to go on; None when all were handled."""
        if result.get("error"):
            return numbered[0]
        if "ReportBatchItemFailures" not in (self.mapping.get("FunctionResponseTypes") or []):
            return None
        body = result.get("body")
        body = json.loads(body) if isinstance(body, str) and body else body
        failures = (body or {}).get("batchItemFailures") or []
        named = {failure.get("itemIdentifier") for failure in failures}
        for position, record in numbered:
            if record["dynamodb"]["SequenceNumber"] in named:
                return position, record
        return numbered[0] if failures else None  # a name that is not in the batch fails all of it, as on AWS

    def _too_old(self, record: dict[str, Any]) -> bool:
        limit = int(self.mapping.get("MaximumRecordAgeInSeconds") or -1)
        return limit > 0 and time.time() - record["dynamodb"]["ApproximateCreationDateTime"] > limit

    def _give_up(self, waiting: deque[_Batch], rest: _Batch, result: dict[str, Any], condition: str) -> None:
        lambda_svc._send_ddb_stream_failure_record(
            self.mapping, self.function, self._records(rest), self.mapping["EventSourceArn"], result, condition
        )
        self._done(waiting)

    def _done(self, waiting: deque[_Batch]) -> None:
        self._checkpoint(waiting.popleft().end)
        if not waiting:
            self.mapping["LastProcessingResult"] = "OK"

    def _checkpoint(self, position: int) -> None:
        with _reading:
            lambda_svc._dynamodb_stream_positions[self.identity] = position
            forget_delivered(get_account_id(), get_region(), self.table)
