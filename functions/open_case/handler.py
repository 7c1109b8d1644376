"""Gives people a case for what a machine found and must not decide, and does what two of them agreed on."""

from __future__ import annotations

from prakerja.cases.messages import ClearingApproved
from prakerja.cases.service import clear_case, open_case
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One finding, or one agreement."""
    if topic == ClearingApproved.topic:
        approved = ClearingApproved.model_validate_json(body)
        clear_case(platform(), case_id=approved.case_id, approval_id=approved.approval_id)
        return
    open_case(platform(), CaseNeeded.model_validate_json(body))


handler = sqs_worker(work, sqs)
