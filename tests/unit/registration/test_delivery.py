"""Codes and notices reach people once, also when messages come twice and providers are away."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.platform.access_patterns import CHALLENGE, DUE_SHARDS, NOTICE
from prakerja.platform.outbox import Message
from prakerja.registration import NoticeKind, notice
from prakerja.registration.errors import CodeExpired, CodeNotSentYet, CodeUndeliverable
from prakerja.registration.messages import CodeRequested, NoticeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge, Purpose
from prakerja.registration.model.session import Session
from prakerja.registration.notices import NOTICES, code_text, payment_code_text
from prakerja.registration.service import delivery
from prakerja.registration.service.delivery import due_codes, due_notices, send_code, send_notice, send_payment_code
from prakerja.registration.service.sign_in import start_sign_in
from prakerja.registration.store.challenge import load_challenge
from tests.support.sign_in import CODE_KEY, DEVICE, EMAIL, PHONE, SignIn


def ask(budi: SignIn) -> Challenge:
    return start_sign_in(budi.p, channel=Channel.PHONE, address=PHONE, device_id=DEVICE, key="k1")


def bring(budi: SignIn, challenge: Challenge) -> None:
    send_code(budi.p, budi.inboxes, CODE_KEY, challenge_id=challenge.challenge_id)


def swept(budi: SignIn) -> list[Message]:
    shards = [f"{shard:02d}" for shard in range(DUE_SHARDS)]
    return [
        *(message for shard in shards for message in due_codes(budi.p, f"CODE#{shard}")),
        *(message for shard in shards for message in due_notices(budi.p, f"NOTICE#{shard}")),
    ]


def test_a_message_that_comes_twice_sends_once(budi: SignIn) -> None:
    challenge = ask(budi)
    for _ in range(3):
        bring(budi, challenge)
    inbox = budi.inboxes[Channel.PHONE]
    assert (inbox.calls, len(inbox.received)) == (1, 1)
    [(to, text)] = inbox.received.values()
    assert to == PHONE
    assert text == code_text(inbox.code, Purpose.SIGN_IN)


def test_two_workers_at_once_use_one_reference(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = ask(budi)
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    bring(budi, challenge)
    item = budi.world.table.get(CHALLENGE, challenge_id=challenge.challenge_id)
    budi.world.clock.move(seconds=30)
    monkeypatch.setattr(delivery, "load_challenge", lambda *a: stale)
    bring(budi, challenge)
    inbox = budi.inboxes[Channel.PHONE]
    assert (inbox.calls, len(inbox.received)) == (2, 1)
    assert budi.world.table.get(CHALLENGE, challenge_id=challenge.challenge_id) == item


def test_an_absent_provider_is_tried_again_and_never_counts_as_sent(budi: SignIn) -> None:
    challenge = ask(budi)
    budi.world.take()
    budi.inboxes[Channel.PHONE].down = True
    bring(budi, challenge)
    [again] = budi.world.take(CodeRequested.topic)
    assert (again.body, again.delay_seconds) == (
        {"challenge_id": challenge.challenge_id, "resend": 0, "kind": "PHONE"},
        15,
    )
    with pytest.raises(CodeNotSentYet):
        budi.verify(challenge, "000000")
    bring(budi, challenge)
    assert [message.delay_seconds for message in budi.world.take(CodeRequested.topic)] == [30]
    assert swept(budi) == []
    budi.world.clock.move(minutes=3)
    assert swept(budi) == [CodeRequested(challenge_id=challenge.challenge_id, resend=0)]
    budi.inboxes[Channel.PHONE].down = False
    bring(budi, challenge)
    assert swept(budi) == []
    assert isinstance(budi.verify(challenge), Session)


def test_an_answer_that_got_lost_is_no_second_message(budi: SignIn) -> None:
    challenge = ask(budi)
    inbox = budi.inboxes[Channel.PHONE]
    inbox.loses_answers = True
    bring(budi, challenge)
    with pytest.raises(CodeNotSentYet):
        budi.verify(challenge)
    inbox.loses_answers = False
    bring(budi, challenge)
    assert (inbox.calls, len(inbox.received)) == (2, 1)
    assert isinstance(budi.verify(challenge), Session)


def test_duplicates_do_not_multiply_while_the_provider_is_away(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = ask(budi)
    budi.inboxes[Channel.PHONE].down = True
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    monkeypatch.setattr(delivery, "load_challenge", lambda *a: stale)
    budi.world.take()
    for _ in range(3):
        bring(budi, challenge)
    assert len(budi.world.messages()) == 1


def test_a_code_that_nobody_waits_for_is_not_sent(budi: SignIn) -> None:
    challenge = ask(budi)
    budi.world.clock.move(minutes=30)
    assert swept(budi) == [CodeRequested(challenge_id=challenge.challenge_id, resend=0)]
    bring(budi, challenge)
    assert budi.inboxes[Channel.PHONE].calls == 0
    assert swept(budi) == []
    with pytest.raises(CodeExpired):
        budi.verify(challenge, "000000")
    send_code(budi.p, budi.inboxes, CODE_KEY, challenge_id=budi.p.ids.new())
    assert budi.inboxes[Channel.PHONE].calls == 0


def test_an_address_that_the_provider_refuses_is_told(budi: SignIn) -> None:
    challenge = ask(budi)
    budi.inboxes[Channel.PHONE].refuses = True
    bring(budi, challenge)
    bring(budi, challenge)
    assert budi.inboxes[Channel.PHONE].calls == 1
    assert swept(budi) == []
    with pytest.raises(CodeUndeliverable):
        budi.verify(challenge, "000000")


def test_a_lost_message_is_woken_by_the_sweep(budi: SignIn) -> None:
    challenge = ask(budi)
    budi.world.take()
    budi.world.clock.move(minutes=2)
    assert swept(budi) == []
    budi.world.clock.move(seconds=1)
    assert swept(budi) == [CodeRequested(challenge_id=challenge.challenge_id, resend=0)]


# notices --------------------------------------------------------------------------------------------------------------
def told(person_id: str) -> NoticeRequested:
    return notice(person_id, "SELECTED", "wave-1")


def test_notices_go_by_e_mail_and_to_a_phone_only_without_one(budi: SignIn) -> None:
    session = budi.session()
    send_notice(budi.p, budi.inboxes, told(session.person_id))
    assert list(budi.inboxes[Channel.PHONE].received.values())[-1] == (PHONE, NOTICES[NoticeKind.SELECTED][1])
    budi.add_contact(session)
    sms = budi.inboxes[Channel.PHONE].calls
    send_notice(budi.p, budi.inboxes, notice(session.person_id, "PAID", "payout-1"))
    assert list(budi.inboxes[Channel.EMAIL].received.values())[-1] == (EMAIL, NOTICES[NoticeKind.PAID][1])
    assert budi.inboxes[Channel.PHONE].calls == sms


def test_each_notice_is_told_once_and_leaves_nothing(budi: SignIn) -> None:
    person_id = budi.session().person_id
    before = budi.world.items("people")
    for message in (told(person_id), told(person_id), notice(person_id, "SELECTED", "wave-2")):
        send_notice(budi.p, budi.inboxes, message)
    inbox = budi.inboxes[Channel.PHONE]
    assert (inbox.calls, len(inbox.received)) == (4, 3)
    assert budi.world.items("people") == before
    send_notice(budi.p, budi.inboxes, told("nobody"))
    assert inbox.calls == 4


def test_a_person_whom_a_stale_read_misses_is_told(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id, inbox = budi.session().person_id, budi.inboxes[Channel.PHONE]
    read = budi.world.table.batch_get

    def stale(*wanted: Any, consistent: bool = True) -> list[Any]:
        return read(*wanted) if consistent else [None] * len(wanted)

    monkeypatch.setattr(budi.world.table, "batch_get", stale)
    before = inbox.calls
    send_notice(budi.p, budi.inboxes, told(person_id))
    assert inbox.calls == before + 1


def test_a_notice_waits_for_its_provider_up_to_three_days(budi: SignIn) -> None:
    person_id = budi.session().person_id
    inbox = budi.inboxes[Channel.PHONE]
    inbox.down = True
    send_notice(budi.p, budi.inboxes, told(person_id))
    [again] = budi.world.take(NoticeRequested.topic)
    assert again.body == {"person_id": person_id, "kind": "SELECTED", "reference": "wave-1"}
    budi.world.clock.move(minutes=10)
    assert swept(budi) == [told(person_id)]
    inbox.down = False
    send_notice(budi.p, budi.inboxes, told(person_id))
    assert len(inbox.received) == 2
    assert swept(budi) == []
    inbox.down = True
    send_notice(budi.p, budi.inboxes, told(person_id))
    budi.world.clock.move(days=3)
    send_notice(budi.p, budi.inboxes, told(person_id))
    assert swept(budi) == []
    assert budi.world.table.get(NOTICE, person_id=person_id, kind="SELECTED", reference="wave-1") is None


def test_a_refused_notice_is_let_go(budi: SignIn) -> None:
    person_id = budi.session().person_id
    budi.inboxes[Channel.PHONE].refuses = True
    before = budi.world.items("people")
    send_notice(budi.p, budi.inboxes, told(person_id))
    assert budi.world.items("people") == before


def test_a_payment_code_goes_to_the_proven_phone(budi: SignIn) -> None:
    person_id = budi.session().person_id
    send_payment_code(budi.p, budi.inboxes, person_id=person_id, code="123456", reference="payment-1")
    assert budi.inboxes[Channel.PHONE].received["payment-1"] == (PHONE, payment_code_text("123456"))


def test_a_code_says_what_it_would_do() -> None:
    assert "rekening" in code_text("123456", Purpose.CONFIRMATION)
    assert "rekening" not in code_text("123456", Purpose.SIGN_IN)


def test_a_changed_account_is_told_by_both_channels(budi: SignIn) -> None:
    """Whoever reads one of them must not be able to keep it from the owner of the other."""
    session = budi.session()
    budi.add_contact(session)
    calls = {channel: inbox.calls for channel, inbox in budi.inboxes.items()}
    for kind in (NoticeKind.ACCOUNT_CHANGED, NoticeKind.ACCOUNT_CHANGED_BY_SMS):
        send_notice(budi.p, budi.inboxes, notice(session.person_id, kind, "change-1"))
    told = {channel: inbox.calls - calls[channel] for channel, inbox in budi.inboxes.items()}
    assert told == {Channel.EMAIL: 1, Channel.PHONE: 1}


def test_sms_are_one_part_long_and_hold_no_link() -> None:
    assert set(NOTICES) == set(NoticeKind)
    codes = [code_text("123456", purpose) for purpose in Purpose]
    for text in [*codes, payment_code_text("123456"), *(text for _, text in NOTICES.values())]:
        assert len(text) <= 160
        assert text.isascii()
        assert "http" not in text
        assert "www" not in text
        assert ".id" not in text
