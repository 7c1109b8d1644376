"""Gives people a case for what a machine found and must not decide."""

from __future__ import annotations

from prakerja.cases.service import open_case
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One finding."""
    open_case(platform(), CaseNeeded.model_validate_json(body))


handler = sqs_worker(work, sqs)
