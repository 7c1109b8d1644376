"""A night of the sweep on the engine in memory, its calls counted, its workers killed as a test wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count
from typing import Any

from prakerja.membership.messages import DeadlinesToSweep, MembershipRevoked
from prakerja.membership.service import begin_reminding, begin_revoking, sweep_deadlines
from prakerja.payouts.service import end_payments
from prakerja.training.service.ending import end_learning
from tests.support.members import at, buy, decree, set_time
from tests.support.memory_aws import MemoryDynamoDB, memory_clients
from tests.support.world import World

DECREED = at(2026, 3, 2, 10)
"""Fifteen days: the deadline is midnight before 17 March."""
NIGHT, MORNING = at(2026, 3, 17, 0, 20), at(2026, 3, 13, 9)


class Killed(Exception):
    """The worker died at a call."""


@dataclass
class Night:
    """``members`` were decreed on one day; every one but each ``revoked_of``-th has bought in time."""

    members: int
    revoked_of: int
    world: World = field(init=False)
    engine: MemoryDynamoDB = field(init=False)
    calls: Counter[str] = field(default_factory=Counter)
    """By what was done."""

    def __post_init__(self) -> None:
        self.engine, dynamodb, kms = memory_clients()
        self.world = World(dynamodb, kms)
        set_time(self.world, DECREED)
        for number in range(1, self.members + 1):
            person_id = decree(self.world, number, DECREED)
            if number % self.revoked_of:
                buy(self.world, person_id)
        set_time(self.world, NIGHT)

    @property
    def idle(self) -> int:
        """How many have not bought."""
        return self.members // self.revoked_of

    def counted(self, what: str, work: Callable[[], Any]) -> Any:
        """Do something, and count the calls to DynamoDB that it makes."""
        before = self.engine.calls
        try:
            return work()
        finally:
            self.calls[what] += self.engine.calls - before

    def sweep(self, kill_every: int = 0) -> int:
        """The cron, and all that follows in its queue. ``kill_every`` so many calls a worker dies, before a call or with its
        answer in hand, and its message comes again. Answers how many died."""
        died, heard = 0, count(1)

        def calling(_: str) -> None:
            if kill_every and next(heard) % kill_every == 0:
                raise Killed

        self.counted("begin", lambda: begin_revoking(self.world.platform))
        while messages := self.world.take(DeadlinesToSweep.topic):
            while messages:
                key: dict[str, Any] = {**messages[0].body, "day": date.fromisoformat(messages[0].body["day"])}
                self.engine.calling = calling
                try:
                    self.counted("sweep", partial(sweep_deadlines, self.world.platform, **key))
                    del messages[0]
                except Killed:
                    died += 1
                finally:
                    self.engine.calling = lambda _: None
        return died

    def follow(self) -> list[str]:
        """What the ends of memberships lead to."""
        who = [message.body["person_id"] for message in self.world.take(MembershipRevoked.topic)]
        for person_id in who:
            self.counted("follow", partial(self._end, person_id))
        return who

    def remind(self) -> None:
        """The morning three days before the last one, from its cron on."""
        set_time(self.world, MORNING)
        self.counted("remind", lambda: begin_reminding(self.world.platform))
        for message in self.world.take(DeadlinesToSweep.topic):
            key: dict[str, Any] = {**message.body, "day": date.fromisoformat(message.body["day"])}
            self.counted("remind", partial(sweep_deadlines, self.world.platform, **key))
        set_time(self.world, NIGHT)

    def _end(self, person_id: str) -> None:
        end_learning(self.world.platform, person_id=person_id)
        end_payments(self.world.platform, person_id=person_id)
