"""``python -m sandbox.world --port 8090 --state-dir .local/world``: the outside world in this terminal."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox.world import face, registry
from sandbox.world.app import create
from sandbox.world.process import WorldFailed, WorldProcess
from sandbox.world.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.supervise:
        return _supervise(options)
    if options.until_stdin_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    app = create(
        options.state_dir,
        beacon_period=options.beacon_period,
        registry_key=options.registry_key,
        face_key=options.face_key,
    )
    serve(app, options.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.world", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--state-dir", type=Path, default=Path(".local/world"))
    parser.add_argument("--beacon-period", type=int, default=1, help="seconds; only for a new state directory")
    parser.add_argument("--registry-key", default=os.environ.get("WORLD_REGISTRY_KEY", registry.DEFAULT_API_KEY))
    parser.add_argument("--face-key", default=os.environ.get("WORLD_FACE_KEY", face.DEFAULT_API_KEY))
    parser.add_argument("--supervise", action="store_true", help="serve from a child process, again whenever it dies")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    return parser


def _supervise(options: argparse.Namespace) -> int:
    world = WorldProcess(
        port=options.port,
        state_dir=options.state_dir,
        beacon_period=options.beacon_period,
        registry_key=options.registry_key,
        face_key=options.face_key,
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with world:
            print(f"The outside world is at {world.url}/control", flush=True)
            stop.wait()
    except WorldFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _end_with_parent() -> None:
    """A killed parent cannot say goodbye, but its end of our standard input closes."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
