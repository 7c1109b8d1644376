"""What registration publishes is frozen: consumers of yesterday's messages still run tomorrow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prakerja.platform.outbox import Message
from prakerja.registration.messages import CodeRequested, NoticeKind, NoticeRequested, notice
from prakerja.registration.model.address import Channel


@pytest.mark.parametrize("message", [CodeRequested, NoticeRequested])
def test_contracts_hold(message: type[Message]) -> None:
    frozen = json.loads(Path("events", "contracts", f"{message.topic}.json").read_text("utf-8"))
    assert message.model_json_schema() == frozen


def test_each_channel_has_a_queue_of_its_own_for_codes() -> None:
    """A provider that is silent holds up its own codes, not the other's; and no code waits behind notices."""
    queues = [CodeRequested(challenge_id="c1", resend=0, kind=channel).queues() for channel in Channel]
    assert queues == [("notify_codes_phone",), ("notify_codes_email",)]
    assert notice("p1", "PAID", "payout-1").queues() == ("notify",)


def test_notices_carry_ids_only() -> None:
    message = notice("p1", "PAID", "payout-1")
    assert json.loads(message.model_dump_json()) == {"person_id": "p1", "kind": "PAID", "reference": "payout-1"}
    assert message.kind is NoticeKind.PAID
    with pytest.raises(ValueError, match="UNHEARD_OF"):
        notice("p1", "UNHEARD_OF", "x")
