"""A small world for tests: the three tables as they are deployed, a vault, a fixed clock, and the messages sent.

``World.platform`` is what commands take. ``World.messages()`` lists what waits in the outbox; ``World.take()`` removes
and returns it, as the relay would. The tables come from the same declaration as the deployed ones.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from moto.backends import get_backend

from prakerja.platform import Platform
from prakerja.platform.access_patterns import DATA_KEY, DUE_INDEX, OUTBOX, OUTBOX_SHARDS, TABLES, Pattern
from prakerja.platform.parts import delete, from_item, put_new, update
from prakerja.platform.relay import Row
from prakerja.platform.settings import Settings
from prakerja.platform.table import Table
from prakerja.platform.vault import Guards, Vault
from tests.support import moto_swift as moto_swift
from tests.support.clock import FixedClock
from tests.support.ids import CountingIds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

REGION = "ap-southeast-3"
MOTO_ACCOUNT = "123456789012"


def create_tables(client: DynamoDBClient, prefix: str) -> dict[str, str]:
    """The three tables under ``prefix``; answers logical name → real name."""
    for name, spec in TABLES.items():
        attributes = ["pk", "sk", *(["due_shard", "due_at"] if spec.due_index else [])]
        indexes: dict[str, Any] = {}
        if spec.due_index:
            indexes["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": DUE_INDEX,
                    "KeySchema": [
                        {"AttributeName": "due_shard", "KeyType": "HASH"},
                        {"AttributeName": "due_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ]
        client.create_table(
            TableName=f"{prefix}{name}",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
            **indexes,
        )
    return {name: f"{prefix}{name}" for name in TABLES}


@dataclass
class Sent:
    """A message as its consumer gets it."""

    topic: str
    queues: list[str]
    body: dict[str, Any]
    delay_seconds: int


class World:
    """Everything a command touches, on a given DynamoDB and KMS."""

    def __init__(self, dynamodb: DynamoDBClient, kms: KMSClient, *, prefix: str = "test-", seed: str = "test") -> None:
        self.client = dynamodb
        self.names = create_tables(dynamodb, prefix)
        self.clock = FixedClock()
        self.table = Table(dynamodb, self.names, self.clock, sleep=lambda _: None)  # type: ignore[arg-type]
        self.guards = Guards({"h1": "guard key for tests"})
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        self.vault = Vault(kms, key_id, self.clock, self._load_wrapped, self._save_wrapped)
        self.settings = Settings.from_environment(
            {
                "STAGE": "local",
                "TABLE_PEOPLE": self.names["people"],
                "TABLE_PROGRAMME": self.names["programme"],
                "TABLE_EVIDENCE": self.names["evidence"],
            }
        )
        self.platform = Platform(
            self.table, self.clock, CountingIds(seed), self.settings, vault=self.vault, guards=self.guards
        )

    def with_settings(self, **changes: Any) -> Platform:
        """The platform with some settings changed."""
        return replace(self.platform, settings=self.settings.model_copy(update=changes))

    def messages(self) -> list[Sent]:
        """What waits in the outbox, oldest first."""
        return [
            Sent(message.topic, list(row.queues), json.loads(message.body), message.delay_seconds)
            for row in self._rows()
            for message in row.messages
        ]

    def take(self, topic: str | None = None) -> list[Sent]:
        """Remove and return what waits (of one topic), as the relay would."""
        taken = [message for message in self.messages() if topic in (None, message.topic)]
        for row in self._rows():
            left = [vars(message) for message in row.messages if topic not in (None, message.topic)]
            key: dict[str, Any] = dict(OUTBOX.parse({"pk": row.pk, "sk": row.sk}))
            self.table.commit(update(OUTBOX, set={"messages": left}, **key) if left else delete(OUTBOX, **key))
        return taken

    def _rows(self) -> list[Row]:
        found = [row for shard in range(OUTBOX_SHARDS) for row in self.table.query_all(OUTBOX, shard=f"{shard:02d}")]
        return sorted(map(Row.of, found), key=lambda row: row.sk)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, for comparing worlds. Read from moto's own memory where that is the engine: its answers
        to scans cost a hundred times more than looking."""
        found: list[dict[str, Any]]
        if "amazonaws.com" in self.client.meta.endpoint_url:
            held = get_backend("dynamodb")[MOTO_ACCOUNT][REGION].get_table(self.names[table])
            found = [{name: _typed(value) for name, value in item.attrs.items()} for item in held.all_items()]
        else:
            found = list(self._scanned(self.names[table]))
        return sorted((from_item(item) for item in found), key=lambda item: (item["pk"], item["sk"]))

    def _scanned(self, name: str) -> Iterator[dict[str, Any]]:
        """A page at a time: a table may be larger than an answer."""
        start: dict[str, Any] = {}
        while True:
            page: Any = self.client.scan(TableName=name, ConsistentRead=True, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def plant(self, pattern: Pattern, item: Mapping[str, Any], **key: str | int) -> None:
        """Put an item in place as it would be stored."""
        self.table.commit(put_new(pattern, item, **key))  # type: ignore[arg-type]

    def _load_wrapped(self, kid: str) -> bytes | None:
        item = self.table.get(DATA_KEY, kid=kid)
        return item["wrapped"] if item else None

    def _save_wrapped(self, kid: str, wrapped: bytes) -> bytes:
        self.table.commit(put_new(DATA_KEY, {"wrapped": wrapped}, kid=kid))
        return wrapped


def new_world(seed: str = "test") -> World:
    """A world on moto, for tests that make many; call it inside ``mock_aws()``."""
    session = _session()
    return World(session.client("dynamodb"), session.client("kms"), seed=seed)


@cache
def _session() -> boto3.Session:
    """One for all worlds: the default session is forgotten with each ``mock_aws()``, and with it botocore's models, which
    take longer to read than a small test to run."""
    return boto3.Session("testing", "testing", region_name=REGION)


def _typed(value: Any) -> dict[str, Any]:
    """moto's value as DynamoDB would write it."""
    if value.type == "M":
        return {"M": {name: _typed(inner) for name, inner in value.value.items()}}
    if value.type == "L":
        return {"L": [_typed(inner) for inner in value.value]}
    if value.type == "B":
        return {"B": value.value if isinstance(value.value, bytes) else base64.b64decode(value.value)}
    return {value.type: value.value}
