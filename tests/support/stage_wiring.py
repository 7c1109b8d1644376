"""What a stage's functions find around them: buckets, queues, a state machine, secrets, settings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID

import functions.relay_outbox.handler as relay_outbox
import functions.sweep_outbox.handler as sweep_outbox
from prakerja import wiring
from prakerja.platform import Platform
from sandbox.world import face, registry
from tests.contract.snap.standin import secret_entry
from tests.support.scenarios_outside import PROVIDER, OutsideWorld, address
from tests.support.world import REGION

if TYPE_CHECKING:
    from tests.support.scenarios_stage import Stage

BUCKET, STATEMENTS, MACHINE, GROUP = "draws", "statements", "draw", "waves"
ROLE = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/test"


class Secrets:
    """Secrets Manager, as far as the functions read it."""

    KNOWN: ClassVar = {"REGISTRY_SECRET": registry.DEFAULT_API_KEY, "FACE_SECRET": face.DEFAULT_API_KEY}

    def __init__(self, outside: OutsideWorld) -> None:
        self._outside = outside

    def get(self, name: str, **_: Any) -> str:
        if name == "SNAP_SECRET":
            return json.dumps({PROVIDER: secret_entry(PROVIDER)})
        if name == "SNAP_CALLBACK_SECRET":
            return json.dumps({PROVIDER: self._outside.bank.callback_key(PROVIDER)})
        return self.KNOWN.get(name, f"{name} for tests")


def wire(patch: pytest.MonkeyPatch, on: Stage, queues: Iterable[str]) -> None:
    """Set up what functions find in their environment."""
    sqs, s3 = wiring.client("sqs"), wiring.client("s3")
    for bucket in (BUCKET, STATEMENTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    wiring.client("scheduler").create_schedule_group(Name=GROUP)
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    machine = wiring.client("stepfunctions").create_state_machine(name=MACHINE, definition=definition, roleArn=ROLE)
    queue_urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in queues}
    for name, value in {
        "QUEUE_URLS": json.dumps(queue_urls),
        "DRAW_BUCKET": BUCKET,
        "STATEMENT_BUCKET": STATEMENTS,
        "DRAW_STATE_MACHINE": machine["stateMachineArn"],
        "SCHEDULE_GROUP": GROUP,
        "SCHEDULE_ROLE": ROLE,
        "TURN_WAVE_ARN": f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:turn_wave",
        "BEACON_DELAY_SECONDS": "60",
        "SNAP_SECRET": "SNAP_SECRET",
        "SNAP_CALLBACK_SECRET": "SNAP_CALLBACK_SECRET",
        "REGISTRY_SECRET": "REGISTRY_SECRET",
        "FACE_SECRET": "FACE_SECRET",
        "SNAP_PROVIDERS": json.dumps({PROVIDER: {"base_url": address("bank")}}),
        **{f"{name.upper()}_URL": address(name) for name in ("registry", "face", "sms", "email", "beacon")},
    }.items():
        patch.setenv(name, value)
    on.world.platform = Platform(
        on.world.table, on.clock, on.ids, on.world.settings, vault=on.world.vault, guards=on.world.guards
    )
    patch.setattr(wiring, "RandomIds", lambda: on.ids)
    for function in (relay_outbox, sweep_outbox):  # these need no more of the platform, so they take it piece by piece
        patch.setattr(function, "table", lambda: on.world.table)
    patch.setattr(sweep_outbox, "clock", lambda: on.clock)
