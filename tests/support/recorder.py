"""Who calls what: each call to AWS that a function makes, as the IAM actions and resources that it takes.

Functions run here as they are deployed: each invocation is a cold start (nothing is cached from the one before), sees the
environment variables of its own function only, and reads secrets and unwraps data keys for itself.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from functools import lru_cache
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from functions.participant_api import routes_waves
from functions.relay_outbox import handler as relay_outbox
from functions.sweep_outbox import handler as sweep_outbox
from infra.functions import FUNCTIONS
from infra.grants import SECRETS
from prakerja import wiring
from prakerja.platform.table import Table
from prakerja.platform.vault import Vault
from tests.support import apis, market, scenarios_stage
from tests.support.scenarios_stage import BUCKET
from tests.support.world import MOTO_ACCOUNT, REGION, World

Use = tuple[str, str]
"""(IAM action, resource in plain words)."""
Handler = Callable[[dict[str, Any], Any], Any]

QUEUES = {queue.name: entry.name for entry in FUNCTIONS for queue in entry.queues}
"""Queue → the function that empties it."""
PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""Part of a transaction → the action that IAM asks for; a transaction has none of its own."""
OPENS = "vault:Open"
"""Opening a sealed field of a person, beside the calls of AWS."""
WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}

_CACHED = type(lru_cache(maxsize=1)(lambda: None))
_OURS = ("prakerja.", "functions.")
_VAULT, _GUARDS, _SECRETS = wiring._vault, wiring._guards, wiring._secrets


