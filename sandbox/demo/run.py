"""A whole run: start, prepare, play, judge, hand out, stay up."""

from __future__ import annotations

import threading
import time
from datetime import date

from prakerja.platform.clock import SystemClock, wib_date
from sandbox.cloud.process import ProgramFailed
from sandbox.demo.admin import Admin
from sandbox.demo.api import Api
from sandbox.demo.cast import cast, newcomers
from sandbox.demo.files import write_private
from sandbox.demo.handout import write_handout
from sandbox.demo.inbox import Inbox
from sandbox.demo.judge import judge
from sandbox.demo.keys import OPERATORS, Keys
from sandbox.demo.leaks import Search, search
from sandbox.demo.lessons import learn_of
from sandbox.demo.memory import Memory
from sandbox.demo.office import Operator
from sandbox.demo.options import SMALLEST, Options, playing
from sandbox.demo.outside import Outside
from sandbox.demo.participant import Participant
from sandbox.demo.partners import schools, shops
from sandbox.demo.payments import look_at
from sandbox.demo.play import Play
from sandbox.demo.prepare import bring_up, furnish, introduce
from sandbox.demo.show import Show
from sandbox.demo.stages import (
    buying,
    learning,
    linking,
    logging_in,
    paying,
    reconciling,
    registering,
    waving,
    webinar,
)
from sandbox.demo.summary import Result, print_next, print_summary, report
from sandbox.demo.system import System, running

SEEDS_APART = 1000
"""Runs on one state play with different people."""

STORY = (
    registering.sign_up,
    registering.prove_identity,
    waving.open_wave,
    waving.join,
    registering.come_with_another_device,
    waving.draw,
    waving.decree,
    linking.link_accounts,
    buying.buy,
    buying.suspend_a_platform,
    logging_in.log_in,
    learning.attend,
    learning.complete,
    paying.schedule,
    webinar.take_part,
    webinar.finish,
    paying.schedule,
    webinar.end,
    paying.release,
    paying.pay,
    paying.try_again,
    buying.buy_again,
    reconciling.reconcile,
    reconciling.close,
    waving.leave_a_wave_open,
)


def run(options: Options, show: Show) -> int:
    """Play; the answer is the exit status: 0 only if the outside world's books and ours agree and nothing leaked."""
    began = time.monotonic()
    memory = Memory(options.local, wib_date(SystemClock().programme()).isoformat())
    keys = Keys.of(options.local)
    stop = threading.Event()
    if options.people < SMALLEST:
        show.console.print(f"PEOPLE={options.people} is raised to {SMALLEST}: each case of the story needs somebody.")
    with running(options, keys) as system:
        try:
            with show.live():
                play = _prepare(system, memory, keys, show, stop)
                for part in STORY:
                    part(play)
                findings = judge(play, date.fromisoformat(memory.since))
                lessons, payments = learn_of(play), look_at(play)
                found = _search(play, keys)
                write_handout(play, keys, newcomers(_seed(options, memory.runs)))
            result = Result(findings, lessons, payments, found, time.monotonic() - began)
            write_private(options.local.report, report(play, result))
            print_summary(show.console, play, result)
            good = result.is_good
            show.console.print("All books agree." if good else "NOT all agree: see above.", style="bold")
            if options.stay:
                print_next(show.console, play)
                show.console.print("The system stays up. Ctrl-C stops it; its state is kept for the next run.")
                _stay(system, show)
        finally:
            stop.set()
    return 0 if good else 1


def _prepare(system: System, memory: Memory, keys: Keys, show: Show, stop: threading.Event) -> Play:
    options, offset = system.options, memory.offset_seconds
    admin = bring_up(system, show, offset)
    outside = Outside(options.world_url, stop)
    furnish(admin, keys, outside, show, options, offset)
    memory.keep(runs=memory.runs + 1)
    seed = _seed(options, memory.runs)
    api, inbox = Api(options.base_url, stop), Inbox(options.world_url, stop)
    players = cast(seed, playing(options), lambda person: Participant(api, inbox, person.phone, person.email))
    introduce(outside, [player.person for player in players], newcomers(seed))
    first, second = [_operator(api, admin, keys, name) for name in OPERATORS if "wave_manager" in OPERATORS[name]]
    return Play(
        options=options,
        number=memory.runs,
        system=system,
        admin=admin,
        api=api,
        inbox=inbox,
        outside=outside,
        clock=SystemClock(offset),
        show=show,
        stop=stop,
        operators=(first, second),
        keys=keys,
        memory=memory,
        platforms=shops(api, keys),
        institutions=schools(api, keys),
        players=players,
    )


def _operator(api: Api, admin: Admin, keys: Keys, name: str) -> Operator:
    return Operator(api, name, admin.sign_in_operator(name, keys.password(name)))


def _search(play: Play, keys: Keys) -> Search:
    with play.show.stage("search logs, dead letters and metrics") as stage:
        found = search(play, keys.everything() | {operator.token for operator in play.operators})
        stage.note("nothing leaked" if not found.leaks else f"{len(found.leaks)} leaks")
        return found


def _seed(options: Options, number: int) -> int:
    return options.seed * SEEDS_APART + number


def _stay(system: System, show: Show) -> None:
    try:
        while system.cloud_is_up():
            time.sleep(0.5)
    except KeyboardInterrupt:
        show.console.print("\nStopping; the state is kept.")
    else:
        raise ProgramFailed(f"the local cloud has ended: see {system.options.cloud.log_file}")
