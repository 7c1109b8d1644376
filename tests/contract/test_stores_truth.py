"""What both engines must refuse, repeat and explain as DynamoDB does, because our code leans on it.

An engine that is known to differ is named with the difference; there is no other reason to leave a test out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from prakerja.platform.access_patterns import DUE_INDEX
from tests.support.cloud import Cloud
from tests.support.moto_truth import DIFFERENCES, truthful
from tests.support.world import World, new_world

TABLE = "programme"


class Engine:
    """A bare DynamoDB client and one table."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.client, self.name = world, world.client, name
        self.table = world.names[TABLE]

    def key(self, me: str) -> dict[str, Any]:
        return {"pk": {"S": me}, "sk": {"S": "X"}}

    def put(self, me: str, **attributes: dict[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self.table, "Item": {**self.key(me), **attributes}}}

    def write(self, *items: dict[str, Any], **options: Any) -> Any:
        return self.client.transact_write_items(TransactItems=list(items), **options)  # type: ignore[arg-type]

    def read(self, me: str) -> dict[str, Any] | None:
        answer = self.client.get_item(TableName=self.table, Key=self.key(me), ConsistentRead=True)
        return dict(answer["Item"]) if "Item" in answer else None

    def differs(self, difference: str, *engines: str) -> None:
        """Leave the test out on these engines. The difference must be on the list."""
        reason = DIFFERENCES[difference]
        if self.name in engines:
            pytest.skip(reason)


@pytest.fixture(scope="module")
def moto() -> Iterator[Engine]:
    with mock_aws(), truthful():
        yield Engine(new_world(), "moto")


@pytest.fixture(scope="module")
def ministack(cloud: Cloud) -> Engine:
    return Engine(World(cloud.client("dynamodb"), cloud.client("kms"), prefix="truth-"), "ministack")


@pytest.fixture(params=["moto", pytest.param("ministack", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def me(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


@pytest.fixture
def token(me: str) -> str:
    return sha256(me.encode()).hexdigest()[:36]


def refused(code: str, call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return dict(caught.value.response)


def test_a_transaction_with_the_same_token_counts_once(engine: Engine, me: str, token: str) -> None:
    add = {
        "Update": {
            "TableName": engine.table,
            "Key": engine.key(me),
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for _ in range(3):
        engine.write(add, ClientRequestToken=token)
    found = engine.read(me)
    assert found is not None
    assert found["n"] == {"N": "1"}
    engine.write(add)
    found = engine.read(me)
    assert found is not None
    assert found["n"] == {"N": "2"}


def test_a_token_belongs_to_one_request(engine: Engine, me: str, token: str) -> None:
    engine.write(engine.put(me, n={"N": "1"}), ClientRequestToken=token)
    other = engine.put(me, n={"N": "2"})
    refused("IdempotentParameterMismatchException", lambda: engine.write(other, ClientRequestToken=token))
    found = engine.read(me)
    assert found is not None
    assert found["n"] == {"N": "1"}


def test_a_repeat_after_a_lost_answer_is_not_a_failed_condition(engine: Engine, me: str, token: str) -> None:
    """The SDK sends a request whose answer was lost again, with the same token."""

    once = {
        "Put": {
            **engine.put(me, n={"N": "1"})["Put"],
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }
    engine.write(once, ClientRequestToken=token)
    engine.write(once, ClientRequestToken=token)
    reasons = refused("TransactionCanceledException", lambda: engine.write(once))["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed"]


def test_reasons_stand_in_the_order_of_the_parts_and_show_what_was_found(engine: Engine, me: str) -> None:
    engine.write(engine.put(me, n={"N": "7"}))
    missing = {
        "ConditionCheck": {
            "TableName": engine.table,
            "Key": engine.key(me + "-none"),
            "ConditionExpression": "attribute_exists(pk)",
        }
    }
    taken = {
        "Put": {
            **engine.put(me)["Put"],
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    answer = refused("TransactionCanceledException", lambda: engine.write(engine.put(me + "-fine"), missing, taken))
    first, second, third = answer["CancellationReasons"]
    assert [first["Code"], second["Code"], third["Code"]] == [
        "None",
        "ConditionalCheckFailed",
        "ConditionalCheckFailed",
    ]
    assert third["Item"]["n"] == {"N": "7"}
    assert engine.read(me + "-fine") is None


def test_what_does_not_fit_is_refused(engine: Engine, me: str) -> None:
    large = {"S": "x" * 300_000}
    wrong: list[tuple[dict[str, Any], ...]] = [
        (engine.put(me, n={"N": "1" * 39}),),
        (engine.put(me, due_shard={"N": "1"}, due_at={"S": "2026"}),),
        (engine.put(me, due_shard={"S": ""}, due_at={"S": "2026"}),),
        (engine.put(me, n={"S": "x" * 410_000}),),
        (engine.put(me), engine.put(me)),
        tuple(engine.put(f"{me}-{number}", n=large) for number in range(15)),
        ({"Put": {**engine.put(me)["Put"], "ExpressionAttributeNames": {"#a": "a"}}},),
        ({"Put": {**engine.put(me)["Put"], "ExpressionAttributeValues": {":a": {"S": "a"}}}},),
    ]
    for items in wrong:
        with pytest.raises(ClientError, match=r"ValidationException|TransactionCanceledException"):
            engine.write(*items)
    assert engine.read(me) is None


def test_batches_have_their_limits(engine: Engine, me: str) -> None:
    keys = [engine.key(f"{me}-{number}") for number in range(101)]
    deletes = [{"DeleteRequest": {"Key": key}} for key in keys]
    refused(
        "ValidationException",
        lambda: engine.client.batch_write_item(RequestItems={engine.table: deletes[:26]}),  # type: ignore[dict-item]
    )
    refused("ValidationException", lambda: engine.client.batch_get_item(RequestItems={engine.table: {"Keys": keys}}))
    twice: Any = {engine.table: {"Keys": [keys[0], keys[0]]}}
    refused("ValidationException", lambda: engine.client.batch_get_item(RequestItems=twice))


def test_an_index_cannot_be_read_consistently(engine: Engine) -> None:
    refused(
        "ValidationException",
        lambda: engine.client.query(
            TableName=engine.table,
            IndexName=DUE_INDEX,
            ConsistentRead=True,
            KeyConditionExpression="due_shard = :s",
            ExpressionAttributeValues={":s": {"S": "PAYOUT#00"}},
        ),
    )


def test_a_filter_cannot_name_a_key(engine: Engine) -> None:
    engine.differs("keys in filters", "ministack")
    refused(
        "ValidationException",
        lambda: engine.client.query(
            TableName=engine.table,
            KeyConditionExpression="pk = :p",
            FilterExpression="sk = :p",
            ExpressionAttributeValues={":p": {"S": "x"}},
        ),
    )


def test_units_of_a_transaction_are_counted(engine: Engine, me: str) -> None:
    engine.differs("units", "moto")
    answer = engine.write(engine.put(me), engine.put(me + "-2"), ReturnConsumedCapacity="INDEXES")
    assert [(row["TableName"], row["CapacityUnits"]) for row in answer["ConsumedCapacity"]] == [(engine.table, 4.0)]
