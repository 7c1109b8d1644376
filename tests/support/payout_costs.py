"""What one payout that goes well costs, counted at the table's client and measured on this machine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from prakerja.payouts.service import send_payout
from tests.support.payout_office import Office
from tests.support.payout_world import PayoutWorld

WRITE, READ = 1024, 4096
"""Bytes of a unit."""


@dataclass(frozen=True)
class Cost:
    """Of one payout, from being queued to being paid."""

    calls: int
    """To DynamoDB."""
    writes: int
    """Write calls among them."""
    write_units: int
    """In transactions each item counts twice."""
    read_units: int
    bytes_written: int
    cpu_ms: float
    """Of our code on this machine; neither the table's nor the provider's."""


class Counted:
    """Counts what goes through a world's table."""

    def __init__(self, world: PayoutWorld) -> None:
        self.counts: Counter[str] = Counter()
        self.elsewhere = 0.0
        self._deep = 0
        memory = world.memory
        for name in ("get_item", "batch_get_item", "query", "put_item", "update_item", "transact_write_items"):
            setattr(memory, name, self._wrapped(getattr(memory, name), name))
        for line in world.lines.values():
            line.post = self._timed(line.post)  # type: ignore[method-assign]

    def _timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            began, self._deep = time.process_time(), self._deep + 1
            try:
                return work(*arguments, **named)
            finally:
                self._deep -= 1
                if not self._deep:
                    self.elsewhere += time.process_time() - began

        return timed

    def _wrapped(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        timed = self._timed(work)

        def counted(**request: Any) -> Any:
            answer = timed(**request)
            self.counts["calls"] += 1
            self._count(name, request, answer)
            return answer

        return counted

    def _count(self, name: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if name in ("get_item", "query"):
            found = [answer["Item"]] if "Item" in answer else answer.get("Items", [{}])
            self.counts["read_units"] += max(1, -(-sum(map(_size, found)) // READ))
        elif name == "batch_get_item":
            found = [item for items in answer["Responses"].values() for item in items]
            self.counts["read_units"] += sum(max(1, -(-_size(item) // READ)) for item in found)
        else:
            parts = request.get("TransactItems") or [{"one": request}]
            self.counts["writes"] += 1
            for body in (body for part in parts for body in part.values()):
                size = _size(body.get("Item") or body.get("ExpressionAttributeValues") or {})
                self.counts["bytes_written"] += size
                self.counts["write_units"] += max(1, -(-size // WRITE)) * (2 if "TransactItems" in request else 1)


def _size(item: Mapping[str, Any]) -> int:
    """Roughly what DynamoDB counts: names and values."""
    return sum(len(name) + _value(*next(iter(value.items()))) for name, value in item.items())


def _value(kind: str, value: Any) -> int:
    if kind == "M":
        return 3 + _size(value)
    if kind == "L":
        return 3 + sum(1 + _value(*next(iter(one.items()))) for one in value)
    return len(str(value)) // 2 + 1 if kind == "N" else 1 if kind == "BOOL" else len(value)


def measure(payouts: int = 20, provider: str = "LINKAJA") -> Cost:
    """Send ``payouts`` queued payouts, one after the other. Channels and tokens are known before."""
    world = PayoutWorld(seed=1, people=payouts + 1, providers=(provider,))
    queued: list[str] = []
    handle = world.handle

    def keep(topic: str, body: str) -> None:
        if topic == "payouts.queued.v1":
            queued.append(topic)
        else:
            handle(topic, body)

    world.handle = keep  # type: ignore[method-assign]
    Office(world).run()
    first, *rest = sorted(world.watch.payouts)
    send_payout(world.p, world.providers, payout_id=first)
    counted, watch = Counted(world), world.watch
    world.memory.changed = lambda _: None
    began = time.process_time()
    for payout_id in rest:
        send_payout(world.p, world.providers, payout_id=payout_id)
    spent = time.process_time() - began - counted.elsewhere
    assert len(watch.payouts) == payouts + 1
    each = {name: round(number / payouts) for name, number in counted.counts.items()}
    return Cost(**each, cpu_ms=round(1000 * spent / payouts, 1))
