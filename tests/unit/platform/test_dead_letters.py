"""What was given up can be looked at without being moved, and sent back without being lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from prakerja.platform.dead_letters import look, send_back
from prakerja.platform.problems import NotFound
from tests.support.world import REGION


@dataclass
class Queues:
    sqs: Any
    dead: dict[str, str]
    alive: dict[str, str]

    def give_up(self, body: str) -> None:
        """Receive a message so often that it is moved away."""
        attributes = {"topic": {"DataType": "String", "StringValue": "payouts.queued.v1"}}
        self.sqs.send_message(QueueUrl=self.alive["work"], MessageBody=body, MessageAttributes=attributes)
        for _ in range(3):
            self.sqs.receive_message(QueueUrl=self.alive["work"], VisibilityTimeout=0)

    def waiting(self) -> list[str]:
        answer = self.sqs.receive_message(QueueUrl=self.alive["work"], MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(message["Body"] for message in answer.get("Messages", []))


@pytest.fixture
def queues() -> Iterator[Queues]:
    with mock_aws():
        sqs = boto3.client("sqs", region_name=REGION)
        dead = sqs.create_queue(QueueName="fn-dead-letters")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 2}}'
        alive = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        yield Queues(sqs, {"fn": dead}, {"work": alive})


def test_looking_moves_nothing(queues: Queues) -> None:
    queues.give_up('{"payout_id":"1"}')
    for _ in range(2):
        (letter,) = look(queues.sqs, queues.dead, "fn")
        assert (letter.body, letter.topic) == ('{"payout_id":"1"}', "payouts.queued.v1")
    with pytest.raises(NotFound):
        look(queues.sqs, queues.dead, "another")


def test_messages_go_back_to_the_queue_they_came_from(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    queues.give_up("a")
    queues.give_up("b")
    _know_the_source(queues, monkeypatch)
    assert send_back(queues.sqs, queues.dead, queues.alive, "fn") == (2, 0)
    assert queues.waiting() == ["a", "b"]
    assert look(queues.sqs, queues.dead, "fn") == []
    assert send_back(queues.sqs, queues.dead, queues.alive, "fn") == (0, 0)


def test_what_came_from_no_queue_stays(queues: Queues) -> None:
    queues.sqs.send_message(QueueUrl=queues.dead["fn"], MessageBody="a missed schedule")
    assert send_back(queues.sqs, queues.dead, queues.alive, "fn") == (0, 1)
    assert queues.waiting() == []


def _know_the_source(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto does not tell where a dead letter came from; AWS does."""
    receive = queues.sqs.receive_message

    def with_source(**asked: Any) -> Any:
        answer = receive(**asked)
        for message in answer.get("Messages", []):
            message.setdefault("Attributes", {})["DeadLetterQueueSourceArn"] = "arn:aws:sqs:x:1:work"
        return answer

    monkeypatch.setattr(queues.sqs, "receive_message", with_source)
