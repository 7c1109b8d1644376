"""Dead-letter queues for an operator: look, and send back. Sending comes before deleting, and receivers bear doubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prakerja.platform.problems import NotFound

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHOWN = 10
SENT_BACK_AT_ONCE = 100
HIDDEN_SECONDS = 30
"""How long a message that is being sent back is hidden from another operator doing the same."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up. Bodies carry ids only. ``source`` is the name of the queue it came from, if any."""

    message_id: str
    topic: str
    body: str
    correlation_id: str
    receives: int
    source: str | None


def look(sqs: SQSClient, dead: Mapping[str, str], function: str) -> list[DeadLetter]:
    """Up to ten messages of a function's queue, left where they are. Raises NotFound for an unknown function."""
    received = _receive(sqs, _url(dead, function), SHOWN, hidden=0)
    return [_letter(message) for message in received]


def send_back(sqs: SQSClient, dead: Mapping[str, str], alive: Mapping[str, str], function: str) -> tuple[int, int]:
    """Send up to a hundred messages back to the queues they came from; answers (sent back, left).

    Left are those that came from no queue of ours (a missed schedule, a stream position): their work is done by sweeps.
    """
    url = _url(dead, function)
    by_name = {address.rsplit("/", 1)[-1]: address for address in alive.values()}
    sent = left = 0
    while sent + left < SENT_BACK_AT_ONCE and (received := _receive(sqs, url, SHOWN, hidden=HIDDEN_SECONDS)):
        for message in received:
            letter = _letter(message)
            if letter.source not in by_name:
                left += 1
                continue
            attributes = message.get("MessageAttributes", {})
            sqs.send_message(QueueUrl=by_name[letter.source], MessageBody=letter.body, MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            sent += 1
    return sent, left


def _url(dead: Mapping[str, str], function: str) -> str:
    if function not in dead:
        raise NotFound
    return dead[function]


def _receive(sqs: SQSClient, url: str, count: int, *, hidden: int) -> list[Any]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=count,
        VisibilityTimeout=hidden,
        WaitTimeSeconds=0,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["ApproximateReceiveCount", "DeadLetterQueueSourceArn"],
    )
    return list(answer.get("Messages", []))


def _letter(message: Any) -> DeadLetter:
    attributes, system = message.get("MessageAttributes", {}), message.get("Attributes", {})
    source = system.get("DeadLetterQueueSourceArn")
    return DeadLetter(
        message_id=message["MessageId"],
        topic=attributes.get("topic", {}).get("StringValue", ""),
        body=message["Body"],
        correlation_id=attributes.get("correlation_id", {}).get("StringValue", ""),
        receives=int(system.get("ApproximateReceiveCount", "0")),
        source=source.rsplit(":", 1)[-1] if source else None,
    )
