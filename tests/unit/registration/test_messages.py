"""What registration publishes is frozen: consumers of yesterday's messages still run tomorrow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prakerja.platform.outbox import Message
from prakerja.registration.messages import CodeRequested, NoticeKind, NoticeRequested, notice


@pytest.mark.parametrize("message", [CodeRequested, NoticeRequested])
def test_contracts_hold(message: type[Message]) -> None:
    frozen = json.loads(Path("events", "contracts", f"{message.topic}.json").read_text("utf-8"))
    assert message.model_json_schema() == frozen
    assert message.queue == "notify"


def test_notices_carry_ids_only() -> None:
    message = notice("p1", "PAID", "payout-1")
    assert json.loads(message.model_dump_json()) == {"person_id": "p1", "kind": "PAID", "reference": "payout-1"}
    assert message.kind is NoticeKind.PAID
    with pytest.raises(ValueError, match="UNHEARD_OF"):
        notice("p1", "UNHEARD_OF", "x")
