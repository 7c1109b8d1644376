"""Stream mappings lose nothing, give up on poison, and do not hold up the queues."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

from tests.contract.cloud.conftest import Stack, until


def failure_record(stack: Stack, seconds: float = 15.0) -> dict[str, Any]:
    """The next record that the failure destination gets."""

    def next_one() -> dict[str, Any] | None:
        sqs = stack.cloud.client("sqs")
        for message in sqs.receive_message(QueueUrl=stack.outputs["Failed"], MaxNumberOfMessages=1).get("Messages", []):
            sqs.delete_message(QueueUrl=stack.outputs["Failed"], ReceiptHandle=message["ReceiptHandle"])
            record: dict[str, Any] = json.loads(message["Body"]) if message["Body"].startswith("{") else {}
            if "DDBStreamBatchInfo" in record:
                return record
        return None

    found = until(next_one, seconds)
    assert found is not None
    return found


def test_a_record_named_in_a_partial_response_comes_again(stack: Stack, mark: str) -> None:
    stack.put("Partial", **{f"{mark}1": "", f"{mark}2": "fail once", f"{mark}3": ""})

    until(lambda: stack.seen(f"{mark}3"))
    counts = [len(stack.seen(f"{mark}{n}")) for n in (1, 2, 3)]
    assert counts == [1, 2, 1]  # what came before the failure is not delivered again


def test_after_the_last_try_the_record_goes_to_the_failure_destination(stack: Stack, mark: str) -> None:
    stack.put("Partial", **{f"{mark}1": "fail"})

    record = failure_record(stack)
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    assert len(stack.seen(f"{mark}1")) == 3  # one try and two more
    stack.put("Partial", **{f"{mark}2": ""})
    assert until(lambda: stack.seen(f"{mark}2"))  # the stream goes on


def test_a_failing_batch_is_split_until_the_poison_is_alone(stack: Stack, mark: str) -> None:
    stack.put("Whole", **{f"{mark}{n}": "fail" if n == 5 else "" for n in range(8)})

    for n in (0, 1, 2, 3, 4, 6, 7):
        assert len(until(lambda n=n: stack.seen(f"{mark}{n}"), 20)) == 1  # type: ignore[misc]
    record = failure_record(stack)
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    tries = [facts["batch"] for facts in stack.seen(f"tried {mark}5")]
    halves = [size for size in tries if size > 1]  # the poll may fall between the writes: not always all eight
    assert halves
    assert halves[0] <= 8
    assert all(after in (before // 2, before - before // 2) for before, after in itertools.pairwise([*halves, 1]))
    assert tries == [*halves, 1, 1, 1]  # halves are not counted as tries


def test_a_slow_stream_handler_does_not_stop_the_queues(stack: Stack, mark: str) -> None:
    stack.put("Partial", **{f"{mark}slow": "sleep"})
    until(lambda: stack.seen(f"{mark}slow"))

    began = time.monotonic()
    stack.cloud.client("sqs").send_message(QueueUrl=stack.outputs["Jobs"], MessageBody=json.dumps({"mark": mark}))
    until(lambda: stack.seen(mark))
    assert time.monotonic() - began < 2.5  # the handler sleeps for 3 s
