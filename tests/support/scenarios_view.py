"""A whole world as one can compare it: every item, message, fact and outside effect, without what differs by chance.

By chance differ: ciphertext and keys, identifiers that were drawn (they become ``<id>``), shards that follow from them,
outbox and evidence ids. Times differ only where time passed before a repeat; then they become ``<time>``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import asdict, dataclass, is_dataclass
from hashlib import sha256
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from prakerja.platform.access_patterns import EVIDENCE
from prakerja.platform.relay import Row
from tests.support.scenarios_stage import BUCKET, GROUP, STATEMENTS, Stage, in_queues
from tests.support.world import REGION

RANDOM = frozenset({"person_key", "address_key", "external_id", "commit_id"})
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:\d\d)")
SHARDS = re.compile(r"#S\d\d\b|(?<=OUTBOX#)\d\d")
EXPIRY = "expires_at"


@dataclass(frozen=True, repr=False)
class View:
    """``items``, ``facts`` (evidence) and ``texts`` count equal ones; ``messages`` are (topic, body), however often."""

    items: Counter[str]
    facts: Counter[str]
    messages: frozenset[str]
    outside: dict[str, Any]

    def differences(
        self,
        other: View,
        *,
        may_announce: Set[str] = frozenset(),
        may_omit: Set[str] = frozenset(),
        may_record: Set[str] = frozenset(),
    ) -> str:
        """How ``other`` differs, in words; empty if it does not. Messages of these topics may be added or missing, and
        facts of these kinds added."""
        more = Counter({fact: n for fact, n in (other.facts - self.facts).items() if _kind(fact) in may_record})
        found = _counted("item", self.items, other.items) + _counted("fact", self.facts, other.facts - more)
        missing, added = self.messages - other.messages, other.messages - self.messages
        found += [f"message never announced: {message}" for message in missing if _topic(message) not in may_omit]
        found += [f"message too many: {message}" for message in added if _topic(message) not in may_announce]
        for name, mine in self.outside.items():
            if other.outside[name] != mine:
                found.append(f"{name}: {mine!r} became {other.outside[name]!r}")
        return "\n".join(found)


def view(stage: Stage, *, ignores: Iterable[str] = (), timeless: bool = False) -> View:
    """The world as it stands now. ``ignores``: attributes that may tell of the trouble there was."""
    drop, plain = frozenset(ignores) | RANDOM, _Plain(stage, timeless=timeless)
    items, facts, messages = Counter[str](), Counter[str](), []
    for table in stage.world.names:
        for item in stage.world.items(table):
            kept = {name: value for name, value in item.items() if name not in drop}
            if table == "evidence":
                parts = EVIDENCE.parse(item)
                for name in ("pk", "sk"):
                    kept.pop(name)
                facts[plain.text([parts["kind"], parts["subject_id"], kept])] += 1
            elif item["pk"].startswith("OUTBOX#"):
                messages += [plain.message(message.topic, message.body) for message in Row.of(item).messages]
            else:
                items[plain.item(kept)] += 1
    messages += [plain.message(m.topic, m.body) for m in in_queues(stage.clock.wall())]
    return View(items, facts, frozenset(messages), _outside(stage, plain))


def drawn_ids(stage: Stage, ignores: Iterable[str] = ()) -> set[str]:
    """The identifiers drawn by chance that the tables hold."""
    drop = frozenset(ignores) | RANDOM
    items = [item for table in ("people", "programme") for item in stage.world.items(table)]
    text = _json([{name: value for name, value in item.items() if name not in drop} for item in items])
    return {issued for issued in stage.ids.issued if issued in text}


def comparable(stage: Stage, answer: Any, *, timeless: bool = False) -> str:
    """A command's answer as text."""
    return _Plain(stage, timeless=timeless).text(asdict(answer) if is_dataclass(answer) else answer)  # type: ignore[arg-type]


class _Plain:
    def __init__(self, stage: Stage, *, timeless: bool) -> None:
        names = sorted(set(stage.ids.issued), key=len, reverse=True)
        self._issued = re.compile("|".join(map(re.escape, names))) if names else re.compile(r"(?!)")
        self._timeless = timeless

    def text(self, value: Any) -> str:
        text = self._issued.sub("<id>", _json(value))
        return TIMES.sub("<time>", text) if self._timeless else text

    def item(self, item: dict[str, Any]) -> str:
        if "due_shard" in item:
            item["due_shard"] = item["due_shard"].partition("#")[0]
        if item["pk"].startswith("ATTENDANCE#"):  # a digest of the signed request, which names its second
            item |= {"pk": "ATTENDANCE#<state>", "state": "<state>"}
        if self._timeless and EXPIRY in item:
            item[EXPIRY] = "<time>"
        return SHARDS.sub("", self.text(item))

    def message(self, topic: str, body: str) -> str:
        return f"{topic} {self.text(json.loads(body))}"


def _outside(stage: Stage, plain: _Plain) -> dict[str, Any]:
    schedules = get_backend("scheduler")[DEFAULT_ACCOUNT_ID][REGION].schedule_groups[GROUP].schedules
    machines = get_backend("stepfunctions")[DEFAULT_ACCOUNT_ID][REGION].state_machines
    buckets = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].buckets
    texts = [(text["channel"], text["address"], text["text"], text["differing"]) for text in stage.outside.sent()]
    return {
        "texts": sorted(plain.text(text) for text in texts),
        "books": plain.text(stage.outside.books()),
        "files": {
            name: sha256(key.value).hexdigest()
            for bucket in (BUCKET, STATEMENTS)
            for name, key in buckets[bucket].keys.items()
        },
        "schedules": sorted((name, schedule.schedule_expression) for name, schedule in schedules.items()),
        "executions": sorted(run.name for machine in machines for run in machine.executions),
    }


def _counted(what: str, mine: Counter[str], other: Counter[str]) -> list[str]:
    return [f"{what} missing: {text}" for text in (mine - other).elements()] + [
        f"{what} too many: {text}" for text in (other - mine).elements()
    ]


def _kind(fact: str) -> str:
    return str(json.loads(fact)[0])


def _topic(message: str) -> str:
    return message.partition(" ")[0]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda odd: "<sealed>" if isinstance(odd, bytes) else str(odd))
