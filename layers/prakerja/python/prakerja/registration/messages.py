"""What registration publishes. Messages carry ids only; whoever sends texts loads the address."""

from __future__ import annotations

from enum import StrEnum

from prakerja.platform.outbox import Message
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge


class CodeRequested(Message):
    """Send the ``resend``-th code (0 is the first) of a challenge to its address.

    Codes expire within minutes and somebody waits for each, so they never stand behind notices, and those of one
    channel never behind a provider of the other that is silent.
    """

    topic = "registration.code_requested.v1"
    queue = "notify_codes"

    challenge_id: str
    resend: int
    kind: Channel = Channel.PHONE
    """By which channel; decides only which queue it waits in."""

    def queues(self) -> tuple[str, ...]:
        return (f"{self.queue}_{self.kind.lower()}",)


def code_requested(challenge: Challenge) -> CodeRequested:
    """The message that makes ``notify`` send the present code of a challenge."""
    return CodeRequested(challenge_id=challenge.challenge_id, resend=challenge.resend, kind=challenge.channel)


class NoticeKind(StrEnum):
    """What a person is told without having asked."""

    IDENTITY_VERIFIED = "IDENTITY_VERIFIED"
    IDENTITY_FAILED = "IDENTITY_FAILED"
    SELECTED = "SELECTED"
    NOT_SELECTED = "NOT_SELECTED"
    PURCHASED = "PURCHASED"
    PURCHASE_CANCELLED = "PURCHASE_CANCELLED"
    COMPLETED = "COMPLETED"
    COURSE_NOT_COMPLETED = "COURSE_NOT_COMPLETED"
    INCENTIVE_SCHEDULED = "INCENTIVE_SCHEDULED"
    PAID = "PAID"
    PAYOUT_FAILED = "PAYOUT_FAILED"
    INCENTIVE_WITHHELD = "INCENTIVE_WITHHELD"
    MEMBERSHIP_REVOKED = "MEMBERSHIP_REVOKED"
    PURCHASE_REMINDER = "PURCHASE_REMINDER"
    DEADLINE_EXTENDED = "DEADLINE_EXTENDED"
    NOTHING_BOUGHT = "NOTHING_BOUGHT"
    SEASON_ENDED = "SEASON_ENDED"
    INCENTIVE_FORFEITED = "INCENTIVE_FORFEITED"
    INCENTIVE_CLAIMED = "INCENTIVE_CLAIMED"
    CLAIM_SETTLED = "CLAIM_SETTLED"
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED"
    ACCOUNT_CHANGED_BY_SMS = "ACCOUNT_CHANGED_BY_SMS"
    ACCOUNT_CHANGE_CANCELLED = "ACCOUNT_CHANGE_CANCELLED"
    ACCOUNT_UNLINKED = "ACCOUNT_UNLINKED"


class NoticeRequested(Message):
    """Tell a person that something happened; ``reference`` says which one, so that each is told once."""

    topic = "registration.notice_requested.v1"
    queue = "notify"

    person_id: str
    kind: NoticeKind
    reference: str


def notice(person_id: str, kind: NoticeKind | str, reference: str) -> NoticeRequested:
    """The message that makes ``notify`` tell a person; ``reference`` is the wave, purchase or payout it is about."""
    return NoticeRequested(person_id=person_id, kind=NoticeKind(kind), reference=reference)
