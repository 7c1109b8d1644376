"""Finds out what became of a payout: asks its provider, or does what two operators found out."""

from __future__ import annotations

from prakerja.payouts.messages import PayoutSaidReturned, PayoutToldOf, PayoutUnknown, VerdictApproved
from prakerja.payouts.service import inquire_payout, look_again, pass_verdict
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, providers, sqs


def work(topic: str, body: str) -> None:
    """One message: at most one inquiry, if there is still something to ask."""
    if topic == VerdictApproved.topic:
        verdict = VerdictApproved.model_validate_json(body)
        pass_verdict(platform(), payout_id=verdict.payout_id, approval_id=verdict.approval_id)
    elif topic == PayoutToldOf.topic:
        look_again(platform(), providers(), payout_id=PayoutToldOf.model_validate_json(body).payout_id)
    elif topic == PayoutSaidReturned.topic:
        said = PayoutSaidReturned.model_validate_json(body)
        look_again(platform(), providers(), payout_id=said.payout_id, returned=said.attempt)
    else:
        inquire_payout(platform(), providers(), payout_id=PayoutUnknown.model_validate_json(body).payout_id)


handler = sqs_worker(work, sqs)
