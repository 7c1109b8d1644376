"""Every path along which a function calls AWS, played with a recorder: the journey, its repeats and its bad luck, each
route of our own APIs, and what only an operator or a crash brings about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import ClassVar

import pytest

from functions.sweep_outbox import handler as sweep_outbox
from infra.functions import FUNCTIONS
from prakerja import wiring
from prakerja.platform.outbox import Message
from tests.support.chaos import in_copies
from tests.support.recorder import QUEUES, Recorder, Use
from tests.support.scenarios import Step, prepare
from tests.support.scenarios_journey import JOURNEY
from tests.support.scenarios_pages import visit_everything
from tests.support.scenarios_stage import BUCKET, Failed, Stage, stage
from tests.support.scene import Scene, scene_on_moto

A_MONTH = 32


class Everywhere(Message):
    """A message to every queue."""

    topic: ClassVar[str] = "tests.everywhere.v1"
    queue: ClassVar[str] = ""

    def queues(self) -> tuple[str, ...]:
        return tuple(QUEUES)


def play_everything(recorder: Recorder) -> None:
    """All of it."""
    with stage() as on, pytest.MonkeyPatch.context() as patch:
        recorder.watch(on.world, patch)
        _journey(recorder, on)
        _outbox(on)
    with scene_on_moto() as scene, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRAW_BUCKET", BUCKET)
        recorder.watch(scene.world, patch)
        _routes(scene)
        visit_everything(scene)
        _dead_letters(scene)
        _new_month(scene)


def _journey(recorder: Recorder, on: Stage) -> None:
    """Each step, its repeat, and what leads aside; each delivery also while others are faster or the world is away."""

    def apart(*works: Callable[[], object]) -> None:
        """In copies of the world, from which only what was used comes back."""

        def watched(work: Callable[[], object]) -> dict[str, set[Use]]:
            work()
            return dict(recorder.used)

        for used in in_copies([partial(watched, work) for work in works]):
            for function, uses in used.items():
                recorder.used[function] |= uses

    def twice(step: Step) -> None:
        step.run(on)
        step.run(on)

    def aside(step: Step) -> None:
        prepare(on, step)
        twice(step)

    def busy(aside: Step | None = None) -> None:
        if aside is not None:
            prepare(on, aside)
        recorder.busy = True
        message = on.memo.message
        for queue in (queue for queue, function in QUEUES.items() if function == QUEUES[message.queue]):
            with suppress(Failed):
                on.work(replace(message, queue=queue))

    for step in JOURNEY:
        if step.aside:
            apart(partial(aside, step), *([partial(busy, step)] if step.topic else []))
            continue
        prepare(on, step)
        if step.topic:
            apart(busy, partial(_away, on))
        twice(step)


def _away(on: Stage) -> None:
    """Every outside system is away, and comes back before the message does."""
    for on.outside.down in ({"registry", "sms", "email", "bank"}, set()):
        with suppress(Failed):
            on.work(on.memo.message)
        on.clock.move(minutes=30)


def _outbox(on: Stage) -> None:
    """Rows for every queue, carried at once and swept up late."""
    on.world.table.commit(outbox=[Everywhere()])
    on.relay()
    on.world.table.commit(outbox=[Everywhere()])
    on.clock.move(minutes=6)
    sweep_outbox.handler({}, None)


def _routes(scene: Scene) -> None:
    """The good request to each route, and its repeat."""
    back = scene.rewind()
    for route in scene.good():
        for _ in range(2):
            scene.send(route)
        back()


def _dead_letters(scene: Scene) -> None:
    """An operator sends back what each function gave up."""
    token, sqs = scene.apis.operator_token(), wiring.client("sqs")
    for entry in (entry for entry in FUNCTIONS if entry.dead_letters):
        url = sqs.get_queue_url(QueueName=f"{entry.name}-dead-letters")["QueueUrl"]
        for source in (*(queue.name for queue in entry.queues), "a schedule"):
            sqs.send_message(QueueUrl=url, MessageBody=source)
        path = f"/operator/v1/dead-letters/{entry.name}"
        assert scene.apis.call("GET", path, token=token).status == 200
        answer = scene.apis.call("POST", f"{path}/redrive", token=token)
        assert answer.body == {"sent_back": len(entry.queues), "left": 1}, answer.text


def _new_month(scene: Scene) -> None:
    """Data keys are made month by month, by whoever first needs one."""
    scene.world.clock.move(days=A_MONTH)
    scene.tokens("081299990009")
