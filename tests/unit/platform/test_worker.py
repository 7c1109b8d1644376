"""What becomes of a message: the reaction of its problem decides, and no message decides about another."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.platform.problems import Conflict, NotFound, Problem, Reaction, Unavailable
from prakerja.platform.worker import sqs_worker


class Done(Conflict):
    slug, reaction = "test-done", Reaction.DUPLICATE


class Queue:
    """Hides messages, or cannot."""

    meta = type("Meta", (), {"endpoint_url": "https://sqs.test"})

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken
        self.hidden: list[int] = []

    def change_message_visibility(self, *, VisibilityTimeout: int, **_: Any) -> None:
        if self.broken:
            raise ConnectionError
        self.hidden.append(VisibilityTimeout)


def play(problems: dict[str, Exception | None], queue: Queue) -> list[str]:
    """Work on messages that end so; answers which come again."""

    def handle(_: str, body: str) -> None:
        problem = problems[body.strip('"')]
        if problem is not None:
            raise problem

    records = [
        {
            "messageId": name,
            "body": f'"{name}"',
            "receiptHandle": name,
            "eventSourceARN": "arn:aws:sqs:ap-southeast-3:000000000000:notify",
        }
        for name in problems
    ]
    answer = sqs_worker(handle, lambda: queue)({"Records": records}, None)  # type: ignore[arg-type,return-value]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize(
    ("problem", "comes_again"),
    [
        (None, False),
        (Done(), False),
        (NotFound(), False),
        (Problem(), False),
        (Conflict(), True),  # overtaken: the next try decides on what is there then
        (Unavailable(), True),
        (RuntimeError(), True),
    ],
)
def test_the_reaction_decides(problem: Exception | None, comes_again: bool) -> None:
    assert play({"m": problem}, Queue()) == (["m"] if comes_again else [])


def test_a_message_that_waits_is_hidden_so_long() -> None:
    queue = Queue()
    assert play({"m": Unavailable(retry_after=30)}, queue) == ["m"]
    assert queue.hidden == [30]


def test_a_queue_that_cannot_hide_a_message_fails_no_other() -> None:
    assert play({"a": None, "b": Unavailable(retry_after=30), "c": None}, Queue(broken=True)) == ["b"]
