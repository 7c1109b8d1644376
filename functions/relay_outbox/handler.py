"""Carries each new outbox row to its queue as soon as the stream shows it."""

from __future__ import annotations

from typing import Any

from prakerja.platform.parts import from_item
from prakerja.platform.relay import Row, relay
from prakerja.platform.settings import settings
from prakerja.wiring import sqs, table


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Stream records in; the sequence numbers of rows that could not be sent out, so that only those come again."""
    numbers: dict[str, str] = {}
    rows = []
    for record in event["Records"]:
        row = Row.of(from_item(record["dynamodb"]["NewImage"]))
        numbers[row.sk] = record["dynamodb"]["SequenceNumber"]
        rows.append(row)
    left = relay(table(), sqs(), settings().queue_urls, rows)
    return {"batchItemFailures": [{"itemIdentifier": numbers[sort_key]} for sort_key in sorted(left)]}
