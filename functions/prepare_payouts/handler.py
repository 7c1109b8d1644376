"""Fills a payout run with what is due, and queues its payouts once two operators have released it."""

from __future__ import annotations

from prakerja.payouts.messages import AccountReady, ChannelStartApproved, RunApproved, RunStarted, ShardReleased
from prakerja.payouts.service import account_ready, prepare_run, queue_shard, release_run, start_channel
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One step of a run."""
    if topic == RunApproved.topic:
        approved = RunApproved.model_validate_json(body)
        release_run(platform(), run_id=approved.run_id, approval_id=approved.approval_id)
    elif topic == ShardReleased.topic:
        released = ShardReleased.model_validate_json(body)
        queue_shard(platform(), run_id=released.run_id, shard=released.shard)
    elif topic == AccountReady.topic:
        account_ready(platform(), person_id=AccountReady.model_validate_json(body).person_id)
    elif topic == ChannelStartApproved.topic:
        start = ChannelStartApproved.model_validate_json(body)
        start_channel(platform(), provider=start.provider, approval_id=start.approval_id)
    else:
        prepare_run(platform(), run_id=RunStarted.model_validate_json(body).run_id)


handler = sqs_worker(work, sqs)
