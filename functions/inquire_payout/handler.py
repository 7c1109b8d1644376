"""Asks a provider what became of a payout whose outcome is unknown."""

from __future__ import annotations

from prakerja.payouts.messages import PayoutUnknown
from prakerja.payouts.service import inquire_payout
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs


def work(topic: str, body: str) -> None:
    """One message: one inquiry, if the outcome is still unknown."""
    inquire_payout(platform(), providers(), payout_id=PayoutUnknown.model_validate_json(body).payout_id)


handler = sqs_worker(work, sqs)
