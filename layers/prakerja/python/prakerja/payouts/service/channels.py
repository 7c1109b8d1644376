"""Channels as sending sees them: read seldom, written hardly ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from prakerja.payouts.answers import Outcome
from prakerja.payouts.channels import (
    Channel,
    Flow,
    Gate,
    Recent,
    decide_close,
    decide_open,
    decide_probe,
    is_unanswered,
)
from prakerja.payouts.errors import ChannelMoved
from prakerja.payouts.store import change_channel, load_channel, load_gate
from prakerja.platform import Platform
from prakerja.platform.observability import count, log
from prakerja.platform.table import Table

FRESH = timedelta(seconds=5)
"""So long a process believes what it read: a stop reaches every worker within this time."""


@dataclass
class _Memory:
    """What this process knows of channels. Losing it costs a read, and a breaker that opens a little later."""

    gates: dict[str, tuple[datetime, Gate]] = field(default_factory=dict)
    recent: dict[str, Recent] = field(default_factory=dict)


_memories: WeakKeyDictionary[Table, _Memory] = WeakKeyDictionary()


def channel(p: Platform, provider: str) -> Gate:
    """Whether ``provider`` may be sent to: ``channel(p, name).flow(now)``. At most five seconds old."""
    gates, now = _memory(p).gates, p.clock.wall()
    known = gates.get(provider)
    if known is not None and timedelta() <= now - known[0] < FRESH:
        return known[1]
    gate = load_gate(p.table, provider)
    gates[provider] = (now, gate)
    return gate


def forget_channels(p: Platform) -> None:
    """Read anew next time: this process has just written one."""
    _memory(p).gates.clear()


def may_flow(p: Platform, provider: str) -> bool:
    """Whether it is worth while to prepare a sending. Takes no probe: that is ``may_send``'s."""
    return channel(p, provider).flow(p.clock.wall()) in (Flow.FLOWING, Flow.PROBE)


def may_send(p: Platform, provider: str) -> bool:
    """Whether to send now, asked last of all. While the breaker is half open exactly one worker hears True: the probe."""
    flow = channel(p, provider).flow(p.clock.wall())
    if flow is not Flow.PROBE:
        return flow is Flow.FLOWING
    seen = load_channel(p.table, provider)
    now = p.clock.wall()
    if seen.flow(now) is Flow.PROBE and _write(p, seen, decide_probe(seen, now)):
        log.warning("breaker half open: one sending probes", provider=provider)
        return True
    forget_channels(p)
    return False


def note_answer(p: Platform, provider: str, outcome: Outcome, code: str) -> None:
    """Let an answer to a sending open the breaker, or close it after a probe. Writes nothing in the normal case."""
    cause = _memory(p).recent.setdefault(provider, Recent()).note(outcome, code)
    unanswered = is_unanswered(outcome, code)
    probed = channel(p, provider).own.open_until is not None
    if cause is None and not probed:
        return
    seen = load_channel(p.table, provider)
    now = p.clock.wall()
    if cause is None and unanswered and seen.probe_until is not None:
        cause = seen.cause  # the probe itself was not answered: no need of five more
    if cause is not None:
        after = decide_open(seen, cause, code, now)
        if after != seen and _write(p, seen, after):
            log.error("breaker open", provider=provider, cause=str(cause), code=code)
            count("ChannelPaused")
    elif not unanswered and seen.probe_until is not None and _write(p, seen, decide_close(seen)):
        log.warning("breaker closed", provider=provider)


def _write(p: Platform, before: Channel, after: Channel) -> bool:
    """False: another process was faster."""
    try:
        p.table.commit(change_channel(before, after))
    except ChannelMoved:
        return False
    finally:
        forget_channels(p)
    return True


def _memory(p: Platform) -> _Memory:
    return _memories.setdefault(p.table, _Memory())
