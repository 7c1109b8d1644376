"""How an entry point (one deployed Lambda) is declared: what triggers it, and what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from infra.grants import Grant

Api = Literal["main", "partner"]

EVERY_FUNCTION = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""Environment of all functions. There is no plugin, and looking for one reads the metadata of every package at the start."""


@dataclass(frozen=True)
class Http:
    """Routes of an HTTP API, each ``"METHOD /path"`` or ``"$default"``. The most specific route wins.

    ``per_second``: requests that each route takes, of all callers together; the gateway answers 429 to the others. It keeps
    a flood at one door from taking the functions of all, so it is far above what is expected. No limit of one caller: those
    are the functions' own.
    """

    api: Api
    routes: tuple[str, ...]
    per_second: int


@dataclass(frozen=True)
class Queue:
    """An SQS queue. ``batch``: messages per call; ``concurrency``: calls at once, at least 2 (AWS's own minimum).

    ``late``: minutes that a message may wait before people are woken.
    """

    name: str
    batch: int
    concurrency: int
    late: int = 15


@dataclass(frozen=True)
class NewItems:
    """The stream of a table: items created with this prefix of ``pk``."""

    table: str
    prefix: str
    batch: int = 100


@dataclass(frozen=True)
class Cron:
    """Something regular, in Jakarta time. ``payload`` is the event that the function gets."""

    name: str
    expression: str
    payload: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WaveSchedules:
    """One-time schedules in the group of the waves, made by whoever has ``ManageSchedules``."""


@dataclass(frozen=True)
class DrawSteps:
    """The tasks of the draw's state machine."""


Trigger = Http | Queue | NewItems | Cron | WaveSchedules | DrawSteps


@dataclass(frozen=True)
class Entry:
    """One Lambda: ``functions/<name>/``. ``memory`` in MB, ``timeout`` in seconds.

    ``environment`` names what it needs from outside that no grant brings (addresses, the operators' pool).
    """

    name: str
    triggers: tuple[Trigger, ...]
    grants: tuple[Grant, ...]
    memory: int = 512
    timeout: int = 30
    environment: tuple[str, ...] = ()

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues it consumes."""
        return tuple(trigger for trigger in self.triggers if isinstance(trigger, Queue))

    @property
    def dead_letters(self) -> bool:
        """Whether a failed call needs a place to go: nobody waits for the answer."""
        return not all(isinstance(trigger, (Http, DrawSteps)) for trigger in self.triggers)


def queues(entries: Iterable[Entry]) -> tuple[Queue, ...]:
    """Every queue, in order of declaration."""
    return tuple(queue for entry in entries for queue in entry.queues)


def queue_names(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The names of all queues, in the same order."""
    return tuple(queue.name for queue in queues(entries))
