"""Whether a provider may be sent to: the operators' kill switch, and a breaker that opens by itself. Pure.

::

    FLOWING ──(answers stay away, or one refuses us)──▶ PAUSED until open_until ──▶ PROBE: one sending tries
       ▲                                                  ▲                            │
       └────────────── it was answered ───────────────────┼────────────────────────────┤
                                                          └── again not: twice as long ┘
    STOPPED: any one operator, at once; two are needed to start again. It outranks the breaker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.payouts.answers import Outcome

EVERYBODY = "ALL"
"""The channel of all providers together."""
PAUSES = (60, 120, 240, 480, 900)
"""Seconds that the breaker stays open, the first time and each time a probe failed; the last one repeats."""
REFUSED_PAUSES = (900, 1800, 3600)
"""The same after an answer that blames our own set-up or funds: time does not mend those, people do."""
PROBE_LEASE = timedelta(seconds=75)
"""A probe that was not answered after this long has died; longer than its function may run."""
CONSECUTIVE = 5
"""So many sendings on end without a clear answer open the breaker."""
WINDOW, SHARE = 20, 0.5
"""So does this share of them among the last ``WINDOW``."""


class Cause(StrEnum):
    """Why a breaker opened."""

    NO_ANSWERS = "NO_ANSWERS"
    """Outcomes stay unclear, or nothing can even be sent: the provider, or the way to it, is down."""
    REFUSES_US = "REFUSES_US"
    """Our set-up or source funds (STOP class): nobody's payout has failed."""


class Flow(StrEnum):
    """What may be sent now. See the module's drawing."""

    FLOWING = "FLOWING"
    PROBE = "PROBE"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class Channel:
    """One provider's channel, or that of all (``EVERYBODY``). Times are UTC, wall clock."""

    provider: str
    stopped_by: str | None = None
    """Subject of the operator who stopped it."""
    stopped_at: datetime | None = None
    stopped_because: str | None = None
    open_until: datetime | None = None
    """The breaker is open; after this time one probe may go."""
    cause: Cause | None = None
    code: str | None = None
    """The response code that opened it, "" if there was none."""
    opened: int = 0
    """How often in a row."""
    probe_until: datetime | None = None
    """Somebody is probing."""
    version: int = 0
    """Grows by one with each write: only whoever saw the last one may write."""

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    def flow(self, now: datetime) -> Flow:
        """What may be sent at ``now``."""
        if self.is_stopped:
            return Flow.STOPPED
        if self.open_until is None:
            return Flow.FLOWING
        probing = self.probe_until is not None and now < self.probe_until
        return Flow.PAUSED if now < self.open_until or probing else Flow.PROBE


@dataclass(frozen=True)
class Gate:
    """A provider's own channel together with that of all."""

    own: Channel
    everybody: Channel

    def flow(self, now: datetime) -> Flow:
        """What may be sent to the provider at ``now``."""
        return Flow.STOPPED if self.everybody.is_stopped else self.own.flow(now)

    def may_ask(self, now: datetime) -> bool:
        """Whether inquiries make sense: they move no money, so only a provider that does not answer pauses them."""
        until = self.own.open_until if self.own.cause is Cause.NO_ANSWERS else None
        return until is None or now >= until


def decide_stop(channel: Channel, by: str, because: str, now: datetime) -> Channel:
    """One operator stops it. A stopped one stays stopped by the first."""
    if channel.is_stopped:
        return channel
    return replace(channel, stopped_by=by, stopped_at=now, stopped_because=because, version=channel.version + 1)


def decide_start(channel: Channel) -> Channel:
    """Two operators agreed; what the breaker knew is forgotten too, so that it can be tried at once."""
    return Channel(channel.provider, version=channel.version + 1)


def decide_open(channel: Channel, cause: Cause, code: str, now: datetime) -> Channel:
    """Open the breaker; one that is open already stays as it is, unless it was probed just now."""
    if channel.open_until is not None and now < channel.open_until:
        return channel
    pauses = REFUSED_PAUSES if cause is Cause.REFUSES_US else PAUSES
    pause = pauses[min(channel.opened, len(pauses) - 1)]
    return replace(
        channel,
        open_until=now + timedelta(seconds=pause),
        cause=cause,
        code=code,
        opened=channel.opened + 1,
        probe_until=None,
        version=channel.version + 1,
    )


def decide_probe(channel: Channel, now: datetime) -> Channel:
    """Take the one probe."""
    return replace(channel, probe_until=now + PROBE_LEASE, version=channel.version + 1)


def decide_close(channel: Channel) -> Channel:
    """A probe was answered."""
    return replace(
        channel, open_until=None, cause=None, code=None, opened=0, probe_until=None, version=channel.version + 1
    )


def is_unanswered(outcome: Outcome, code: str) -> bool:
    """Whether a sending says nothing about the provider but that it does not answer: unclear, or it was not reached.

    Not carried out (REJ) is an answer only with the code of a refusal; else there was no connection, or no token.
    """
    return outcome is Outcome.AMB or (outcome is Outcome.REJ and not code.startswith("4"))


@dataclass
class Recent:
    """How one process's last sendings to a provider ended."""

    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    """True: unanswered."""

    def note(self, outcome: Outcome, code: str) -> Cause | None:
        """Count one in; answers why the breaker has to open, if it has to."""
        if outcome is Outcome.STOP:
            self.outcomes.clear()
            return Cause.REFUSES_US
        self.outcomes.append(is_unanswered(outcome, code))
        if not _too_many(self.outcomes):
            return None
        self.outcomes.clear()
        return Cause.NO_ANSWERS


def _too_many(outcomes: Iterable[bool]) -> bool:
    last = list(outcomes)
    on_end = len(last) >= CONSECUTIVE and all(last[-CONSECUTIVE:])
    return on_end or (len(last) == WINDOW and sum(last) >= SHARE * WINDOW)
