"""Brings one-time codes and notices to people by SMS and e-mail. Holds the keys of codes; issues no tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from prakerja.gateways.email import EmailSender
from prakerja.gateways.sms import SmsSender
from prakerja.platform.settings import settings
from prakerja.platform.worker import sqs_worker
from prakerja.registration.messages import CodeRequested, NoticeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.ports import Senders
from prakerja.registration.service.delivery import send_code, send_notice
from prakerja.wiring import platform, secret, sqs


@lru_cache(maxsize=1)
def senders() -> Senders:
    """The two providers."""
    return {Channel.PHONE: SmsSender(settings().sms_url), Channel.EMAIL: EmailSender(settings().email_url)}


def bring_code(body: str) -> None:
    """A code for signing in or for a contact."""
    message = CodeRequested.model_validate_json(body)
    send_code(platform(), senders(), secret(settings().code_secret), challenge_id=message.challenge_id)


def bring_notice(body: str) -> None:
    """Something that a person should know."""
    send_notice(platform(), senders(), NoticeRequested.model_validate_json(body))


TOPICS: dict[str, Callable[[str], None]] = {
    CodeRequested.topic: bring_code,
    NoticeRequested.topic: bring_notice,
}
"""Topic → what it makes us bring."""


def work(topic: str, body: str) -> None:
    """One message. An unknown topic is a mistake in the deployment and rests in the dead-letter queue."""
    TOPICS[topic](body)


handler = sqs_worker(work, sqs)
