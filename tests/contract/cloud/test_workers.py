"""Lambda workers: quick, apart from the laptop, and replaced when they are killed."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.cloud import process
from tests.contract.cloud.conftest import Stack, until
from tests.contract.cloud.stack import HANDLERS


def test_no_call_waits_for_its_log(stack: Stack) -> None:
    stack.invoke("on_task")

    times = []
    for _ in range(20):
        began = time.monotonic()
        stack.invoke("on_task")
        times.append(time.monotonic() - began)
    assert statistics.median(times) < 0.05  # stock waits 0.05 s in each


def test_the_vendor_layer_is_not_papered_over(stack: Stack) -> None:
    assert stack.invoke("on_invoke")["pydantic"] is False  # it is in the laptop's environment, not in a layer


def test_workers_share_an_unpacked_layer(stack: Stack) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: stack.invoke("on_invoke", sleep=0.5), range(2))

    assert first["pid"] != second["pid"]
    assert first["layer"] == second["layer"]


def test_an_exception_keeps_its_type_and_its_worker(stack: Stack) -> None:
    pid = stack.invoke("on_invoke")["pid"]

    error = stack.invoke("on_invoke", fail="no such wave")
    assert (error["errorType"], error["errorMessage"]) == ("LookupError", "no such wave")
    assert stack.invoke("on_invoke")["pid"] == pid


def test_a_killed_worker_is_replaced(stack: Stack) -> None:
    pid = stack.invoke("on_invoke")["pid"]

    assert pid in process.kill_lambda_workers(stack.cloud.config, "test-on_invoke")
    until(lambda: pid not in [worker["pid"] for worker in process.lambda_workers(stack.cloud.config)])
    assert stack.invoke("on_invoke")["pid"] != pid


def test_functions_can_be_warmed(stack: Stack) -> None:
    process.warm_functions(stack.cloud.config, copies=2)

    functions = [worker["function"] for worker in process.lambda_workers(stack.cloud.config)]
    assert functions.count("test-on_task") >= 2
    assert len(set(functions)) == len(HANDLERS)


def test_workers_can_be_told_by_their_command_line(stack: Stack) -> None:
    pid = stack.invoke("on_invoke")["pid"]

    [worker] = [w for w in process.lambda_workers(stack.cloud.config) if w["pid"] == pid]
    assert worker["function"] == "test-on_invoke"
    assert worker["busy"] is False
