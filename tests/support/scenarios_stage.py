"""A whole system in this process: the deployed handlers on moto (or another DynamoDB), queues that a test empties, and
the outside world's stand-ins behind our real adapters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

import functions.cancel_purchases.handler as cancel_purchases
import functions.close_day.handler as close_day
import functions.close_season.handler as close_season
import functions.draw_wave.handler as draw_wave
import functions.end_course.handler as end_course
import functions.end_membership.handler as end_membership
import functions.inquire_payout.handler as inquire_payout
import functions.notify.handler as notify
import functions.open_case.handler as open_case
import functions.prepare_payouts.handler as prepare_payouts
import functions.reconcile_payouts.handler as reconcile_payouts
import functions.relay_outbox.handler as relay_outbox
import functions.schedule_incentive.handler as schedule_incentive
import functions.send_payout.handler as send_payout
import functions.sweep_deadlines.handler as sweep_deadlines
import functions.turn_wave.handler as turn_wave
import functions.verify_identity.handler as verify_identity
from prakerja import wiring
from prakerja.membership import seed_schemes
from prakerja.platform import Platform
from prakerja.platform.access_patterns import OUTBOX
from prakerja.platform.auth import Operator, Role
from prakerja.platform.ids import derived
from tests.support import wired
from tests.support.caches import forget_what_was_wired
from tests.support.chaos import Seam, seam_of
from tests.support.clock import FixedClock
from tests.support.ids import CountingIds
from tests.support.market import Market
from tests.support.moto_truth import truthful
from tests.support.scenarios_outside import PROVIDER, OutsideWorld
from tests.support.stage_wiring import BUCKET as BUCKET
from tests.support.stage_wiring import GROUP as GROUP
from tests.support.stage_wiring import MACHINE as MACHINE
from tests.support.stage_wiring import STATEMENTS as STATEMENTS
from tests.support.stage_wiring import Secrets, wire
from tests.support.world import REGION, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SHARDS = ("ROSTER_SHARDS", "DUE_SHARDS", "OUTBOX_SHARDS", "RUN_SHARDS", "LEDGER_SHARDS")
FEW = 2
"""How many shards everything has on this stage: the same code with fewer empty reads."""
OURS = ("prakerja.", "functions.", "tests.support.")

START = FixedClock().now

WORKERS = {
    "notify": notify.handler,
    "notify_codes_phone": notify.handler,
    "notify_codes_email": notify.handler,
    "verify_identity": verify_identity.handler,
    "turn_wave": turn_wave.handler,
    "schedule_incentive": schedule_incentive.handler,
    "prepare_payouts": prepare_payouts.handler,
    "end_membership": end_membership.handler,
    "end_course": end_course.handler,
    "cancel_purchases": cancel_purchases.handler,
    "open_case": open_case.handler,
    f"send_payout_{PROVIDER.lower()}": send_payout.handler,
    "inquire_payout": inquire_payout.handler,
    "sweep_deadlines": sweep_deadlines.handler,
    "close_season": close_season.handler,
    "close_day": close_day.handler,
    "reconcile_payouts": reconcile_payouts.handler,
}
"""Queue → the function that empties it."""


class Failed(Exception):
    """A worker gave its message back to the queue."""


class IssuedIds(CountingIds):
    """Remembers every identifier that came by chance, and those derived from one."""

    def __init__(self, seed: str = "stage") -> None:
        super().__init__(seed)
        self.issued: list[str] = []
        self._one_at_a_time = Lock()

    def begin(self, act: str) -> None:
        """From here on the same ids come in every play, whatever was drawn before."""
        self._seed, self._count = act, 0

    def _bytes(self) -> bytes:
        with self._one_at_a_time:
            return super()._bytes()

    def new(self) -> str:
        return self._note(super().new())

    def digits(self, count: int) -> str:
        return self._note(super().digits(count))

    def code(self, count: int, *alphabet: str) -> str:
        return self._note(super().code(count, *alphabet))

    def of(self, *parts: str) -> str:
        made = derived(*parts)
        return self._note(made) if any(known in part for part in parts for known in self.issued) else made

    def _note(self, made: str) -> str:
        self.issued.append(made)
        return made


@dataclass(frozen=True)
class Queued:
    """A message in a queue, not to be delivered before ``at``."""

    queue: str
    topic: str
    body: str
    at: datetime


class Stage:
    """The system and all around it. ``memo`` is for what one step leaves to a later one."""

    def __init__(self, patch: pytest.MonkeyPatch, dynamodb: DynamoDBClient, kms: KMSClient, prefix: str) -> None:
        self.world = World(dynamodb, kms, prefix=prefix)
        self.clock: FixedClock = self.world.clock
        self.ids = IssuedIds()
        self.outside = OutsideWorld(self.clock)
        self.seam = Seam()
        self.waiting: list[Queued] = []
        self.memo = SimpleNamespace()
        self.with_others = True
        """Whether other people join the wave and are paid beside Ani."""
        wire(patch, self, WORKERS)
        patch.setattr(wired, "SystemClock", lambda: SimpleNamespace(wall=lambda: START + wired.HEAD_START))
        self.market = Market(self.world, patch)
        self.market.face_check = wiring.face_check
        patch.setattr(wiring, "_secrets", lambda: Secrets(self.outside))
        forget_what_was_wired()
        patch.setenv("DATA_KEY_ID", "key")
        seed_schemes(self.p)

    @property
    def p(self) -> Platform:
        """What a function would get now."""
        return wiring.platform()

    def operator(self, sub: str) -> Operator:
        """An operator with all rights who has just signed in."""
        return Operator(sub, frozenset(Role), self.clock.wall())

    # queues -----------------------------------------------------------------------------------------------------------
    def records(self) -> list[dict[str, Any]]:
        """The stream's records of all outbox rows, as ``relay_outbox`` gets them."""
        asked: Any = {
            "TableName": self.world.names["programme"],
            "KeyConditionExpression": "pk = :pk",
            "ConsistentRead": True,
        }
        rows: list[dict[str, Any]] = []
        for shard in range(FEW):
            values = {":pk": {"S": OUTBOX.partition(shard=f"{shard:02d}")}}
            rows += self.world.client.query(**asked, ExpressionAttributeValues=values)["Items"]
        rows.sort(key=lambda item: item["sk"]["S"])
        return [
            {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number), "NewImage": row}}
            for number, row in enumerate(rows)
        ]

    def relay(self, records: list[dict[str, Any]] | None = None) -> None:
        """Carry what waits in the outbox to its queues, as the stream shows it (or as these ``records`` do)."""
        if records := self.records() if records is None else records:
            assert relay_outbox.handler({"Records": records}, None) == {"batchItemFailures": []}
        self.collect()

    def collect(self) -> None:
        """Take what lies in the queues."""
        self.waiting += in_queues(self.clock.wall())
        for queue in _queues():
            queue._messages.clear()

    def take(self, topic: str, match: str = "") -> Queued:
        """The oldest waiting message of a topic (with ``match`` in its body)."""
        found = next(message for message in self.waiting if message.topic == topic and match in message.body)
        self.waiting.remove(found)
        return found

    def work(self, *messages: Queued) -> None:
        """Deliver messages of one queue to their worker, in one batch. Raises Failed if it gives one back."""
        event = {"Records": [_record(number, message) for number, message in enumerate(messages)]}
        failures = WORKERS[messages[0].queue](event, None)["batchItemFailures"]
        if failures:
            raise Failed([messages[int(failure["itemIdentifier"])] for failure in failures])

    def draw(self, step: str, phase: str, **chunk: Any) -> dict[str, Any]:
        """A step of the state machine."""
        event = {"step": step, "phase": phase, "wave_id": self.memo.wave_id, "attempt": 1, "chunk": chunk}
        return draw_wave.handler(event, None)

    def code(self, to: str) -> str:
        """The one-time code in the newest text to somebody."""
        text: str = self.outside.sent(to)[0]["text"]
        return next(
            word for word in text.replace(".", " ").replace(":", " ").split() if len(word) == 6 and word.isdigit()
        )


