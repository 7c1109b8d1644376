"""Sends one released payout to its provider."""

from __future__ import annotations

from prakerja.payouts.messages import PayoutQueued
from prakerja.payouts.service import send_payout
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs


def work(topic: str, body: str) -> None:
    """One message: at most one sending."""
    send_payout(platform(), providers(), payout_id=PayoutQueued.model_validate_json(body).payout_id)


handler = sqs_worker(work, sqs)
