"""What ``notify`` does: hand codes and notices to the message providers.

Nothing is marked as sent before the provider has accepted it. "Unavailable" is never "failed": the text stays due and is
tried again, with the same reference, by which the provider recognises a repeat.
"""

from __future__ import annotations

from contextlib import suppress

from prakerja.platform import Platform
from prakerja.platform.observability import count, log
from prakerja.platform.one_time_code import one_time_code
from prakerja.platform.outbox import later
from prakerja.platform.problems import Rejected, Unavailable
from prakerja.registration import notices
from prakerja.registration.messages import CodeRequested, NoticeKind, NoticeRequested, code_requested, notice
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge, pause
from prakerja.registration.model.notice import Waiting, once_more
from prakerja.registration.ports import Senders
from prakerja.registration.service.codes import SWEEP_MARGIN
from prakerja.registration.store.challenge import (
    Superseded,
    code_not_wanted,
    code_refused,
    code_sent,
    code_waits,
    due_challenges,
    load_challenge,
    open_address,
)
from prakerja.registration.store.notice import (
    NoticeKey,
    PostponedMeanwhile,
    due_keys,
    load_recipient,
    notice_done,
    notice_waits,
)
from prakerja.registration.store.person import open_fields, opened


def send_code(p: Platform, senders: Senders, code_key: str, *, challenge_id: str) -> None:
    """Send the present code of a challenge, if it is still wanted; its life starts when the provider accepts it."""
    # load
    challenge = load_challenge(p.table, challenge_id)
    # decide
    if challenge is None or challenge.code_sent_at is not None:
        return
    with suppress(Superseded):  # a duplicate of this message was faster; what it wrote counts
        if not challenge.wants_code(p.clock.wall()):
            p.table.commit(code_not_wanted(challenge))
        else:
            _hand_over_code(p, senders, code_key, challenge)


def _hand_over_code(p: Platform, senders: Senders, code_key: str, challenge: Challenge) -> None:
    code = one_time_code(code_key, challenge.challenge_id, challenge.resend)
    try:
        senders[challenge.channel].send(
            to=open_address(p, challenge),
            subject=notices.CODE_SUBJECT,
            text=notices.code_text(code, challenge.purpose),
            reference=f"code-{challenge.challenge_id}-{challenge.resend}",
        )
    except Unavailable as problem:
        now = p.clock.wall()
        wait = pause(challenge.attempts, problem.retry_after)
        # commit, announce
        p.table.commit(
            code_waits(challenge, now + wait + SWEEP_MARGIN),
            outbox=[later(code_requested(challenge), int(wait.total_seconds()))],
        )
        count("MessageProviderUnavailable", channel=challenge.channel.value)
    except Rejected:
        p.table.commit(code_refused(challenge))
        count("MessageRefused", channel=challenge.channel.value)
    else:
        count("CodeHandedOver", channel=challenge.channel.value)
        p.table.commit(code_sent(challenge, p.clock.wall()))


def send_notice(p: Platform, senders: Senders, message: NoticeRequested) -> None:
    """Tell a person something: by e-mail, which costs nothing, or by SMS to who has no proven e-mail."""
    key = NoticeKey(message.person_id, message.kind.value, message.reference)
    # load
    recipient = load_recipient(p.table, key)
    if recipient is None:
        return
    person, identity, before = recipient
    # decide
    channel = notices.ONLY_BY.get(message.kind, Channel.EMAIL if person.email_proven else Channel.PHONE)
    address = opened(p, person.person_id, identity, [channel.lower()])[channel.lower()]
    subject, text = notices.notice_text(message.kind, message.reference)
    try:
        senders[channel].send(
            to=address, subject=subject, text=text, reference=p.ids.of("notice", *key.parts().values())
        )
    except Unavailable as problem:
        _postpone(p, message, key, before, problem.retry_after)
        count("MessageProviderUnavailable", channel=channel.value)
        return
    except Rejected:
        log.warning("notice refused", kind=message.kind.value, channel=channel.value)
        count("MessageRefused", channel=channel.value)
    # commit
    if before:
        p.table.commit(notice_done(key))


def send_payment_code(p: Platform, senders: Senders, *, person_id: str, code: str, reference: str) -> None:
    """Send a payment code to the person's proven phone. Raises Unavailable, Rejected: the payment decides what follows."""
    phone = open_fields(p, person_id, ["phone"])["phone"]
    try:
        senders[Channel.PHONE].send(to=phone, text=notices.payment_code_text(code), reference=reference)
    except Unavailable:
        count("MessageProviderUnavailable", channel=Channel.PHONE.value)
        raise
    count("CodeHandedOver", channel=Channel.PHONE.value)


def due_codes(p: Platform, shard: str, *, limit: int = 100) -> list[CodeRequested]:
    """The codes of a due shard whose time has come, as messages to send again."""
    return [code_requested(challenge) for challenge in due_challenges(p.table, shard, p.clock.wall(), limit)]


def due_notices(p: Platform, shard: str, *, limit: int = 100) -> list[NoticeRequested]:
    """The notices of a due shard whose time has come, as messages to send again."""
    found = due_keys(p.table, shard, p.clock.wall(), limit)
    return [notice(key.person_id, NoticeKind(key.kind), key.reference) for key in found]


def _postpone(
    p: Platform, message: NoticeRequested, key: NoticeKey, before: Waiting | None, asked_for: int | None
) -> None:
    now = p.clock.wall()
    # decide
    after = once_more(before, now)
    if after is None:
        # commit
        p.table.commit(notice_done(key))
        log.warning("notice given up", kind=message.kind.value)
        count("NoticeGivenUp")  # no other dimension than the service: one alarm is for all kinds
        return
    wait = pause(after.attempts, asked_for)
    # commit, announce
    with suppress(PostponedMeanwhile):
        p.table.commit(
            notice_waits(key, before, after, now + wait + SWEEP_MARGIN),
            outbox=[later(message, int(wait.total_seconds()))],
        )
