"""Scenarios as data: the commands of the path, in the order in which a member's journey meets them.

A step's ``run`` is one command as its caller sends it; calling it again is the caller's repeat. A worker's command is the
delivery of one message. ``aside`` steps leave the journey: whatever they do is done in a copy of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from tests.support.scenarios_stage import Stage

Play = Callable[[Stage], Any]
NOTHING: Set[str] = frozenset()


def _nothing(_: Stage) -> None:
    return None


@dataclass(frozen=True)
class Step:
    """One command, how it is repeated, and what may remain of the trouble it had."""

    command: str
    run: Play
    before: Play = _nothing
    """What must be so, or have happened, before it."""
    after: Play = _nothing
    """What happens by itself when the repeat is done: inquiries, sweeps."""
    wait: timedelta = timedelta()
    """How long the caller waits before it repeats, if a lease must run out first."""
    refusal: str = "-"
    """How a repeat is refused, where the contract wants it so."""
    ignores: Set[str] = NOTHING
    """Attributes that tell of the trouble and of nothing else (attempts, pauses)."""
    may_announce: Set[str] = NOTHING
    may_record: Set[str] = NOTHING
    """Topics of messages and kinds of evidence that trouble may add."""
    may_omit: Set[str] = NOTHING
    """Topics of messages that only ask for a repeat of this very command, which the repeat was."""
    aside: bool = False
    topic: str = ""
    of: Callable[[Stage], str] = lambda _: ""
    """Which message a worker's step delivers: the oldest one of a topic, about this person or thing."""
    shared: bool = field(default=False, kw_only=True)
    """Done once for a wave or a payout run, however many people are in it."""


def delivery(command: str, topic: str, **more: Any) -> Step:
    """A worker's command: a message is delivered to it."""
    return Step(command, lambda stage: stage.work(stage.memo.message), topic=topic, **more)


def prepare(stage: Stage, step: Step) -> None:
    """Set the scene of a step, up to the moment in which its command begins."""
    step.before(stage)
    if step.topic:
        stage.relay()
        stage.memo.message = stage.take(step.topic, step.of(stage))


def aside(step: Step, **changes: Any) -> Step:
    """The same step beside the journey."""
    return replace(step, aside=True, **changes)


def passes(**span: float) -> Play:
    """Time goes on."""
    return lambda stage: stage.clock.move(**span)
