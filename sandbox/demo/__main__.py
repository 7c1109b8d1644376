"""``python -m sandbox.demo [run | tokens | travel | verify-draw]``; options are environment variables."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from types import FrameType

from botocore.exceptions import EndpointConnectionError

from prakerja.platform.clock import SystemClock, wib_date
from sandbox.cloud.deploy import DeploymentFailed
from sandbox.cloud.process import ProgramFailed, warm_functions
from sandbox.demo.admin import Admin
from sandbox.demo.api import Api, NoAnswer, Refused
from sandbox.demo.draws import check_draw
from sandbox.demo.files import read_json
from sandbox.demo.handout import NothingPlayed, note_time, renew_tokens
from sandbox.demo.inbox import Inbox
from sandbox.demo.keys import Keys
from sandbox.demo.memory import Memory
from sandbox.demo.options import HELP, Options, OptionWrong
from sandbox.demo.run import run
from sandbox.demo.show import Show
from sandbox.demo.synth import SynthesisFailed
from sandbox.demo.travel import travel
from sandbox.world.process import WorldFailed

INTERRUPTED = 130


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.demo",
        description="Starts the whole system on this machine and plays a wave of invented people through it.",
        epilog="options, as environment variables:\n" + HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="run",
        choices=("run", "tokens", "travel", "verify-draw"),
        help="run (default); of a running system: tokens: new ones in demo.json; travel: move programme time DAYS "
        "forward and run every sweep; verify-draw: recompute the published draw of a WAVE",
    )
    command = parser.parse_args().command
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts what runs in its background deaf to Ctrl-C
        signal.signal(number, _interrupt)
    show = Show()
    try:
        options = Options.of(os.environ)
        return {"run": run, "tokens": _tokens, "travel": _travel, "verify-draw": _verify_draw}[command](options, show)
    except KeyboardInterrupt:
        show.console.print("Stopped; the state is kept.")
        return INTERRUPTED
    except (OptionWrong, ProgramFailed, WorldFailed, SynthesisFailed, DeploymentFailed, NothingPlayed) as problem:
        print(problem, file=sys.stderr)
        return 2
    except EndpointConnectionError:
        print("Nothing answers there: the system must be up (make run).", file=sys.stderr)
        return 2
    except (NoAnswer, Refused) as problem:
        print(f"It could not go on: {problem}", file=sys.stderr)
        return 1


def _tokens(options: Options, show: Show) -> int:
    stop = threading.Event()
    inbox = Inbox(options.world_url, stop)
    renew_tokens(options.local, Admin(options), Api(options.base_url, stop), inbox, Keys.of(options.local))
    stop.set()
    show.console.print(f"new tokens are in {options.local.handout}")
    return 0


def _travel(options: Options, show: Show) -> int:
    memory = Memory(options.local, wib_date(SystemClock().programme()).isoformat())
    for line in travel(Admin(options), memory, options.days):
        show.console.print(line, markup=False, soft_wrap=True)
    note_time(options.local, memory.offset_seconds)
    warm_functions(options.cloud)
    return 0


def _verify_draw(options: Options, show: Show) -> int:
    wave_id = options.wave or read_json(options.local.handout).get("drawn_wave_id", "")
    if not wave_id:
        raise NothingPlayed("WAVE=… says which wave; none has been played yet")
    verdict = check_draw(Api(options.base_url, threading.Event()), options.local, wave_id)
    show.console.print(f"{verdict.folder}\n{verdict.report}", markup=False, soft_wrap=True)
    return 0 if verdict.right else 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
