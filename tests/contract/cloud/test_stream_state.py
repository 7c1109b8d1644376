"""Records of a stream are dropped only when every mapping has read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ministack.services import dynamodb, lambda_svc

from sandbox.cloud.config import ACCOUNT, REGION
from sandbox.cloud.repairs.stream_state import KEPT_RECORDS, forget_delivered

WHERE = (ACCOUNT, REGION)
SOURCE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/outbox/stream/2026"


@pytest.fixture(autouse=True)
def _two_mappings() -> Iterator[None]:
    for name in ("fast", "slow"):
        lambda_svc._esms.set_scoped(*WHERE, name, {"EventSourceArn": SOURCE})
    yield
    for store in (lambda_svc._esms, lambda_svc._dynamodb_stream_positions, dynamodb._stream_records):
        store.clear()
    dynamodb._stream_trimmed.clear()


@pytest.mark.parametrize(("slow", "left"), [(0, 5000), (1500, 5000), (4000, 5000 - 4000 + KEPT_RECORDS)])
def test_the_slowest_mapping_decides(slow: int, left: int) -> None:
    dynamodb._stream_records.set_scoped(*WHERE, "outbox", list(range(5000)))
    lambda_svc._dynamodb_stream_positions.set_scoped(*WHERE, "fast", 5000)
    lambda_svc._dynamodb_stream_positions.set_scoped(*WHERE, "slow", slow)

    forget_delivered(*WHERE, "outbox")

    records = dynamodb._stream_records.get_scoped(*WHERE, "outbox")
    assert len(records) == left
    trimmed = dynamodb._stream_trimmed.get_scoped(*WHERE, "outbox", 0)
    assert records[0] == trimmed  # positions still mean the same records