class Recorder:
    """``used``: function → what it used. ``busy``: DynamoDB refuses every write, as if others were always faster."""

    def __init__(self, environments: Mapping[str, Set[str]]) -> None:
        self.used: dict[str, set[Use]] = defaultdict(set)
        self.busy = False
        self._environments = environments
        self._every_variable = {name for names in environments.values() for name in names}
        self._running: str | None = None
        self._bucket = ""
        self._tables: dict[str, str] = {}

    def watch(self, world: World, patch: pytest.MonkeyPatch) -> None:
        """From here on the functions of a world run as deployed, and are watched."""
        known = {name: wiring._secrets().get(name) for name in SECRETS}
        known["GUARD_SECRET"] = json.dumps(dict(world.guards.keys))
        self._tables = {deployed: name for name, deployed in world.names.items()}
        client = lru_cache(self._client)
        patch.setattr(wiring, "client", client)
        for name, text in known.items():
            client("secretsmanager").create_secret(Name=name, SecretString=text)
            patch.setenv(name, name)
        patch.setenv("DATA_KEY_ID", world.vault._key_id)
        patch.setenv("SCHEDULE_ROLE", f"arn:aws:iam::{MOTO_ACCOUNT}:role/wave-schedules")
        sqs = client("sqs")
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        dead = {
            e.name: sqs.create_queue(QueueName=f"{e.name}-dead-letters")["QueueUrl"]
            for e in FUNCTIONS
            if e.dead_letters
        }
        patch.setenv("QUEUE_URLS", json.dumps(urls))
        patch.setenv("DEAD_LETTER_QUEUE_URLS", json.dumps(dead))
        names: Any = world.names

        def table() -> Table:
            return Table(client("dynamodb"), names, world.clock, sleep=lambda _: None)

        for module in (wiring, relay_outbox, sweep_outbox):
            patch.setattr(module, "table", table)
        for name, real in (("_vault", _VAULT), ("_guards", _GUARDS), ("_secrets", _SECRETS)):
            patch.setattr(wiring, name, real)
        patch.setattr(routes_waves, "archive", wiring.archive)
        patch.setattr(Vault, "open", self._noting(Vault.open))
        self._wrap_handlers(patch)
        _forget_everything()

    def _wrap_handlers(self, patch: pytest.MonkeyPatch) -> None:
        for entry in FUNCTIONS:
            module = importlib.import_module(f"functions.{entry.name}.handler")
            patch.setattr(module, "handler", self._wrapped(entry.name, module.handler))
            if entry.name in apis.HANDLERS:
                patch.setitem(apis.HANDLERS, entry.name, module.handler)
            for queue in entry.queues:
                patch.setitem(scenarios_stage.WORKERS, queue.name, module.handler)
            if entry.name == "partner_api":
                patch.setattr(market, "handler", module.handler)

    def _wrapped(self, function: str, handler: Handler) -> Handler:
        def invoke(event: dict[str, Any], context: Any) -> Any:
            foreign = self._every_variable - self._environments[function]
            hidden = {name: os.environ.pop(name) for name in foreign & set(os.environ)}
            _forget_everything()
            self._running = function
            try:
                return handler(event, context)
            finally:
                self._running = None
                os.environ.update(hidden)
                _forget_everything()

        return invoke

    def _client(self, service: str) -> Any:
        made: Any = boto3.client(service, region_name=REGION, config=wiring.PATIENCE)  # type: ignore[call-overload]
        made.meta.events.register("provide-client-params", self._note)
        made.meta.events.register("provide-client-params.s3.GetObject", self._note_bucket)
        made.meta.events.register("after-call.s3.GetObject", self._note_missing)
        made.meta.events.register("before-call.dynamodb", self._refuse)
        made.meta.events.register("after-call.sqs.ReceiveMessage", _name_sources)
        return made

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._running is not None:
            service = model.service_model.service_name
            self.used[self._running].update(_needs(service, model.name, params, self._tables))

    def _noting(self, opens: Callable[..., str]) -> Callable[..., str]:
        """Opening a sealed field is noted like a call of AWS."""

        def noted(vault: Vault, person_id: str, person_key: str, field: str, sealed: bytes) -> str:
            if self._running is not None:
                self.used[self._running].add((OPENS, field))
            return opens(vault, person_id, person_key, field, sealed)

        return noted

    def _note_missing(self, http_response: Any, **_: Any) -> None:
        """S3 tells that an object is missing only to those who may list; to others it says "access denied"."""
        if self._running is not None and http_response.status_code == 404:
            self.used[self._running].add(("s3:ListBucket", f"bucket {self._bucket}"))

    def _note_bucket(self, params: dict[str, Any], **_: Any) -> None:
        self._bucket = params["Bucket"]

    def _refuse(self, model: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        if not (self.busy and self._running and model.name in WRITES):
            return None
        refused = {"Error": {"Code": "ThrottlingException", "Message": "busy"}, "ResponseMetadata": {}}
        return AWSResponse("", 400, {}, None), refused  # type: ignore[arg-type]


def _needs(service: str, operation: str, params: dict[str, Any], tables: Mapping[str, str]) -> Iterator[Use]:
    match service, operation:
        case "dynamodb", "TransactWriteItems":
            for item in params["TransactItems"]:
                for kind, part in item.items():
                    yield f"dynamodb:{PARTS[kind]}", f"table {tables[part['TableName']]}"
        case "dynamodb", "BatchGetItem" | "BatchWriteItem":
            for name in params["RequestItems"]:
                yield f"dynamodb:{operation}", f"table {tables[name]}"
        case "dynamodb", _:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            yield f"dynamodb:{operation}", f"table {tables[params['TableName']]}{index}"
        case "sqs", _:
            yield f"sqs:{operation.removesuffix('Batch')}", f"queue {params['QueueUrl'].rpartition('/')[2]}"
        case "s3", "GetObject" | "PutObject":
            bucket = params["Bucket"]
            folder = "" if bucket == BUCKET else params["Key"].partition("/")[0] + "/"
            yield f"s3:{operation}", f"bucket {bucket}/{folder}*"
        case "secretsmanager", _:
            yield f"secretsmanager:{operation}", f"secret {params['SecretId'].lower()}"
        case "kms", _:
            yield f"kms:{operation}", "key data" if params["KeyId"] == os.environ["DATA_KEY_ID"] else "another key"
        case "stepfunctions", "StartExecution":
            yield "states:StartExecution", "machine draw_wave"
        case "stepfunctions", "DescribeExecution":
            yield "states:DescribeExecution", "executions draw_wave"
        case "scheduler", _:
            yield f"scheduler:{operation}", f"schedules {params['GroupName']}"
            yield "iam:PassRole", f"role {params['Target']['RoleArn'].rpartition('/')[2]}"
        case _:
            yield f"{service}:{operation}", "unknown"


def _name_sources(parsed: dict[str, Any], **_: Any) -> None:
    """moto does not tell which queue a dead letter came from; AWS does. Here its body is the queue's name."""
    for message in parsed.get("Messages", []):
        arn = f"arn:aws:sqs:{REGION}:{MOTO_ACCOUNT}:{message['Body']}"
        message.setdefault("Attributes", {})["DeadLetterQueueSourceArn"] = arn


def _forget_everything() -> None:
    """What a process keeps between two invocations, but for its clients."""
    for module in [module for name, module in sys.modules.items() if name.startswith(_OURS)]:
        for value in list(vars(module).values()):
            if isinstance(value, _CACHED) and value is not wiring.client:
                value.cache_clear()
