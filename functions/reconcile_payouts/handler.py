"""Compares what we sent with what the providers say: a message for each provider and day, begun daily and hourly. And what
the ledger has in flight with the attempts that are open, whenever a ledger day is closed."""

from __future__ import annotations

from typing import Any

from prakerja.balance import LedgerDayClosed
from prakerja.payouts.messages import DayToReconcile, InFlightToCompare
from prakerja.payouts.service.reconciling import begin_round, reconcile_day
from prakerja.payouts.service.tying import compare_in_flight
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs, statement_files


def work(topic: str, body: str) -> None:
    """One message: one provider's day, or all that is in flight."""
    if topic == LedgerDayClosed.topic:
        compare_in_flight(platform(), day=LedgerDayClosed.model_validate_json(body).day)
    elif topic == InFlightToCompare.topic:
        again = InFlightToCompare.model_validate_json(body)
        compare_in_flight(platform(), day=again.day, look=again.attempt, before=again.facts)
    else:
        message = DayToReconcile.model_validate_json(body)
        reconcile_day(platform(), providers(), statement_files(), provider=message.provider, day=message.day)


_work_batch = sqs_worker(work, sqs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """From the queue (Records), or by the clock: ``{"round": "daily" | "hourly"}`` → how many days are looked at."""
    if "Records" in event:
        return _work_batch(event, context)
    begin(RandomIds().new())
    return {"days": len(begin_round(platform(), providers(), daily=event["round"] == "daily"))}
