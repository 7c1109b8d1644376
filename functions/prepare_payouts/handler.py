"""What precedes the sending of payouts: fills a run with what is due, queues it once two operators have released it, and
looks again at payouts whose member's account or exclusion has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prakerja.exclusions import ExclusionChanged
from prakerja.exclusions.messages import LiftApproved
from prakerja.exclusions.service import lift
from prakerja.payouts.messages import (
    AccountReady,
    ChannelStartApproved,
    RunApproved,
    RunStarted,
    ShardReleased,
    ShardWithdrawn,
)
from prakerja.payouts.service import (
    account_ready,
    prepare_run,
    queue_shard,
    release_run,
    screen_member,
    start_channel,
    withdraw_shard,
)
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs


def _release(body: str) -> None:
    approved = RunApproved.model_validate_json(body)
    release_run(platform(), providers(), run_id=approved.run_id, approval_id=approved.approval_id)


def _queue(body: str) -> None:
    released = ShardReleased.model_validate_json(body)
    queue_shard(platform(), run_id=released.run_id, shard=released.shard)


def _withdraw(body: str) -> None:
    withdrawn = ShardWithdrawn.model_validate_json(body)
    withdraw_shard(platform(), run_id=withdrawn.run_id, shard=withdrawn.shard)


def _start_channel(body: str) -> None:
    start = ChannelStartApproved.model_validate_json(body)
    start_channel(platform(), provider=start.provider, approval_id=start.approval_id)


def _lift(body: str) -> None:
    approved = LiftApproved.model_validate_json(body)
    lift(platform(), exclusion_id=approved.exclusion_id, approval_id=approved.approval_id)


WORK: Mapping[str, Callable[[str], object]] = {
    RunStarted.topic: lambda body: prepare_run(platform(), run_id=RunStarted.model_validate_json(body).run_id),
    RunApproved.topic: _release,
    ShardReleased.topic: _queue,
    ShardWithdrawn.topic: _withdraw,
    AccountReady.topic: lambda body: account_ready(
        platform(), person_id=AccountReady.model_validate_json(body).person_id
    ),
    ChannelStartApproved.topic: _start_channel,
    ExclusionChanged.topic: lambda body: screen_member(
        platform(), person_id=ExclusionChanged.model_validate_json(body).person_id
    ),
    LiftApproved.topic: _lift,
}
"""Topic → one step."""


def work(topic: str, body: str) -> None:
    """One message: one step."""
    WORK[topic](body)


handler = sqs_worker(work, sqs)
