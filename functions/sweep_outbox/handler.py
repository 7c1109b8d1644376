"""Sends what the stream left behind, every minute, and measures how old it is."""

from __future__ import annotations

from typing import Any

from prakerja.platform.observability import log
from prakerja.platform.relay import sweep
from prakerja.platform.settings import settings
from prakerja.wiring import clock, sqs, table


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Cron input is not looked at: the rows say what is to be done."""
    swept = sweep(table(), sqs(), settings().queue_urls, clock().wall())
    if swept:
        log.warning("outbox rows were left behind", rows=swept)
    return {"swept": swept}
