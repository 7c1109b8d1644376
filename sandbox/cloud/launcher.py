"""Runs the local cloud in this process: environment, repairs, two listeners, and a stop that loses nothing."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import shutil
import signal
import socket
import sys
from typing import IO, Any, cast

from .config import ACCOUNT, HOST, REGION, CloudConfig
from .process import follow_parent

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LIFELINE")


class CannotStart(Exception):
    """Why the cloud did not start, for the person at the keyboard."""


def start(config: CloudConfig) -> None:
    """Run the cloud until SIGTERM or SIGINT, then save its state; the process ends here, with code 0.

    Raises CannotStart when a port is taken or another cloud runs on the same folder.
    """
    for port in (config.port, config.front_port):
        _check_free(port)
    lock = _lock(config)
    _prepare(config)
    _run(config)
    lock.close()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
            raise CannotStart(
                f"Port {port} is in use by another program. Stop it, or choose other ports: "
                "make run PORT=… CLOUD_PORT=…, or --front-port and --port of the launcher."
            ) from problem


def _lock(config: CloudConfig) -> IO[str]:
    """Lock the state folder for the life of this process: a stale process id then means nothing."""
    config.state_dir.mkdir(parents=True, exist_ok=True)
    lock = config.lock_file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        lock.seek(0)
        raise CannotStart(
            f"A local cloud (process {lock.read().strip()}) already runs on {config.state_dir}."
        ) from problem
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _prepare(config: CloudConfig) -> None:
    """Set what the emulator and its Lambda workers find in their environment, and nothing of the caller's.

    The emulator reads most of it when it is imported, and workers inherit all of it: a key or a Python path of the
    laptop must not reach a function.
    """
    state = config.state_dir.resolve()
    shutil.rmtree(state / "tmp", ignore_errors=True)  # folders of workers that were killed
    (state / "tmp").mkdir(parents=True)
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(
        TMPDIR=str(state / "tmp"),
        PYTHONPATH=str(state / "runtime"),
        TZ="UTC",
        AUTH="true",
        BIND_HOST=HOST,
        GATEWAY_PORT=str(config.port),
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_HOST=HOST,
        PERSIST_STATE="1",
        STATE_DIR=str(state / "services"),
        S3_PERSIST="1",
        S3_DATA_DIR=str(state / "objects"),
        LOG_LEVEL="WARNING",
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        DOCKER_HOST=f"unix://{state}/no-docker",
    )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")


def _run(config: CloudConfig) -> None:
    # Imported only now: the emulator reads its environment when it is imported.
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.core import lambda_runtime

    from . import quiesce, repairs
    from .front import Front
    from .repairs import alarms, logs, workers

    repairs.apply_all()
    quiesce.gate()
    state = config.state_dir.resolve()
    workers.prepare(state)
    logs.write_to(state / "logs")

    def opened() -> None:
        quiesce.working.set()
        alarms.start_pump()
        print(f"The local cloud is up: AWS at {config.endpoint}, front door at {config.front_url}", flush=True)

    front = Front(config.front_port, opened)
    hypercorn = Config()
    hypercorn.bind = [f"{HOST}:{config.port}", f"{HOST}:{config.front_port}"]
    hypercorn.keep_alive_timeout = 75
    hypercorn.backlog = 1024
    hypercorn.loglevel = "WARNING"

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        follow_parent()
        serving = asyncio.create_task(serve(cast("Any", front), hypercorn, shutdown_trigger=asyncio.Event().wait))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():  # it never ends by itself
            serving.result()
        if not await asyncio.to_thread(quiesce.wait_until_quiet, lambda: front.busy):
            print("Some work did not end in time; it is cut off.", file=sys.stderr, flush=True)
        _save()
        lambda_runtime.reset()
        os._exit(0)  # threads of state machines would keep the process alive, and working

    asyncio.run(main())


def _save() -> None:
    """Write every service's state, on the event loop, so that no request comes between two services."""
    from ministack import app
    from ministack.core import persistence

    for service, get_state in app._build_persistence_save_dict().items():
        for attempt in range(5):
            try:
                state = get_state()
                break
            except RuntimeError:  # a state machine's thread changed what was being copied
                if attempt == 4:
                    raise
        if state is not None:
            persistence.save_state(service, state)
