"""One stop and start in the middle of everything: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.cloud.conftest import Answer, Stack, until
from tests.contract.cloud.test_schedules import at, schedule

MARK = "restart"


@dataclass
class Restart:
    seconds_to_stop: float
    execution: str
    answer: Answer | None


@pytest.fixture(scope="module")
def restart(stack: Stack) -> Restart:
    lambdas, sqs = stack.cloud.client("lambda"), stack.cloud.client("sqs")
    scheduler, machines = stack.cloud.client("scheduler"), stack.cloud.client("stepfunctions")
    mapping = stack.outputs["PartialMappingId"]

    def enable(enabled: bool) -> None:
        lambdas.update_event_source_mapping(UUID=mapping, Enabled=enabled)

    scheduler.create_schedule(**schedule(stack, f"{MARK}-done", at(-1)))
    stack.put("Partial", **{f"{MARK}-before": ""})
    until(lambda: stack.seen(f"{MARK}-before") and stack.seen(f"{MARK}-done"))
    enable(False)
    stack.put("Partial", **{f"{MARK}-row": ""})  # not read before the stop
    execution = machines.start_execution(stateMachineArn=stack.outputs["MachineArn"], input='{"items": [1, 2]}')[
        "executionArn"
    ]
    stack.cloud.client("s3").put_object(Bucket=stack.outputs["Evidence"], Key=MARK, Body=b"kept")
    for n in range(3):
        body = json.dumps({"mark": f"{MARK}-job{n}", "sleep": 1})
        sqs.send_message(QueueUrl=stack.outputs["Jobs"], MessageBody=body)
    scheduler.create_schedule(**schedule(stack, f"{MARK}-due", at(2)))
    answers: list[Answer] = []
    request = threading.Thread(target=lambda: answers.append(stack.get("/slow")))
    request.start()
    time.sleep(0.5)  # the jobs and the request run now

    began = time.monotonic()
    os.killpg(stack.cloud.program.process.pid, signal.SIGINT)  # Ctrl-C in a terminal: workers get it too
    stack.cloud.program.process.wait(30)
    stack.cloud.stop()
    stopped = time.monotonic()
    request.join()
    time.sleep(max(0.0, 2.5 - (stopped - began)))  # the schedule is due while the cloud is down
    stack.cloud.start()
    enable(True)
    return Restart(stopped - began, execution, answers[0] if answers else None)


def test_a_running_state_machine_does_not_keep_it_alive(stack: Stack, restart: Restart) -> None:
    execution: dict[str, Any] = stack.cloud.client("stepfunctions").describe_execution(executionArn=restart.execution)

    assert restart.seconds_to_stop < 10
    assert (execution["status"], execution["error"]) == ("FAILED", "States.ServiceRestart")


def test_a_request_that_runs_is_answered_first(restart: Restart) -> None:
    assert restart.answer is not None
    assert restart.answer.status == 200


def test_unread_stream_records_are_delivered_after_it(stack: Stack, restart: Restart) -> None:
    assert until(lambda: stack.seen(f"{MARK}-row"))
    stack.put("Partial", **{f"{MARK}-after": ""})
    assert until(lambda: stack.seen(f"{MARK}-after"))
    assert len(stack.seen(f"{MARK}-before")) == 1


def test_messages_are_handled_once(stack: Stack, restart: Restart) -> None:
    assert [len(until(lambda n=n: stack.seen(f"{MARK}-job{n}"))) for n in range(3)] == [1, 1, 1]  # type: ignore[misc]


def test_a_schedule_that_came_due_meanwhile_fires_and_a_past_one_does_not(stack: Stack, restart: Restart) -> None:
    assert until(lambda: stack.seen(f"{MARK}-due"))
    assert len(stack.seen(f"{MARK}-done")) == 1


def test_objects_and_secrets_are_kept(stack: Stack, restart: Restart) -> None:
    kept = stack.cloud.client("s3").get_object(Bucket=stack.outputs["Evidence"], Key=MARK)["Body"].read()
    secret = stack.cloud.client("secretsmanager").get_secret_value(SecretId=stack.outputs["Secret"])

    assert kept == b"kept"
    assert secret["SecretString"] == "told to the right role only"
