"""Reading the sparse index of work with a time: the half of ``Table`` that sweeps use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prakerja.platform.access_patterns import DUE_INDEX, Pattern, TableName
from prakerja.platform.clock import Clock, from_text, to_text
from prakerja.platform.parts import Item, from_item, to_attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARES = 1_000_000


def typed(key: Mapping[str, str]) -> dict[str, Any]:
    """Text attributes as DynamoDB takes them."""
    return {name: to_attribute(value) for name, value in key.items()}


class DueIndex:
    """What is due in a shard. All reads are of an index, which follows its table a little later."""

    def __init__(self, client: DynamoDBClient, names: Mapping[TableName, str], clock: Clock) -> None:
        self._client = client
        self._names = names
        self._clock = clock

    def due(self, pattern: Pattern, shard: str, before: str, *, limit: int = 100) -> list[dict[str, str]]:
        """Key parts of items of ``shard`` ("IDENTITY#03") that are due before a time; index read, so maybe stale.

        The oldest ones. Are there more than ``limit``, then half of the answer begins somewhere later, each minute
        elsewhere: items that nobody can finish must not hide for ever what became due after them.
        """
        oldest = self._due_from(pattern, shard, "", before, limit)
        if len(oldest) < limit or limit < 2:
            return [pattern.parse(item) for item in oldest]
        head = oldest[: limit // 2]
        begin, end = from_text(oldest[-1]["due_at"]), from_text(before)
        later = begin + (end - begin) * self._minute_share() // SHARES
        rest = self._due_from(pattern, shard, to_text(later), before, limit - len(head))
        keys = {item["pk"] + item["sk"]: item for item in (*head, *rest)}
        return [pattern.parse(item) for item in keys.values()]

    def due_page(
        self, pattern: Pattern, shard: str, begin: str, end: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[list[dict[str, str]], str | None]:
        """Key parts of the items of ``shard`` due from ``begin`` to ``end``, both included, page by page.

        The second answer is where the page ended, to go on ``after`` (None: no more). Index read, so maybe stale.
        """
        items, last = self._due_query(pattern, shard, begin, end, limit, after)
        return [pattern.parse(item) for item in items], last

    def due_exactly(
        self, pattern: Pattern, shard: str, at: str, *, after: Mapping[str, str] | None = None, limit: int = 25
    ) -> list[dict[str, str]]:
        """Key parts of items of ``shard`` due at one very moment, from ``after`` one of them on; index read, maybe stale."""
        key = pattern.key(**after) if after is not None else None
        start = "|".join((at, key["pk"], key["sk"])) if key else None
        return self.due_page(pattern, shard, at, at, after=start, limit=limit)[0]

    def next_due(self, pattern: Pattern, shard: str, begin: str, end: str) -> str | None:
        """When the first item of ``shard`` is due from ``begin`` to ``end``, both included (stored text); None: none is."""
        items, _ = self._due_query(pattern, shard, begin, end, 1)
        return str(items[0]["due_at"]) if items else None

    def _due_from(self, pattern: Pattern, shard: str, begin: str, before: str, limit: int) -> list[Item]:
        items, _ = self._due_query(pattern, shard, begin or " ", before, limit)
        return [item for item in items if item["due_at"] != before]

    def _due_query(
        self, pattern: Pattern, shard: str, begin: str, end: str, limit: int, after: str | None = None
    ) -> tuple[list[Item], str | None]:
        extra: dict[str, Any] = {}
        if after is not None:
            due_at, pk, sk = after.split("|")
            extra["ExclusiveStartKey"] = typed({"pk": pk, "sk": sk, "due_shard": shard, "due_at": due_at})
        answer = self._client.query(
            TableName=self._names[pattern.table],
            IndexName=DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at BETWEEN :begin AND :end",
            ExpressionAttributeValues=typed({":shard": shard, ":begin": begin, ":end": end}),
            Limit=limit,
            **extra,
        )
        last = answer.get("LastEvaluatedKey")
        ended = "|".join(last[name]["S"] for name in ("due_at", "pk", "sk")) if last else None
        return [from_item(item) for item in answer["Items"]], ended

    def _minute_share(self) -> int:
        """Of ``SHARES``: jumps through an interval so that all of it is visited soon (golden section)."""
        minutes = int(self._clock.wall().timestamp()) // 60
        return minutes * 618_034 % SHARES
