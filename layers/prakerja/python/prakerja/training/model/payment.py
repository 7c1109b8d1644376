"""A purchase waiting for its one-time code, and how often a card is sent one. Pure.

A payment is one intent: this card, course, schedule and price on this platform. Asking again sends another code for the
same payment, and the code before it does not count any more.

A platform knows a payment by its token: the id and a MAC of it. The token is never stored or queued; only who holds the
key of payment codes can make one.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.membership import CompletionRule, DebitAt, Membership
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.training.errors import (
    AccountHasAnotherCard,
    CardHasAnotherAccount,
    PaymentExpired,
    PaymentLocked,
    TooManyPaymentCodes,
    WrongPaymentCode,
)

CODE_LIFE = timedelta(minutes=10)
MAX_WRONG = 3
_MAC_LENGTH = 32
CODE_EVERY = timedelta(minutes=1)
CODES_PER_DAY = 5
REMEMBERED = 2 * CODES_PER_DAY
"""Requests: a signed one is believed for ten minutes at most, in which midnight may fall."""


class PaymentState(StrEnum):
    """WAITING for the code; USED once it has bought the course."""

    WAITING = "WAITING"
    USED = "USED"


@dataclass(frozen=True)
class Payment:
    """What the buyer will confirm with the code. Rules and price are those of the moment of ``send-otp``."""

    payment_id: str
    intent: str
    """Fingerprint of platform, buyer, course, schedule and price."""
    client_code: str
    user_platform_id: str
    person_id: str
    course_code: str
    schedule_code: str
    amount: int
    """Rupiah."""
    pools: int
    account_required: bool
    debit_at: DebitAt
    valid_until: datetime
    """Wall time, exclusive."""
    state: PaymentState = PaymentState.WAITING
    wrong: int = 0
    wrong_requests: tuple[str, ...] = ()
    """The signed requests that were counted as wrong; the very same request again is answered, not counted."""
    resend: int = 0
    purchase_id: str | None = None
    used_by: str | None = None
    """The signed request that bought; whatever became of the purchase, the very same one gets its first answer again."""
    rule: CompletionRule = field(default_factory=CompletionRule)
    """What will prove the course."""

    def wants_code(self, now: datetime) -> bool:
        """Is there any use in sending its code (wall time)?"""
        return self.state is PaymentState.WAITING and self.wrong < MAX_WRONG and now < self.valid_until


@dataclass(frozen=True)
class Asked:
    """A signed request that had a code sent, and the payment that it was answered with."""

    request: str
    payment_id: str


@dataclass(frozen=True)
class CodesSent:
    """How often a card was sent a payment code: ``today`` times on ``day`` (WIB), last at ``last_at`` (wall)."""

    day: str = ""
    today: int = 0
    last_at: datetime | None = None
    payment_id: str = ""
    intent: str = ""
    """Of that payment."""
    asked: tuple[Asked, ...] = ()
    """The latest requests, as many as can still be believed; the very same request again is answered, not counted."""

    def payment_of(self, request: str) -> str | None:
        """The payment that this very request was answered with before, or None."""
        return next((before.payment_id for before in self.asked if before.request == request), None)


def require_own_account(membership: Membership, tied_to: str | None, platform: str, user_platform_id: str) -> None:
    """One account at a platform goes with one card. ``tied_to``: the person whose card the account has bought with.

    Raises CardHasAnotherAccount, AccountHasAnotherCard.
    """
    tied = membership.account_at(platform)
    if tied is not None and tied != user_platform_id:
        raise CardHasAnotherAccount
    if tied is None and tied_to is not None:
        raise AccountHasAnotherCard


def payment_token(code_key: str, payment_id: str) -> str:
    """The token of a payment, for its platform."""
    mac = hmac.digest(code_key.encode(), f"payment token:{payment_id}".encode(), "sha256").hex()
    return f"{payment_id}.{mac[:_MAC_LENGTH]}"


def payment_id_in(token: str) -> str:
    """The id that a token claims to be of; who acts on it checks the token itself (``is_token``)."""
    return token.partition(".")[0]


def is_token(code_key: str, token: str) -> bool:
    """Did we make this token? Compares in constant time."""
    return hmac.compare_digest(payment_token(code_key, payment_id_in(token)).encode(), token.encode())


def decide_code(sent: CodesSent, payment: Payment, *, request: str, now: datetime) -> CodesSent:
    """Count another code, of ``payment``. Raises TooManyPaymentCodes with the seconds to wait (wall time)."""
    today = wib_date(now)
    used = sent.today if sent.day == today.isoformat() else 0
    if sent.last_at is not None and now < sent.last_at + CODE_EVERY:
        raise TooManyPaymentCodes(per_day=CODES_PER_DAY, retry_after=_seconds(sent.last_at + CODE_EVERY - now))
    if used >= CODES_PER_DAY:
        raise TooManyPaymentCodes(per_day=CODES_PER_DAY, retry_after=_seconds(end_of_wib_day(today) - now))
    asked = (*sent.asked, Asked(request, payment.payment_id))[-REMEMBERED:]
    return CodesSent(today.isoformat(), used + 1, now, payment.payment_id, payment.intent, asked)


def resent(payment: Payment, now: datetime) -> Payment:
    """The same payment with another code."""
    return replace(payment, resend=payment.resend + 1, valid_until=now + CODE_LIFE)


def require_open(payment: Payment, now: datetime) -> None:
    """Raises PaymentLocked or PaymentExpired unless a waiting payment still takes a code (wall time)."""
    if payment.wrong >= MAX_WRONG:
        raise PaymentLocked
    if now >= payment.valid_until:
        raise PaymentExpired


def wrong_code(before: int) -> WrongPaymentCode | PaymentLocked:
    """What to say after a wrong code, when there had been ``before`` wrong ones."""
    left = MAX_WRONG - before - 1
    return WrongPaymentCode(tries_left=left) if left > 0 else PaymentLocked()


def _seconds(span: timedelta) -> int:
    return -int(-span.total_seconds() // 1)
