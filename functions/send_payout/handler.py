"""Sends one released payout to its provider, no faster than the contract allows."""

from __future__ import annotations

from prakerja.payouts.messages import PayoutQueued
from prakerja.payouts.service import Pace, send_payout
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs

PACE = Pace()


def work(topic: str, body: str) -> None:
    """One message: at most one sending."""
    message = PayoutQueued.model_validate_json(body)
    send_payout(platform(), providers(), payout_id=message.payout_id, pace=PACE)


handler = sqs_worker(work, sqs)
