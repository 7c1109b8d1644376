"""Ends courses whose time is over without proof: the money goes by the scheme, the next course may be bought."""

from __future__ import annotations

from prakerja.platform.worker import sqs_worker
from prakerja.training.messages import CourseDue
from prakerja.training.service.finishing import end_course
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One message: one redeem code."""
    end_course(platform(), redeem_code=CourseDue.model_validate_json(body).redeem_code)


handler = sqs_worker(work, sqs)
