"""Keeps the outside world running: start, wait until it answers, restart when it dies, stop.

::

    with WorldProcess(port=8090, state_dir=Path(".local/world")) as world:
        ...  # world.url answers; a killed server is back within a second with all that it knew
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3

from sandbox.world import face, registry
from sandbox.world.server import HOST

ROOT = Path(__file__).resolve().parents[2]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds before a restart; doubled each time it dies young."""
_YOUNG = 10.0
"""Seconds."""


class WorldFailed(Exception):
    """It did not come up; the message says why, with the last lines of its log."""


class WorldProcess:
    """One supervised server. Its log is ``<state_dir>/world.log``; it also ends when this process is killed."""

    def __init__(
        self,
        *,
        port: int,
        state_dir: Path,
        beacon_period: int = 1,
        registry_key: str = registry.DEFAULT_API_KEY,
        face_key: str = face.DEFAULT_API_KEY,
    ) -> None:
        self.url = f"http://{HOST}:{port}"
        self.restarts = 0
        state_dir = state_dir.resolve()
        self._log = state_dir / "world.log"
        self._command = [sys.executable, "-m", "sandbox.world", "--until-stdin-closes", "--port", str(port)]
        self._command += ["--state-dir", str(state_dir), "--beacon-period", str(beacon_period)]
        self._environment = {**os.environ, "WORLD_REGISTRY_KEY": registry_key, "WORLD_FACE_KEY": face_key}
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="world-watcher", daemon=True)

    @property
    def pid(self) -> int:
        """Of the server that runs now."""
        if self._child is None:
            raise WorldFailed("the outside world was not started")
        return self._child.pid

    def start(self, patience: float = 20.0) -> Self:
        """Returns once it answers. Raises WorldFailed if it dies first or does not answer for ``patience`` seconds."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._child = self._spawn()
        until = time.monotonic() + patience
        while not self.ready():
            if self._child.poll() is not None or time.monotonic() > until:
                self._end(self._child)
                raise WorldFailed(
                    f"the outside world did not start at {self.url} (another port: make run WORLD_PORT=…):\n"
                    f"{self._last_lines()}"
                )
            time.sleep(0.05)
        self._watcher.start()
        return self

    def ready(self) -> bool:
        """Does our own server answer now? Another program on the same port does not count."""
        try:
            answer = urllib3.request("GET", f"{self.url}/control/health", timeout=1.0, retries=False)
            return bool(answer.status == 200 and answer.json()["pid"] == self.pid)
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError):
            return False

    def stop(self) -> None:
        """Ends the server and the watch over it. May be called twice."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._child is not None:
            self._end(self._child)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _watch(self) -> None:
        pause, born = _FIRST_PAUSE, time.monotonic()
        while not self._stopping.wait(0.1):
            if self._child is None or self._child.poll() is None:
                continue
            pause = min(2 * pause, _LONGEST_PAUSE) if time.monotonic() - born < _YOUNG else _FIRST_PAUSE
            if self._stopping.wait(pause):
                return
            self._child, born = self._spawn(), time.monotonic()
            self.restarts += 1

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches us, and we end it in our own order
            )

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-5:])
