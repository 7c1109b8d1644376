"""The only door to DynamoDB: strongly consistent reads, and one conditional write per command: all its items, or none.

Failed conditions are decided on (each maps to the problem of its part); conflicts and throttling are retried here with
growing, jittered pauses. The two are never mixed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from prakerja.platform.access_patterns import Pattern, TableName
from prakerja.platform.clock import Clock, to_text
from prakerja.platform.due_index import DueIndex, typed
from prakerja.platform.ids import RandomIds
from prakerja.platform.outbox import Message, Outgoing, outbox_parts
from prakerja.platform.parts import COMMIT, Item, Part, from_item, marked
from prakerja.platform.problems import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETRIED_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
RETRIED_ERRORS = frozenset(
    {
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)
ATTEMPTS = 6
FIRST_PAUSE_MS = 20


@dataclass(frozen=True)
class Outcome:
    """What ``commit`` did. ``repeated``: this very intent was committed before, nothing was written now."""

    repeated: bool = False
    found: Item | None = None
    """The item that the earlier commit left, if repeated."""


@dataclass(frozen=True)
class Page:
    """Some items in key order, and the sort key after which the next page starts (None: no more)."""

    items: tuple[Item, ...]
    after: str | None


class Table(DueIndex):
    """The three tables behind one door. ``names`` maps people, programme, evidence to deployed names."""

    def __init__(
        self,
        client: DynamoDBClient,
        names: Mapping[TableName, str],
        clock: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(client, names, clock)
        self._sleep = sleep

    # load ---------------------------------------------------------------------------------------------------------
    def get(self, pattern: Pattern, *, consistent: bool = True, **key: str | int) -> Item | None:
        """One item, or None."""
        answer = self._client.get_item(
            TableName=self._names[pattern.table], Key=typed(pattern.key(**key)), ConsistentRead=consistent
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def batch_get(self, *wanted: tuple[Pattern, Mapping[str, str | int]], consistent: bool = True) -> list[Item | None]:
        """Several items in one call, in the order asked for; None where there is none. At most 100."""
        keys = [(self._names[pattern.table], pattern.key(**parts)) for pattern, parts in wanted]
        pending: dict[str, Any] = {}
        for name, key in dict.fromkeys((name, tuple(sorted(key.items()))) for name, key in keys):
            pending.setdefault(name, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(typed(dict(key)))
        found: dict[tuple[str, str, str], Item] = {}
        for attempt in range(ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=pending)
            for name, items in answer["Responses"].items():
                for item in map(from_item, items):
                    found[name, item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return [found.get((name, key["pk"], key["sk"])) for name, key in keys]
            self._pause(attempt)
        raise Unavailable(retry_after=5)

    def query(
        self,
        pattern: Pattern,
        *,
        consistent: bool = True,
        limit: int = 100,
        after: str | None = None,
        descending: bool = False,
        **parts: str | int,
    ) -> Page:
        """Items of one partition whose sort key starts as far as ``parts`` reach, from after sort key ``after``."""
        prefix = pattern.sort_prefix(**parts)
        values = {":pk": {"S": pattern.partition(**parts)}, ":prefix": {"S": prefix}}
        extra: dict[str, Any] = {}
        if after is not None:
            extra["ExclusiveStartKey"] = typed({"pk": pattern.partition(**parts), "sk": after})
        answer = self._client.query(
            TableName=self._names[pattern.table],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=values,
            ConsistentRead=consistent,
            Limit=limit,
            ScanIndexForward=not descending,
            **extra,
        )
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(from_item(item) for item in answer["Items"]), last["sk"]["S"] if last else None)

    def query_all(self, pattern: Pattern, *, consistent: bool = True, **parts: str | int) -> Iterable[Item]:
        """Every item of a partition, page by page. For workers, never in a request path."""
        after: str | None = None
        while True:
            page = self.query(pattern, consistent=consistent, limit=1000, after=after, **parts)  # type: ignore[arg-type]
            yield from page.items
            if page.after is None:
                return
            after = page.after

    # commit -------------------------------------------------------------------------------------------------------
    def commit(self, *parts: Part, outbox: Sequence[Message | Outgoing] = ()) -> Outcome:
        """Write all parts and the outbox rows of ``outbox`` in one transaction, or nothing; a single part without one.

        Answers ``repeated`` if a ``put_new`` met an item with its own fingerprint (and none met another's). Otherwise
        raises the ``error`` of a part whose condition failed: of one that met another intent's item before all others,
        then in the order given. Raises Unavailable if the tables stay busy.
        """
        now = to_text(self._clock.wall())
        everything = [*parts, *outbox_parts(outbox, now)]
        if len(everything) > 100:
            raise ValueError(f"{len(everything)} items do not fit into one transaction")
        if len(everything) == 1 and everything[0].action in ("Put", "Update"):
            return self._write(everything[0])
        request: Any = [self._request(part) for part in everything]
        token = RandomIds().new()  # one for all tries: a try that is still in progress, or done unheard, counts once
        try:
            self._patiently(lambda: self._client.transact_write_items(TransactItems=request, ClientRequestToken=token))
        except ClientError as error:
            return self._decide(everything, error.response.get("CancellationReasons", []), error)
        return Outcome()

    def forget(self, pattern: Pattern, keys: Sequence[Mapping[str, str]]) -> None:
        """Delete up to 25 rows whose work is done (outbox rows). Deleting twice does no harm."""
        name = self._names[pattern.table]
        pending: dict[str, Any] = {name: [{"DeleteRequest": {"Key": typed(key)}} for key in keys]}
        for attempt in range(ATTEMPTS):
            pending = self._client.batch_write_item(RequestItems=pending).get("UnprocessedItems") or {}
            if not pending:
                return
            self._pause(attempt)
        raise Unavailable(retry_after=5)

    def _write(self, part: Part) -> Outcome:
        """One item, at half the price of a transaction.

        A transaction's token would make a repeat after a lost answer harmless; here it is a name left on the item.
        """
        commit_id = RandomIds().new()
        request = {"TableName": self._names[part.pattern.table], **marked(part, commit_id)}
        if "ConditionExpression" in request:
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        write: Any = self._client.put_item if part.action == "Put" else self._client.update_item
        try:
            self._patiently(lambda: write(**request))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            found: dict[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
            if from_item(found).get(COMMIT) != commit_id:
                return self._decide([part], [{"Code": "ConditionalCheckFailed", "Item": found}], error)
        return Outcome()

    def _patiently(self, write: Callable[[], object]) -> None:
        """Write, again while the tables are busy. Raises the ClientError that no repeat would mend, or Unavailable."""
        for attempt in range(ATTEMPTS):
            try:
                write()
                return
            except ClientError as error:
                if not self._must_retry(error):
                    raise
            self._pause(attempt)
        raise Unavailable(retry_after=5)

    def _request(self, part: Part) -> dict[str, Any]:
        body = {"TableName": self._names[part.pattern.table], **part.request}
        if "ConditionExpression" in body:
            body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD" if part.fingerprint else "NONE"
        return {part.action: body}

    @staticmethod
    def _must_retry(error: ClientError) -> bool:
        code = error.response["Error"]["Code"]
        if code != "TransactionCanceledException":
            return code in RETRIED_ERRORS
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        return bool(reasons & RETRIED_REASONS) and "ConditionalCheckFailed" not in reasons

    @staticmethod
    def _decide(parts: Sequence[Part], reasons: Sequence[Mapping[str, Any]], error: ClientError) -> Outcome:
        failed = [
            (part, reason)
            for part, reason in zip(parts, reasons, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        ]
        repeated: Item | None = None
        for part, reason in failed:
            if part.fingerprint:
                found = from_item(reason["Item"]) if reason.get("Item") else {}
                if found.get("fingerprint") != part.fingerprint:
                    raise part.error from error
                repeated = repeated or found
        if repeated is not None:
            return Outcome(repeated=True, found=repeated)
        if failed:
            raise failed[0][0].error from error
        raise error

    def _pause(self, attempt: int) -> None:
        ceiling = FIRST_PAUSE_MS * 2**attempt
        self._sleep((ceiling / 2 + secrets.randbelow(ceiling)) / 1000)
