"""What commands cost: calls to DynamoDB, items in transactions, and the units that DynamoDB says it took.

Units are asked for with every call (``ReturnConsumedCapacity``) and are told only by an engine that counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

READS = frozenset({"GetItem", "BatchGetItem", "Query"})
KEPT_IN_MEMORY = ("DATA_KEY#", "SCHEME#", "KEYS#")
"""Items that a process reads once for all that it does in the next minutes; no command is charged with them."""


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

    def __iadd__(self, other: Cost) -> Cost:
        self.calls.update(other.calls)
        self.items += other.items
        self.keys |= other.keys
        self.read_units += other.read_units
        self.write_units += other.write_units
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
        }


@contextmanager
def counted(client: Any) -> Iterator[Cost]:
    """Count what a DynamoDB client does meanwhile."""
    cost = Cost()

    def ask(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any] | None:
        keys = {pk for pk, _ in _written(params)} if model.name != "GetItem" else {params["Key"]["pk"]["S"]}
        context["kept_in_memory"] = bool(keys) and all(pk.startswith(KEPT_IN_MEMORY) for pk in keys)
        if context["kept_in_memory"]:
            return None
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
        elif model.name != "BatchGetItem":
            cost.read_units += units

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
