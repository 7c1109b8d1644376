"""DynamoDB and KMS in a dict, for simulations of thousands: moto takes some 20 ms for a call, this some 50 µs.

Only what ``Table`` and ``Vault`` use, and exactly that: the tests of the stores hold this engine to the same promises as
moto and the emulated cloud (tests/contract/test_stores.py). Every call is atomic. What is not known is an error.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from secrets import token_bytes
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

T = TypeVar("T")
Item = dict[str, Any]
Change = tuple[str, Item | None, Item | None]
"""Table, the item before, the item after."""
Test = Callable[[Item, Mapping[str, Any]], bool]

_TOKENS = re.compile(r"\s*([(),]|<>|<=|>=|[=<>]|[#:\w]+)")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


class MemoryDynamoDB:
    """The client that ``Table`` is given. ``calling`` hears of a call before and after it; ``changed``, at once and all
    together, what it has changed, as the stream of a table does later."""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(endpoint_url="memory://")
        self.calling: Callable[[str], None] = lambda _: None
        self.changed: Callable[[Sequence[Change]], None] = lambda _: None
        self.calls = 0
        self._tables: dict[str, dict[str, dict[str, Item]]] = {}
        self._sorted: dict[tuple[str, str], list[str]] = {}
        self._due: dict[tuple[str, str], list[tuple[str, str, str]]] = {}

    def create_table(self, **request: Any) -> None:
        self._tables[request["TableName"]] = {}

    # reads --------------------------------------------------------------------------------------------------------
    def get_item(self, **request: Any) -> dict[str, Any]:
        item = self._called("GetItem", lambda: self._find(request["TableName"], request["Key"]))
        return {} if item is None else {"Item": dict(item)}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        def read() -> dict[str, list[Item]]:
            wanted = request["RequestItems"]
            if sum(len(keys["Keys"]) for keys in wanted.values()) > 100:
                _refuse("ValidationException", "too many keys")
            return {
                name: [dict(item) for key in keys["Keys"] if (item := self._find(name, key)) is not None]
                for name, keys in wanted.items()
            }

        return {"Responses": self._called("BatchGetItem", read), "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        return self._called("Query", lambda: self._by_index(request) if "IndexName" in request else self._page(request))

    def scan(self, **request: Any) -> dict[str, Any]:
        return {"Items": [dict(item) for part in self._tables[request["TableName"]].values() for item in part.values()]}

    def _page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert request["KeyConditionExpression"] == "pk = :pk AND begins_with(sk, :prefix)"
        values, name = request["ExpressionAttributeValues"], request["TableName"]
        pk, prefix = values[":pk"]["S"], values[":prefix"]["S"]
        keys = self._sorted.get((name, pk), [])
        keys = [key for key in keys[bisect_left(keys, prefix) :] if key.startswith(prefix)]
        if not request["ScanIndexForward"]:
            keys.reverse()
        if after := request.get("ExclusiveStartKey"):
            forward, last = request["ScanIndexForward"], after["sk"]["S"]
            keys = [key for key in keys if (key > last if forward else key < last)]
        limit, partition = request["Limit"], self._tables[name].get(pk, {})
        more = len(keys) >= limit  # as DynamoDB, which does not look whether more will follow
        last = {"LastEvaluatedKey": {"pk": {"S": pk}, "sk": {"S": keys[limit - 1]}}} if more else {}
        return {"Items": [dict(partition[key]) for key in keys[:limit]], **last}

    def _by_index(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert request["KeyConditionExpression"] == "due_shard = :shard AND due_at BETWEEN :begin AND :end"
        values, name = request["ExpressionAttributeValues"], request["TableName"]
        begin, end = values[":begin"]["S"], values[":end"]["S"]
        rows, limit = self._due.get((name, values[":shard"]["S"]), []), request["Limit"]
        after = request.get("ExclusiveStartKey")
        start = bisect_left(rows, (after["due_at"]["S"], *_key(after), "") if after else (begin, "", ""))
        items = (self._tables[name][pk][sk] for at, pk, sk in rows[start : start + limit] if at <= end)
        keys = [{key: item[key] for key in ("pk", "sk", "due_shard", "due_at")} for item in items]
        return {"Items": keys, **({"LastEvaluatedKey": keys[-1]} if len(keys) == limit else {})}

    # writes -------------------------------------------------------------------------------------------------------
    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._one("PutItem", "Put", request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._one("UpdateItem", "Update", request)

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        def write() -> dict[str, Any]:
            parts = [(action, body) for one in request["TransactItems"] for action, body in one.items()]
            reasons = [self._reason(action, body) for action, body in parts]
            if any(reason["Code"] != "None" for reason in reasons):
                _refuse("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
            places = [(body["TableName"], _key_of(body)) for _, body in parts]
            if len(set(places)) < len(places):
                _refuse("ValidationException", "one item twice in one transaction")
            self.changed([change for action, body in parts if (change := self._write(action, body)) is not None])
            return {}

        return self._called("TransactWriteItems", write)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        def write() -> dict[str, Any]:
            for name, rows in request["RequestItems"].items():
                for row in rows:
                    self._store(name, _key(row["DeleteRequest"]["Key"]), None)
            return {}

        return self._called("BatchWriteItem", write)

    def _one(self, operation: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        def write() -> dict[str, Any]:
            reason = self._reason(action, body)
            if reason["Code"] != "None":
                item = {"Item": reason["Item"]} if "Item" in reason else {}
                _refuse("ConditionalCheckFailedException", "no", **item)
            change = self._write(action, body)
            self.changed([change] if change else [])
            return {}

        return self._called(operation, write)

    def _reason(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        found = self._find(body["TableName"], body["Item"] if action == "Put" else body["Key"])
        condition = body.get("ConditionExpression")
        if condition is None:
            return {"Code": "None"}
        names, values = body["ExpressionAttributeNames"], body.get("ExpressionAttributeValues", {})
        if _condition(condition, tuple(sorted(names.items())))(found or {}, values):
            return {"Code": "None"}
        whole = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and found is not None
        return {"Code": "ConditionalCheckFailed", **({"Item": dict(found or {})} if whole else {})}

    def _write(self, action: str, body: Mapping[str, Any]) -> Change | None:
        if action == "ConditionCheck":
            return None
        name, key = body["TableName"], _key_of(body)
        before = self._tables[name].get(key[0], {}).get(key[1])
        if action == "Put":
            after: Item | None = dict(body["Item"])
        elif action == "Delete":
            after = None
        else:
            after = _updated(before or dict(body["Key"]), body)
        self._store(name, key, after)
        return name, before, after

    def _store(self, name: str, key: tuple[str, str], item: Item | None) -> None:
        partition = self._tables[name].setdefault(key[0], {})
        order = self._sorted.setdefault((name, key[0]), [])
        before = partition.pop(key[1], None)
        if before is not None and "due_at" in before:
            self._due[name, before["due_shard"]["S"]].remove((before["due_at"]["S"], *key))
        if item is None:
            order[:] = [sk for sk in order if sk != key[1]]
            return
        if before is None:
            insort(order, key[1])
        partition[key[1]] = item
        if "due_at" in item:
            insort(self._due.setdefault((name, item["due_shard"]["S"]), []), (item["due_at"]["S"], *key))

    def _find(self, name: str, key: Mapping[str, Any]) -> Item | None:
        return self._tables[name].get(key["pk"]["S"], {}).get(key["sk"]["S"])

    def _called(self, operation: str, work: Callable[[], T]) -> T:
        self.calls += 1
        self.calling(operation)
        answer = work()
        self.calling(operation)
        return answer


class MemoryKms:
    """Data keys that are "wrapped" by nothing but a name."""

    def __init__(self) -> None:
        self._keys: dict[bytes, bytes] = {}

    def create_key(self) -> dict[str, Any]:
        return {"KeyMetadata": {"KeyId": "key-1"}}

    def generate_data_key(self, **_: Any) -> dict[str, Any]:
        wrapped = token_bytes(16)
        self._keys[wrapped] = token_bytes(32)
        return {"CiphertextBlob": wrapped}

    def decrypt(self, **request: Any) -> dict[str, Any]:
        return {"Plaintext": self._keys[request["CiphertextBlob"]]}


def memory_clients() -> tuple[MemoryDynamoDB, DynamoDBClient, KMSClient]:
    """The engine, and both clients as ``World`` takes them."""
    engine = MemoryDynamoDB()
    return engine, cast("DynamoDBClient", engine), cast("KMSClient", MemoryKms())


def _updated(before: Item, body: Mapping[str, Any]) -> Item:
    """SET a = :a, b = :b REMOVE c, d: all that our parts ever say."""
    names, values = body["ExpressionAttributeNames"], body.get("ExpressionAttributeValues", {})
    sets, _, removes = body["UpdateExpression"].partition("REMOVE ")
    after = dict(before)
    for clause in filter(None, sets.removeprefix("SET ").strip().split(", ")):
        name, value = clause.split(" = ")
        after[names[name]] = values[value]
    for name in filter(None, removes.split(", ")):
        after.pop(names[name], None)
    return after


@cache
def _condition(text: str, names: tuple[tuple[str, str], ...]) -> Test:
    """A condition as boto3 writes it, as a function of item and values."""
    tokens = _TOKENS.findall(text)
    test, rest = _any_of(tokens, dict(names))
    assert not rest, f"{text}: {rest} is not understood"
    return test


def _any_of(tokens: list[str], names: Mapping[str, str]) -> tuple[Test, list[str]]:
    tests, rest = [], ["OR", *tokens]
    while rest and rest[0] == "OR":
        test, rest = _all_of(rest[1:], names)
        tests.append(test)
    return (lambda item, values: any(test(item, values) for test in tests)), rest


def _all_of(tokens: list[str], names: Mapping[str, str]) -> tuple[Test, list[str]]:
    tests, rest = [], ["AND", *tokens]
    while rest and rest[0] == "AND":
        test, rest = _single(rest[1:], names)
        tests.append(test)
    return (lambda item, values: all(test(item, values) for test in tests)), rest


def _single(tokens: list[str], names: Mapping[str, str]) -> tuple[Test, list[str]]:
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        test, rest = _any_of(rest, names)
        assert rest[0] == ")"
        return test, rest[1:]
    if head == "NOT":
        test, rest = _single(rest, names)
        return (lambda item, values: not test(item, values)), rest
    if head in ("attribute_exists", "attribute_not_exists"):
        name, wanted = names[rest[1]], head == "attribute_exists"
        return (lambda item, _: (name in item) is wanted), rest[3:]
    name, operator = names[head], rest[0]
    if operator == "IN":
        end = rest.index(")")
        among = [token for token in rest[2:end] if token != ","]
        return (lambda item, values: item.get(name) in [values[one] for one in among]), rest[end + 1 :]
    compare, value = _COMPARE[operator], rest[1]
    return (lambda item, values: _compared(compare, operator, item.get(name), values[value])), rest[2:]


def _compared(compare: Callable[[Any, Any], bool], operator: str, found: Any, value: Mapping[str, Any]) -> bool:
    """A missing attribute equals nothing; values of different types have no order."""
    if found is None or found.keys() != value.keys():
        return operator == "<>"
    ((kind, left),), (right,) = found.items(), value.values()
    return compare(int(left), int(right)) if kind == "N" else compare(left, right)


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _key_of(body: Mapping[str, Any]) -> tuple[str, str]:
    return _key(body["Item"] if "Item" in body else body["Key"])


def _refuse(code: str, message: str, **more: Any) -> NoReturn:
    raise ClientError(cast("Any", {"Error": {"Code": code, "Message": message}, **more}), "memory")
