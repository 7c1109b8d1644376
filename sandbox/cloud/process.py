"""Start, watch and stop programs of the sandbox; none of them outlives the program that started it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .config import HOST, CloudConfig

ROOT = Path(__file__).resolve().parents[2]
LIFELINE = "LIFELINE"  # environment variable: the pipe end that closes when the parent is gone


class ProgramFailed(Exception):
    """A program did not start or did not stop; says which, and the end of its log."""


@dataclass(frozen=True)
class Program:
    """A running program of the sandbox."""

    name: str
    process: subprocess.Popen[bytes]
    lifeline: IO[bytes]
    log_file: Path

    def stop(self, seconds: float = 30.0) -> None:
        """SIGTERM, then wait until it is gone; raises ProgramFailed when it had to be killed."""
        self.lifeline.close()
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired as problem:
            self.process.kill()
            self.process.wait()
            raise ProgramFailed(f"{self.name} did not stop within {seconds:.0f} s and was killed") from problem


def start_program(
    name: str,
    arguments: Sequence[str],
    *,
    log_file: Path,
    ready: Callable[[], bool],
    seconds: float = 60.0,
) -> Program:
    """Start `python <arguments>` in the repository's root and wait until `ready()`.

    It prints to the end of `log_file`. It has a session of its own, so that Ctrl-C reaches only us and
    we stop things in order; `follow_parent` in it sees to the case that we die first. Raises ProgramFailed when it
    ends or is not ready in time.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    theirs, ours = os.pipe()
    try:
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, LIFELINE: str(theirs)},
                pass_fds=(theirs,),
                start_new_session=True,
            )
    finally:
        os.close(theirs)
    program = Program(name, process, os.fdopen(ours, "wb"), log_file)
    try:
        _wait_until_ready(program, ready, seconds)
    except BaseException:
        with contextlib.suppress(ProgramFailed):
            program.stop()
        raise
    return program


def _wait_until_ready(program: Program, ready: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        ended = program.process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = f"ended with code {program.process.returncode}" if ended else f"was not ready in {seconds:.0f} s"
            last = "\n".join(program.log_file.read_text(errors="replace").splitlines()[-15:])
            raise ProgramFailed(f"{program.name} {what}:\n{last}")
        time.sleep(0.05)


def follow_parent() -> None:
    """In a program started by `start_program`: get SIGTERM when the parent is gone, however it ended."""
    number = os.environ.pop(LIFELINE, None)
    if number is None:
        return

    def watch() -> None:
        with contextlib.suppress(OSError):
            os.read(int(number), 1)  # nobody writes: it returns when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()


def answers(url: str) -> bool:
    """Whether something at `url` answers at all."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]


def start_cloud(config: CloudConfig, seconds: float = 60.0) -> Program:
    """Start the local cloud as a program of ours; returns when both of its ports answer."""
    arguments = ["-m", "sandbox.cloud", "start", "--port", str(config.port), "--front-port", str(config.front_port)]
    return start_program(
        "the local cloud",
        [*arguments, "--state-dir", str(config.state_dir.resolve())],
        log_file=config.log_file,
        ready=lambda: answers(f"{config.endpoint}/_cloud/workers") and answers(config.front_url),
        seconds=seconds,
    )


def cloud_process(config: CloudConfig) -> int | None:
    """The process id of the cloud that runs on this state folder; None when none does, whatever a file says."""
    try:
        with config.lock_file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(config.lock_file.read_text())


def stop_cloud(config: CloudConfig, seconds: float = 30.0) -> bool:
    """Stop the cloud on this state folder, whoever started it; False when none runs."""
    process = cloud_process(config)
    if process is None:
        return False
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while cloud_process(config) is not None:
        if time.monotonic() > deadline:
            raise ProgramFailed(f"the local cloud (process {process}) did not stop within {seconds:.0f} s")
        time.sleep(0.05)
    return True


def lambda_workers(config: CloudConfig) -> list[dict[str, Any]]:
    """The Lambda worker processes of the running cloud: `pid`, `function`, `busy`."""
    with urllib.request.urlopen(f"{config.endpoint}/_cloud/workers", timeout=5) as answer:
        workers: list[dict[str, Any]] = json.load(answer)
    return workers


def warm_functions(config: CloudConfig, copies: int = 1) -> list[dict[str, Any]]:
    """Start Lambda workers until each function has `copies`, so that first calls are not cold; returns all workers."""
    wish = urllib.request.Request(f"{config.endpoint}/_cloud/workers?copies={copies}", method="POST")
    with urllib.request.urlopen(wish, timeout=300) as answer:
        workers: list[dict[str, Any]] = json.load(answer)
    return workers


def kill_lambda_workers(config: CloudConfig, function: str | None = None) -> list[int]:
    """`kill -9` every Lambda worker, or those of one function, as a failing host would; returns the process ids."""
    doomed = [w["pid"] for w in lambda_workers(config) if function is None or w["function"] == function]
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return doomed
