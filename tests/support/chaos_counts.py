"""What commands cost: calls to DynamoDB, items in transactions, and the units that DynamoDB says it took.

Units are asked for with every call (``ReturnConsumedCapacity``) and are told only by an engine that counts them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

READS = frozenset({"GetItem", "BatchGetItem", "Query"})
WHOLE = re.compile(r"(WAVE|RUN|APPROVAL)#[^#]+")
"""Partitions of what is there once for a wave or a run. Their shards ("WAVE#…#S07") hold a row for each person."""
BESIDE = ("OUTBOX#", "EVIDENCE#")
"""What is written beside something, and belongs to that."""
KEPT_IN_MEMORY = ("DATA_KEY#", "SCHEME#", "KEYS#", "CHANNEL#")
"""Items that a process reads once for all that it does in the next seconds or minutes; no command is charged with them."""


@dataclass
class Cost:
    """Of one command, or of many: ``calls`` by operation, ``items`` written, units read and written."""

    calls: Counter[str] = field(default_factory=Counter)
    items: list[int] = field(default_factory=list)
    """Of each transaction."""
    keys: set[tuple[str, str]] = field(default_factory=set)
    """Of all items that transactions wrote."""
    read_units: float = 0
    write_units: float = 0
    whole_read_units: float = 0
    whole_write_units: float = 0
    """Of these: by calls about nothing but a wave or a run as a whole, the same however many people are in it."""

    def __iadd__(self, other: Cost) -> Cost:
        self.calls.update(other.calls)
        self.items += other.items
        self.keys |= other.keys
        self.read_units += other.read_units
        self.write_units += other.write_units
        self.whole_read_units += other.whole_read_units
        self.whole_write_units += other.whole_write_units
        return self

    @property
    def reads(self) -> int:
        """Calls that read."""
        return sum(count for name, count in self.calls.items() if name in READS)

    @property
    def writes(self) -> int:
        """Calls that write."""
        return sum(self.calls.values()) - self.reads

    def row(self) -> dict[str, Any]:
        """For a report."""
        return {
            "calls": dict(self.calls),
            "items": self.items,
            "read_units": self.read_units,
            "write_units": self.write_units,
            "of a wave or a run as a whole": {
                "read_units": self.whole_read_units,
                "write_units": self.whole_write_units,
            },
        }


@contextmanager
def counted(client: Any) -> Iterator[Cost]:
    """Count what a DynamoDB client does meanwhile."""
    cost = Cost()

    def ask(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any] | None:
        one = params.get("Key") or params.get("Item")
        keys = {one["pk"]["S"]} if one else {pk for pk, _ in _written(params)}
        context["kept_in_memory"] = bool(keys) and all(pk.startswith(KEPT_IN_MEMORY) for pk in keys)
        if context["kept_in_memory"]:
            return None
        subjects = [pk for pk in keys if not pk.startswith(BESIDE)]
        context["whole"] = bool(subjects) and all(map(WHOLE.fullmatch, subjects))
        if model.name == "TransactWriteItems":
            cost.items.append(len(params["TransactItems"]))
            cost.keys |= _written(params)
        if model.name == "BatchGetItem":
            cost.read_units += sum(_batch_units(wanted) for wanted in params["RequestItems"].values())
        takes = model.input_shape is not None and "ReturnConsumedCapacity" in model.input_shape.members
        return {**params, "ReturnConsumedCapacity": "INDEXES"} if takes else None

    def note(parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if context.get("kept_in_memory"):
            return
        cost.calls[model.name] += 1
        told = parsed.get("ConsumedCapacity", [])
        units = sum(row.get("CapacityUnits", 0) for row in (told if isinstance(told, list) else [told]))
        if model.name not in READS:
            cost.write_units += units
            cost.whole_write_units += units * context["whole"]
        elif model.name != "BatchGetItem":
            cost.read_units += units
            cost.whole_read_units += units * context["whole"]

    events = client.meta.events
    events.register("provide-client-params.dynamodb", ask)
    events.register("after-call.dynamodb", note)
    try:
        yield cost
    finally:
        events.unregister("provide-client-params.dynamodb", ask)
        events.unregister("after-call.dynamodb", note)


def _batch_units(wanted: dict[str, Any]) -> float:
    """The emulated cloud does not tell them. All our items are below 4 KB, so each key is a unit, or half of one."""
    return len(wanted["Keys"]) * (1 if wanted.get("ConsistentRead") else 0.5)


def _written(params: dict[str, Any]) -> set[tuple[str, str]]:
    parts = [part for item in params.get("TransactItems", []) for part in item.values()]
    keys = [part.get("Key") or part["Item"] for part in parts]
    return {(key["pk"]["S"], key["sk"]["S"]) for key in keys}
