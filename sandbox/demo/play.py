"""What every stage works with, and how many people do something at once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from prakerja.platform.clock import Clock, SystemClock
from sandbox.demo.admin import Admin
from sandbox.demo.api import Api, NoAnswer, Refused
from sandbox.demo.cast import Player
from sandbox.demo.inbox import Inbox
from sandbox.demo.keys import Keys
from sandbox.demo.lms import Lms
from sandbox.demo.memory import Memory
from sandbox.demo.office import Operator
from sandbox.demo.options import Options
from sandbox.demo.outside import Outside
from sandbox.demo.shop import Shop
from sandbox.demo.show import Show, Stage
from sandbox.demo.surfing import Surfer
from sandbox.demo.system import System
from sandbox.demo.travel import move

PEOPLE_AT_ONCE = 32
"""Most of them wait for a code or a result; requests under way are fewer (``api.AT_ONCE``)."""
LOOK_EVERY_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 600.0

Seen = TypeVar("Seen")


class TurnedDown(Exception):
    """A good answer that says no: not verified, not selected."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass
class Play:
    """One run."""

    options: Options
    number: int
    """Which run on this state this is."""
    system: System
    admin: Admin
    api: Api
    inbox: Inbox
    outside: Outside
    clock: Clock
    show: Show
    stop: threading.Event
    operators: tuple[Operator, Operator]
    keys: Keys
    memory: Memory
    platforms: dict[str, Shop]
    institutions: dict[str, Lms]
    players: list[Player]
    wave_id: str = ""
    open_wave_id: str = ""
    test_codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each institution, by case."""
    faults: dict[str, int] = field(default_factory=dict)
    """How often the payment providers misbehaved, by kind."""
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What comparing today with each payment provider's statement came to."""
    closing: list[date] = field(default_factory=list)
    """Days of the ledger that the nightly close has looked at."""
    began: datetime = field(default_factory=SystemClock().wall)
    """Wall clock."""
    secrets: set[str] = field(default_factory=set)
    """What must never be seen in a log, besides what players and inbox know."""

    def now(self) -> datetime:
        """Programme time."""
        return self.clock.programme()

    def surfer(self, player: Player) -> Surfer:
        """A fresh browser of somebody's."""
        return Surfer(self.api, self.inbox, player.who)

    def move(self, moment: datetime) -> None:
        """Move programme time forward to a moment. What runs meanwhile sees the one or the other."""
        move(self.admin, self.memory, round((moment - SystemClock().wall()).total_seconds()))
        self.clock = SystemClock(self.memory.offset_seconds)

    def everyone(self, players: Iterable[Player], act: Callable[[Player], object], stage: Stage) -> None:
        """Let all of them act, some at once. Refusals are noted; anything unforeseen ends the run."""
        with ThreadPoolExecutor(PEOPLE_AT_ONCE) as pool:
            jobs = [pool.submit(self._one, player, act, stage) for player in players]
            try:
                for job in as_completed(jobs):
                    job.result()
            except BaseException:
                self.stop.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _one(self, player: Player, act: Callable[[Player], object], stage: Stage) -> None:
        try:
            act(player)
        except (Refused, TurnedDown) as no:
            self.refuse(player, stage, no.kind)
        except NoAnswer:
            self.refuse(player, stage, "no-answer")
        else:
            stage.done()

    def refuse(self, player: Player, stage: Stage, kind: str) -> None:
        """Note that somebody was told no, and why."""
        player.refusals.append((stage.name, kind))
        stage.refused(kind)

    def follow(self, player: Player, subjects: Iterable[str], look: Callable[[], Seen | None]) -> Seen:
        """Look until there is something to see: at each notice with one of the subjects, and every few seconds.

        Raises NoAnswer after ten minutes.
        """
        wanted = re.compile("|".join(map(re.escape, subjects)))
        give_up, after = time.monotonic() + LONGEST_WAIT_SECONDS, 0
        while time.monotonic() < give_up:
            letter = self.inbox.letter(player.person.email, after, wanted, LOOK_EVERY_SECONDS)
            after = letter.number if letter else after
            seen = look()
            if seen is not None:
                return seen
        raise NoAnswer(f"nothing of {', '.join(subjects)} after {LONGEST_WAIT_SECONDS:.0f} s")

    def until(self, look: Callable[[], Seen | None], every: float = 1.0) -> Seen:
        """Look every second until there is something to see. Raises NoAnswer after ten minutes."""
        give_up = time.monotonic() + LONGEST_WAIT_SECONDS
        while (seen := look()) is None:
            if time.monotonic() > give_up:
                raise NoAnswer(f"nothing to be seen after {LONGEST_WAIT_SECONDS:.0f} s")
            self.api.wait(every)
        return seen

    def disturb(self, stage: Stage, moment: str) -> None:
        """With CHAOS: when half of the stage is done, kill what runs."""
        if moment in self.options.chaos:
            stage.halfway(lambda: stage.note(self.system.strike()))

    def expect_refusal(self, stage: Stage, player: Player, act: Callable[[Player], object]) -> None:
        """Something that must be refused is tried. Raises RuntimeError if it is not."""
        try:
            act(player)
        except Refused as refused:
            self.refuse(player, stage, refused.kind)
        else:
            raise RuntimeError(f"{stage.name}: something was allowed that must be refused")
