"""Repairs of Lambda workers: what a function sees, and how fast it answers."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import queue
import shutil
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from .patch import replace

END_OF_LOG = "\x1eend of the log of one invocation"
log = logging.getLogger("workers")

KEPT_LAYERS = 8  # unpacked layers of earlier deployments, of some 40 MB
ERROR = "\x1eerror"
AWS_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
_GET_HANDLER = "handler_fn = getattr(mod, handler_name)"
_ONLY_RUNTIME = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the launcher waits for our answer
sys.path[:] = [path for path in sys.path if not path.endswith(("site-packages", "dist-packages"))]
"""
_WRAPPED = f"""
import traceback

def _wrapped(handler):
    def call(event, context):
        try:
            return handler(event, context)
        except Exception as problem:
            return {{{ERROR!r}: [type(problem).__name__, str(problem), traceback.format_exc()]}}
        finally:
            sys.stderr.write({END_OF_LOG!r} + "\\n")
            sys.stderr.flush()
    return call
"""


def apply() -> None:
    replace(lambda_runtime, "_PYTHON_WORKER_SCRIPT", mark_end_of_log)
    replace(lambda_runtime, "_PYTHON_WORKER_SCRIPT", only_runtime_packages)
    replace(lambda_runtime.Worker, "_drain_stderr_bounded", read_log_to_mark)
    replace(lambda_runtime.Worker, "_spawn", share_layers)
    replace(lambda_svc, "_execute_function_warm", errors_keep_type_and_worker)


def only_runtime_packages(script: str) -> str:
    """Workers import whatever the laptop has installed.

    A package that is missing in the vendor layer would be found on AWS only: its runtime brings the AWS SDK and
    nothing else. Workers now have that (`prepare`), and their layers.
    """
    return _ONLY_RUNTIME + script


def mark_end_of_log(script: str) -> str:
    """Every call waits 50 ms for a log line that may still come: 18 calls a second instead of 209.

    A line that comes later than that is lost, or appears in the log of the next call. On AWS no call waits for its
    log. The worker now writes a mark after the handler's last line.
    """
    if script.count(_GET_HANDLER) != 1:
        raise AttributeError("the worker's script has changed")
    return _WRAPPED + script.replace(_GET_HANDLER, "handler_fn = _wrapped(getattr(mod, handler_name))")


def read_log_to_mark(stock: Any) -> Any:
    """Other half of `mark_end_of_log`: take lines up to the mark, or what there is when the worker died."""

    def drain(self: Any, *_args: Any, **_kwargs: Any) -> str:
        lines: list[str] = []
        deadline = time.monotonic() + 0.25
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    return drain


def errors_keep_type_and_worker(stock: Any) -> Any:
    """An exception ends the worker, and its type is lost.

    The next call is a cold start, a second of two processors; and a state machine's Retry or Catch on an error's
    name never matches. On AWS the worker stays, and `errorType` is the class's name.
    """

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = stock(func, event, request_id)
        body = result.get("body")
        if not isinstance(body, dict) or ERROR not in body:
            return result
        kind, text, trace = body[ERROR]
        return {
            "body": {"errorMessage": text, "errorType": kind, "requestId": request_id},
            "error": True,
            "log": "\n".join(filter(None, [result.get("log"), trace])),
        }

    return execute


def share_layers(stock: Any) -> Any:
    """Each worker unpacks and compiles its layers anew, 45 MB and a second of two processors each.

    A burst of calls takes all of the laptop, and its disk. On AWS a layer is mounted. Here a layer version is
    unpacked once; the workers share the folder, compiled files included.
    """

    def spawn(self: Any) -> None:
        own = self.config
        references = [layer if isinstance(layer, str) else layer["Arn"] for layer in own.get("Layers") or []]
        variables = (own.get("Environment") or {}).get("Variables") or {}
        folders = os.pathsep.join(str(_layer_folder(reference)) for reference in references)
        self.config = {
            **own,
            "Layers": [],
            "Environment": {"Variables": {**variables, "_LAMBDA_LAYERS_DIRS": folders}},
        }
        try:
            stock(self)
        finally:
            self.config = own

    return spawn


_unpacking = threading.Lock()


def _layer_folder(version_arn: str) -> Path:
    """Where a layer's content is unpacked."""
    content = lambda_svc._resolve_layer_zip(version_arn)
    if content is None:
        raise RuntimeError(f"layer {version_arn} does not exist")
    folder = _state / "layers" / hashlib.sha256(content).hexdigest()[:32]
    with _unpacking:
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(partial)
            partial.rename(folder)
    return folder


_state = Path()


def prepare(state: Path) -> None:
    """Tell where unpacked layers go, and fill `<state>/runtime` with what the Lambda runtime brings.

    The second is links to the AWS SDK of this environment; the launcher makes it the workers' `PYTHONPATH`.
    """
    global _state
    _state = state
    import boto3

    layers = sorted((state / "layers").glob("*"), key=lambda folder: folder.stat().st_mtime)
    for folder in layers[:-KEPT_LAYERS]:
        shutil.rmtree(folder)
    packages = Path(boto3.__file__).parents[1]
    runtime = state / "runtime"
    runtime.mkdir(parents=True, exist_ok=True)
    for name in AWS_RUNTIME:
        link = runtime / name
        link.unlink(missing_ok=True)
        link.symlink_to(packages / name)


def warm(copies: int) -> int:
    """Start workers until every function has `copies` of them, two at a time; says how many were started.

    A function that does not import is left alone: its first call tells why.
    """
    functions = [record for record in lambda_svc._functions._data.values() if record.get("code_zip")]
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda record: _warm_one(record, copies), functions))


def _warm_one(record: dict[str, Any], copies: int) -> int:
    config = record["config"]
    taken, started = [], 0
    try:
        for _ in range(copies):
            worker, how = lambda_runtime.acquire_worker(config["FunctionName"], config, record["code_zip"])
            taken.append(worker)
            lambda_runtime.ensure_spawned(worker)
            started += how == "spawn"
    except RuntimeError as problem:
        log.warning("%s does not start: %s", config["FunctionName"], problem)
    finally:
        for worker in taken:
            lambda_runtime.release_worker(worker)
    return started


def running() -> list[dict[str, Any]]:
    """The worker processes that are alive: `pid`, `function` and whether each is `busy` with an invocation."""
    with lambda_runtime._lock:
        workers = [worker for pool in lambda_runtime._workers.values() for worker in pool]
    return [
        {"pid": process.pid, "function": worker.func_name, "busy": worker.in_use}
        for worker in workers
        if (process := worker._proc) is not None and process.poll() is None
    ]