@contextmanager
def stage(
    dynamodb: DynamoDBClient | None = None, kms: KMSClient | None = None, prefix: str = "test-"
) -> Iterator[Stage]:
    """A new stage, on moto or with the tables on another engine."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), truthful() as truth:
        for module in [module for name, module in sys.modules.items() if name.startswith(OURS)]:
            for name in SHARDS:
                if hasattr(module, name):
                    patch.setattr(module, name, FEW)
        client = lru_cache(lambda service: boto3.client(service, region_name=REGION, config=wiring.PATIENCE))
        patch.setattr(wiring, "client", client)
        made = Stage(patch, dynamodb or client("dynamodb"), kms or client("kms"), prefix)
        with seam_of(truth, made.outside) as made.seam:
            yield made
        forget_what_was_wired()


def in_queues(now: datetime) -> list[Queued]:
    """What lies in the queues of moto."""
    return [
        Queued(
            queue.name,
            message.message_attributes["topic"]["StringValue"],
            message.body,
            now + timedelta(seconds=round(max(0, (message.delayed_until - (message.sent_timestamp or 0)) / 1000))),
        )
        for queue in _queues()
        for message in queue._messages
    ]


def _queues() -> list[Any]:
    return list(get_backend("sqs")[DEFAULT_ACCOUNT_ID][REGION].queues.values())


def _record(number: int, message: Queued) -> dict[str, Any]:
    return {
        "messageId": str(number),
        "receiptHandle": f"receipt-{number}",
        "body": message.body,
        "messageAttributes": {"topic": {"stringValue": message.topic, "dataType": "String"}},
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:{message.queue}",
    }
