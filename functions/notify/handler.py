"""Brings one-time codes and notices to people by SMS and e-mail. Holds the keys of codes; issues no tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from prakerja.gateways.email import EmailSender
from prakerja.gateways.sms import SmsSender
from prakerja.platform.one_time_code import one_time_code
from prakerja.platform.outbox import later
from prakerja.platform.problems import Unavailable
from prakerja.platform.settings import settings
from prakerja.platform.worker import sqs_worker
from prakerja.registration.messages import CodeRequested, NoticeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.ports import Senders
from prakerja.registration.service.delivery import send_code, send_notice, send_payment_code
from prakerja.training import PaymentCodeRequested, payment_code_target
from prakerja.wiring import platform, secret, sqs

PAYMENT_PAUSE_SECONDS = 15
"""Shorter than for other codes: a buyer stands at a platform's check-out, and a payment lives ten minutes."""


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


def bring_payment_code(body: str) -> None:
    """A code for buying a course. While the provider is away it is asked again, until the payment's own time is over."""
    message = PaymentCodeRequested.model_validate_json(body)
    p = platform()
    target = payment_code_target(p.table, message.payment_id, p.clock.wall())
    if target is None or target[1] != message.resend:
        return
    code = one_time_code(secret(settings().payment_code_secret), message.payment_id, message.resend)
    reference = f"payment-{message.payment_id}-{message.resend}"
    try:
        send_payment_code(p, senders(), person_id=target[0], code=code, reference=reference)
    except Unavailable as problem:
        p.table.commit(outbox=[later(message, max(PAYMENT_PAUSE_SECONDS, problem.retry_after or 0))])


TOPICS: dict[str, Callable[[str], None]] = {
    CodeRequested.topic: bring_code,
    NoticeRequested.topic: bring_notice,
    PaymentCodeRequested.topic: bring_payment_code,
}
"""Topic → what it makes us bring."""


def work(topic: str, body: str) -> None:
    """One message. An unknown topic is a mistake in the deployment and rests in the dead-letter queue."""
    TOPICS[topic](body)


handler = sqs_worker(work, sqs)
