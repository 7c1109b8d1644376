"""The two programs that a run stands on, the local cloud and the outside world: started, watched, stopped."""

from __future__ import annotations

import contextlib
import io
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.cloud.deploy import deploy
from sandbox.cloud.process import cloud_process, kill_lambda_workers, start_cloud
from sandbox.demo.keys import Keys
from sandbox.demo.options import Options
from sandbox.world.process import WorldProcess


@dataclass
class System:
    """What runs."""

    options: Options
    world: WorldProcess
    kills: int = 0
    """Processes killed on purpose."""

    def deploy(self) -> str:
        """Bring the stacks to their templates; says what had to be done."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            deploy(self.options.local.assembly, self.options.cloud.endpoint, self.options.local.outputs)
        return ", ".join(line.removeprefix("prakerja-local-") for line in said.getvalue().splitlines())

    def cloud_is_up(self) -> bool:
        """Whether the local cloud still runs."""
        return cloud_process(self.options.cloud) is not None

    def strike(self) -> str:
        """Kill every Lambda worker and the outside world, as a failing host would; the world is started again."""
        workers = kill_lambda_workers(self.options.cloud)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.world.pid, signal.SIGKILL)
        self.kills += len(workers) + 1
        return f"killed {len(workers)} workers and the outside world"


@contextlib.contextmanager
def running(options: Options, keys: Keys) -> Iterator[System]:
    """Start both; at the end, however it comes, stop both and let the cloud save its state.

    Raises ProgramFailed, WorldFailed (a port that is taken, say).
    """
    with WorldProcess(
        port=options.world_port,
        state_dir=options.local.world,
        registry_key=keys.registry_key,
        face_key=keys.face_key,
    ) as world:
        cloud = start_cloud(options.cloud)
        try:
            yield System(options, world)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything half stopped
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            cloud.stop()
