"""Looks again whether a member has earned an incentive, whenever something that counts has happened."""

from __future__ import annotations

from pydantic import BaseModel

from prakerja.incentives.service import schedule_incentive
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, sqs


class _AboutPerson(BaseModel):
    """Course completed, course reviewed, account linked: what they share is whom they are about."""

    person_id: str


def work(topic: str, body: str) -> None:
    """One message: one look."""
    schedule_incentive(platform(), person_id=_AboutPerson.model_validate_json(body).person_id)


handler = sqs_worker(work, sqs)
