"""moto, made to tell the truth about what this system relies on.

``truthful()`` stands around moto's answering of every AWS call. What AWS does and moto 5.2 does not:

====================================  ===============================  =========================================
on AWS                                in moto                          here
====================================  ===============================  =========================================
a TransactWriteItems with a token     applied again                    answered again, nothing is written
seen before changes nothing
the same token for another request    accepted                         IdempotentParameterMismatch
calls on one item happen in turn      threads overwrite each other     one lock around each call
a number has at most 38 digits        accepted                         ValidationException
an index key is text if declared so   a put may store anything         ValidationException
a transaction has at most 4 MB        accepted                         ValidationException
a batch write has at most 25 items    accepted                         ValidationException
unused expression values              accepted                         ValidationException
a filter must not name a key          accepted                         ValidationException
====================================  ===============================  =========================================

``DIFFERENCES`` lists what stays different from AWS on one of the engines; tests that meet one of them say so by name.
``tamper`` is where the chaos tests put their faults: it is called in the place of every answer, with the answerer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

DIFFERENCES = {
    "conflicts": "neither engine ever answers TransactionConflict; tests put it in the engine's place",
    "units": "moto counts no consumed units for transactions; they are measured on ministack",
    "expiry": "neither engine removes expired items; readers judge expires_at themselves, as they must on AWS",
    "index delay": "on both engines an index follows its table at once; on AWS a little later",
    "keys in filters": "ministack lets a filter name a key; on AWS and here that is refused",
}

MAX_DIGITS = 38
MAX_TRANSACTION = 4 * 1024 * 1024
MAX_BATCH = 25

Answer = Callable[[], AWSResponse | None]
Tamper = Callable[[str, AWSPreparedRequest, Answer], AWSResponse | None]

_DIGITS = re.compile(r'"N": "-?([0-9.]+)')
_VALUE = re.compile(r":\w+")
_KEYS = frozenset({"pk", "sk"})
_INDEX_KEYS = frozenset({"due_shard", "due_at"})


class Truth:
    """What moto forgets, and the one place that all its answers pass."""

    def __init__(self) -> None:
        self.tamper: Tamper | None = None
        self._lock = RLock()
        self._seen: dict[str, tuple[str, bytes]] = {}

    def answer(self, stock: Answer, request: AWSPreparedRequest) -> AWSResponse | None:
        """moto's answer (``stock``) to one HTTP request, or the one that AWS would give instead."""
        operation = operation_of(request)
        if self.tamper is None:
            return self._true_answer(stock, request, operation)
        return self.tamper(operation, request, partial(self._true_answer, stock, request, operation))

    def _true_answer(self, stock: Answer, request: AWSPreparedRequest, operation: str) -> AWSResponse | None:
        with self._lock:
            if not operation.startswith("dynamodb."):
                return stock()
            text = _text(request.body)
            body = json.loads(text)
            for complaint in _complaints(operation, body, text):
                return refusal(request, "ValidationException", complaint)
            token = body.pop("ClientRequestToken", None) if operation == "dynamodb.TransactWriteItems" else None
            return self._once(token, json.dumps(body), request, stock) if token else stock()

    def _once(self, token: str, intent: str, request: AWSPreparedRequest, stock: Answer) -> AWSResponse | None:
        if token in self._seen:
            before, content = self._seen[token]
            if before != intent:
                return refusal(request, "IdempotentParameterMismatchException", "another request had this token")
            return response(request, 200, {}, content)
        answer = stock()
        if answer is not None and answer.status_code == 200:  # a refused transaction is judged anew
            self._seen[token] = intent, answer.content
        return answer


@contextmanager
def truthful() -> Iterator[Truth]:
    """Stand around moto for a while. Inside ``mock_aws()``."""
    truth = Truth()
    stock = BotocoreStubber.__call__

    def call(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **more: Any) -> Any:
        if not stubber.enabled or not request.url.startswith("https://"):
            return stock(stubber, event_name, request, **more)
        return truth.answer(partial(stock, stubber, event_name, request, **more), request)

    with mock.patch.object(BotocoreStubber, "__call__", call):
        yield truth


def operation_of(request: AWSPreparedRequest) -> str:
    """``dynamodb.TransactWriteItems``; for services that name no operation ``s3.PUT``."""
    service = re.sub(r"^https://(?:[^/]*\.)?([a-z0-9-]+)\.[a-z0-9-]+\.amazonaws.*$", r"\1", request.url)
    target = request.headers.get("X-Amz-Target")
    return f"{service}.{_text(target).rpartition('.')[2] if target else request.method}"


def refusal(request: AWSPreparedRequest, kind: str, message: str, **more: Any) -> AWSResponse:
    """An error of DynamoDB."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": message, **more}
    return response(request, 400, {"x-amzn-errortype": kind}, json.dumps(body).encode())


def response(request: AWSPreparedRequest, status: int, headers: dict[str, str], content: bytes) -> AWSResponse:
    """An answer, as moto makes them."""
    return AWSResponse(request.url, status, headers, MockRawResponse(content))  # type: ignore[arg-type]


def _complaints(operation: str, body: dict[str, Any], text: str) -> Iterator[str]:
    for digits in _DIGITS.findall(text):
        if len(digits.replace(".", "").strip("0")) > MAX_DIGITS:
            yield "Attempting to store more than 38 significant digits in a Number"
    if operation == "dynamodb.BatchWriteItem" and sum(map(len, body["RequestItems"].values())) > MAX_BATCH:
        yield "Too many items requested for the BatchWriteItem call"
    if operation == "dynamodb.TransactWriteItems" and len(text) > MAX_TRANSACTION:
        yield "Transaction request cannot exceed 4MB"
    if operation == "dynamodb.Query" and _KEYS & set(
        re.findall(r"[\w#]+", _named(body.get("FilterExpression", ""), body))
    ):
        yield "Filter Expression can only contain non-primary key attributes"
    for part in _parts(operation, body):
        expressions = "".join(str(value) for name, value in part.items() if name.endswith("Expression"))
        unused = set(part.get("ExpressionAttributeValues", {})) - set(_VALUE.findall(expressions))
        if unused:
            yield f"Value provided in ExpressionAttributeValues unused in expressions: keys: {sorted(unused)}"
        wrong = [name for name in _INDEX_KEYS & set(part.get("Item", {})) if "S" not in part["Item"][name]]
        if wrong:
            yield f"One or more parameter values were invalid: Type mismatch for Index Key {wrong[0]}"


def _parts(operation: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    if operation == "dynamodb.TransactWriteItems":
        return [request for item in body["TransactItems"] for request in item.values()]
    if operation == "dynamodb.BatchWriteItem":
        return [request for requests in body["RequestItems"].values() for item in requests for request in item.values()]
    return [body]


def _named(expression: str, body: dict[str, Any]) -> str:
    names = body.get("ExpressionAttributeNames", {})
    return re.sub(r"#\w+", lambda match: str(names.get(match[0], match[0])), expression)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "{}")
