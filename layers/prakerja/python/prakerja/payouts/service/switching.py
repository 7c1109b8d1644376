"""The operators' switch of a channel: any one of them stops it, two start it again."""

from __future__ import annotations

from contextlib import suppress

from prakerja.payouts.channels import EVERYBODY, Channel, decide_start, decide_stop
from prakerja.payouts.errors import ChannelMoved, ChannelNotStopped, NotAgreed, UnknownProvider
from prakerja.payouts.messages import ChannelStartApproved
from prakerja.payouts.model import PROVIDERS
from prakerja.payouts.service.channels import forget_channels
from prakerja.payouts.store import change_channel, load_channel
from prakerja.platform import Platform
from prakerja.platform.approvals import Approval, load_approval, proposal, propose
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.ids import fingerprint
from prakerja.platform.observability import count, log
from prakerja.platform.problems import Unavailable

START = "CHANNEL_START"
"""The kind of the operators' approval; its content is the stop that it ends."""
CHANNELS = (EVERYBODY, *PROVIDERS)
TRIES = 5


def list_channels(p: Platform) -> list[Channel]:
    """All channels, that of everybody first."""
    return [load_channel(p.table, name) for name in CHANNELS]


def stop_channel(p: Platform, *, operator: str, provider: str, because: str) -> Channel:
    """Stop a provider's channel, or all (``EVERYBODY``): nothing is sent from now on (from five seconds on, where a
    worker has just read the channel). Stopping a stopped one changes nothing. Raises UnknownProvider.
    """
    if provider not in CHANNELS:
        raise UnknownProvider(providers=", ".join(CHANNELS))
    for _ in range(TRIES):  # the breaker may write in between
        # load
        before = load_channel(p.table, provider)
        # decide
        now = p.clock.wall()
        after = decide_stop(before, operator, because, now)
        if after == before:
            return before
        # commit
        with suppress(ChannelMoved):
            p.table.commit(
                change_channel(before, after),
                evidence(f"CHANNEL:{provider}", "CHANNEL_STOPPED", now, by=operator, because=because),
            )
            forget_channels(p)
            log.warning("channel stopped", provider=provider, by=operator)
            count("ChannelStopped", provider=provider)
            return after
    raise Unavailable(retry_after=1)


def propose_start(p: Platform, *, operator: str, provider: str) -> Approval:
    """The first operator's agreement to start a stopped channel. Raises UnknownProvider, ChannelNotStopped."""
    if provider not in CHANNELS:
        raise UnknownProvider(providers=", ".join(CHANNELS))
    # load
    stopped = load_channel(p.table, provider)
    # decide
    if not stopped.is_stopped:
        raise ChannelNotStopped
    now, content = p.clock.wall(), _content(stopped)
    approval = proposal(
        p,
        START,
        provider,
        content,
        operator,
        provider=provider,
        stopped_by=stopped.stopped_by,
        stopped_at=to_text(stopped.stopped_at) if stopped.stopped_at else None,
        stopped_because=stopped.stopped_because,
    )
    # commit
    outcome = p.table.commit(
        *propose(approval), evidence(f"CHANNEL:{provider}", "CHANNEL_START_PROPOSED", now, by=operator)
    )
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def start_approved(approval: Approval) -> ChannelStartApproved:
    """What the second operator's agreement announces."""
    return ChannelStartApproved(provider=approval.subject_id, approval_id=approval.approval_id)


def start_channel(p: Platform, *, provider: str, approval_id: str) -> Channel:
    """Start a channel again, if it still stands stopped as two operators saw it. Raises NotAgreed."""
    # load
    stopped = load_channel(p.table, provider)
    approval = load_approval(p.table, approval_id)
    # decide
    if not stopped.is_stopped:
        return stopped
    if not approval.binds(START, provider, _content(stopped)):
        raise NotAgreed
    started = decide_start(stopped)
    # commit: what waits is due and is woken by the next sweep
    p.table.commit(
        change_channel(stopped, started),
        evidence(f"CHANNEL:{provider}", "CHANNEL_STARTED", p.clock.wall(), approval_id=approval_id),
    )
    forget_channels(p)
    return started


def _content(stopped: Channel) -> str:
    return fingerprint([stopped.provider, stopped.stopped_by, stopped.stopped_at and to_text(stopped.stopped_at)])
