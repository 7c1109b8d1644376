"""Repair of saved streams: what was not delivered before a stop is delivered after the next start."""

from __future__ import annotations

from typing import Any

from ministack import app
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb, lambda_svc

from .patch import replace

KEPT_RECORDS = 1000


def apply() -> None:
    replace(dynamodb, "get_state", save_stream_records)
    replace(dynamodb, "load_persisted_state", _load_stream_records)
    replace(app, "_load_persisted_state", _clamp_positions)


def save_stream_records(stock: Any) -> Any:
    """A stop saves how far each mapping has read, but not the records of the streams.

    After a restart the streams are empty and the positions point far beyond their ends, so nothing is delivered any
    more: from the second start on, no outbox row is ever relayed. AWS keeps records for 24 hours. Here the records
    that some mapping has not read yet are saved with the positions.
    """

    def get_state() -> dict[str, Any]:
        records, trimmed = AccountRegionScopedDict(), AccountRegionScopedDict()
        for (account, region, table), kept in dynamodb._stream_records.all_items():
            gone = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
            end = gone + len(kept)
            start = min([end, *_positions(account, region, table)])
            records.set_scoped(account, region, table, list(kept[max(0, start - gone) :]))
            trimmed.set_scoped(account, region, table, max(start, gone))
        return {**stock(), "stream_records": records, "stream_trimmed": trimmed}

    return get_state


def _positions(account: str, region: str, table: str) -> list[int]:
    """How far the mappings on a table's stream have read; one that has not begun holds nothing back."""
    found = []
    for (_account, _region, identity), mapping in lambda_svc._esms.all_items():
        if f":{region}:{account}:table/{table}/stream/" in mapping.get("EventSourceArn", ""):
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, identity)
            found += [] if position is None else [position]
    return found


def forget_delivered(account: str, region: str, table: str) -> None:
    """Drop the records of a stream that all of its mappings have read, all but the newest thousand.

    AWS keeps them for 24 hours, as stock does; here they would soon take a gigabyte, and nobody else reads streams.
    """
    records = dynamodb._stream_records.get_scoped(account, region, table)
    gone = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
    delivered = min(_positions(account, region, table), default=gone) - gone
    if records and delivered >= 2 * KEPT_RECORDS:
        dynamodb._stream_trimmed.set_scoped(account, region, table, gone + delivered - KEPT_RECORDS)
        del records[: delivered - KEPT_RECORDS]


def _load_stream_records(stock: Any) -> Any:
    def load_persisted_state(data: dict[str, Any]) -> None:
        stock(data)
        dynamodb._stream_records.update(data.get("stream_records") or {})
        dynamodb._stream_trimmed.update(data.get("stream_trimmed") or {})

    return load_persisted_state


def _clamp_positions(stock: Any) -> Any:
    """A state saved by another version may hold positions without records: such a mapping reads from the end."""

    def load() -> None:
        stock()
        for (account, region, identity), mapping in lambda_svc._esms.all_items():
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, identity)
            if position is not None:
                table = mapping["EventSourceArn"].split("/stream/")[0].rsplit("/", 1)[-1]
                end = dynamodb.stream_end_position(table, account_id=account, region=region)
                lambda_svc._dynamodb_stream_positions.set_scoped(account, region, identity, min(position, end))

    return load
