"""Messages that were given up: look at them, and send them back once the cause is mended."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.platform.auth import Operator, Role
from prakerja.platform.dead_letters import look, send_back
from prakerja.platform.observability import log
from prakerja.platform.settings import settings
from prakerja.platform.validation import View
from prakerja.wiring import operator, sqs

router = Router()

Who = Annotated[Operator, Depends(operator)]


class DeadLetterView(View):
    """A message that was given up. It carries ids only."""

    message_id: str
    topic: str
    body: str
    correlation_id: str
    receives: int
    source: str | None = None


class SentBack(View):
    """How many messages went back to their queues, and how many have no queue to go to."""

    sent_back: int
    left: int


@router.get("/operator/v1/dead-letters/<function>", tags=["dead letters"])
def read_dead_letters(function: str, who: Who) -> list[DeadLetterView]:
    """Up to ten messages that a function gave up."""
    who.require(Role.WAVE_MANAGER, Role.PAYOUT_OFFICER, Role.AUDITOR)
    letters = look(sqs(), settings().dead_letter_queue_urls, function)
    return [DeadLetterView(**letter.__dict__) for letter in letters]


@router.post("/operator/v1/dead-letters/<function>/redrive", tags=["dead letters"])
def redrive(function: str, who: Who) -> SentBack:
    """Send them back to their queues. Safe to repeat: work that was done is not done again."""
    who.require(Role.WAVE_MANAGER, Role.PAYOUT_OFFICER)
    sent, left = send_back(sqs(), settings().dead_letter_queue_urls, settings().queue_urls, function)
    log.info("dead letters sent back", function=function, sent=sent, left=left, by=who.sub)
    return SentBack(sent_back=sent, left=left)
